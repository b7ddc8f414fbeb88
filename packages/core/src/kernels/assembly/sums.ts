import { BYTES_IN, BYTES_OUT, DROPPED, PACKETS_IN, PACKETS_OUT, ROWS, TRAFFIC_BYTES } from './geometry';
import { areAllActive, awakeRows, endOf, isEmpty } from './rows';

/** Bits of a word that is so large that sixteen of them, which a lane adds up in a block, could run over. */
const LARGE: u32 = 0xf000_0000;

/**
 * Adds up five columns over the rows that are awake, in one pass. Writes five doubles to `into`: packets in and out, bytes in and out, dropped.
 * A block's words are added up as u32 if none of them is large, and then only become u64; what that costs is an `or` for each vector.
 */
export function sumTraffic(traffic: usize, states: usize, blockCount: u32, into: usize): void {
  for (let at = into; at < into + 40; at += 8) f64.store(at, 0);
  let packetsIn = i64x2.splat(0);
  let packetsOut = i64x2.splat(0);
  let bytesIn = i64x2.splat(0);
  let bytesOut = i64x2.splat(0);
  let dropped = i64x2.splat(0);
  const end = endOf(states, blockCount);
  for (; states < end; states += ROWS, traffic += TRAFFIC_BYTES) {
    if (isEmpty(states)) continue;
    let sum0 = i32x4.splat(0);
    let sum1 = i32x4.splat(0);
    let sum2 = i32x4.splat(0);
    let sum3 = i32x4.splat(0);
    let sum4 = i32x4.splat(0);
    let bits = i32x4.splat(0);
    // Most blocks are full: to leave nobody out is a third of the work less.
    const isFull = areAllActive(states);
    for (let at = traffic; isFull && at < traffic + ROWS * 4; at += 16) {
      const words0 = v128.load(at, PACKETS_IN);
      const words1 = v128.load(at, PACKETS_OUT);
      const words2 = v128.load(at, BYTES_IN);
      const words3 = v128.load(at, BYTES_OUT);
      const words4 = v128.load(at, DROPPED);
      sum0 = i32x4.add(sum0, words0);
      sum1 = i32x4.add(sum1, words1);
      sum2 = i32x4.add(sum2, words2);
      sum3 = i32x4.add(sum3, words3);
      sum4 = i32x4.add(sum4, words4);
      bits = v128.or(bits, v128.or(v128.or(words0, words1), v128.or(v128.or(words2, words3), words4)));
    }
    for (let row: usize = isFull ? <usize>ROWS : 0; row < ROWS; row += 4) {
      const awake = awakeRows(states + row);
      const at = traffic + row * 4;
      const words0 = v128.and(v128.load(at, PACKETS_IN), awake);
      const words1 = v128.and(v128.load(at, PACKETS_OUT), awake);
      const words2 = v128.and(v128.load(at, BYTES_IN), awake);
      const words3 = v128.and(v128.load(at, BYTES_OUT), awake);
      const words4 = v128.and(v128.load(at, DROPPED), awake);
      sum0 = i32x4.add(sum0, words0);
      sum1 = i32x4.add(sum1, words1);
      sum2 = i32x4.add(sum2, words2);
      sum3 = i32x4.add(sum3, words3);
      sum4 = i32x4.add(sum4, words4);
      bits = v128.or(bits, v128.or(v128.or(words0, words1), v128.or(v128.or(words2, words3), words4)));
    }
    if (v128.any_true(v128.and(bits, i32x4.splat(LARGE)))) {
      addLarge(traffic, states, into);
      continue;
    }
    packetsIn = i64x2.add(packetsIn, widened(sum0));
    packetsOut = i64x2.add(packetsOut, widened(sum1));
    bytesIn = i64x2.add(bytesIn, widened(sum2));
    bytesOut = i64x2.add(bytesOut, widened(sum3));
    dropped = i64x2.add(dropped, widened(sum4));
  }
  addTo(into, total(packetsIn));
  addTo(into + 8, total(packetsOut));
  addTo(into + 16, total(bytesIn));
  addTo(into + 24, total(bytesOut));
  addTo(into + 32, total(dropped));
}

/** A block's share where words of it are large. */
function addLarge(traffic: usize, states: usize, into: usize): void {
  addTo(into, columnSum(traffic + PACKETS_IN, states));
  addTo(into + 8, columnSum(traffic + PACKETS_OUT, states));
  addTo(into + 16, columnSum(traffic + BYTES_IN, states));
  addTo(into + 24, columnSum(traffic + BYTES_OUT, states));
  addTo(into + 32, columnSum(traffic + DROPPED, states));
}

function columnSum(column: usize, states: usize): u64 {
  let sum = i64x2.splat(0);
  for (let row: usize = 0; row < ROWS; row += 4) {
    sum = i64x2.add(sum, widened(v128.and(v128.load(column + row * 4), awakeRows(states + row))));
  }
  return total(sum);
}

function widened(words: v128): v128 {
  return i64x2.add(i64x2.extend_low_i32x4_u(words), i64x2.extend_high_i32x4_u(words));
}

function total(sums: v128): u64 {
  return i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1);
}

function addTo(into: usize, sum: u64): void {
  f64.store(into, f64.load(into) + <f64>sum);
}
