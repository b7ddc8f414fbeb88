import { COLUMN_BYTES, ROWS, TRAFFIC_BYTES } from './geometry';
import { areAllActive, awakeRows, endOf, isEmpty } from './rows';

/** Bits of a word that is so large that sixteen of them, which a lane adds up in a block, could run over. */
const LARGE: u32 = 0xf000_0000;

/** Vectors of the scratch memory: a sum of two u64 for each column, and behind them a mask for each four rows of a block. */
const COLUMNS: usize = 5;
const MASKS: usize = COLUMNS * 16;

/**
 * Adds up five columns over the rows that are awake. Writes five doubles to `into`: packets in and out, bytes in and out, dropped. A block's words are added up as u32 if none of
 * them is large, and then only become u64; what that costs is an `or` for each vector. Columns are read one behind the other, from one end of memory to the other, which is how it comes
 * fastest from where it is; most blocks are full, and nobody in them is left out. `scratch`: 336 bytes.
 */
export function sumTraffic(traffic: usize, states: usize, blockCount: u32, into: usize, scratch: usize): void {
  memory.fill(scratch, 0, MASKS);
  memory.fill(into, 0, COLUMNS * 8);
  const end = endOf(states, blockCount);
  for (; states < end; states += ROWS, traffic += TRAFFIC_BYTES) {
    if (areAllActive(states)) {
      for (let column: usize = 0; column < COLUMNS; column++) addFull(column, traffic, states, into, scratch);
    } else if (!isEmpty(states)) {
      for (let row: usize = 0; row < ROWS; row += 4) v128.store(scratch + MASKS + row * 4, awakeRows(states + row));
      for (let column: usize = 0; column < COLUMNS; column++) addAwake(column, traffic, states, into, scratch);
    }
  }
  for (let column: usize = 0; column < COLUMNS; column++) addTo(into + column * 8, total(v128.load(scratch + column * 16)));
}

function addFull(column: usize, traffic: usize, states: usize, into: usize, scratch: usize): void {
  const first = traffic + column * COLUMN_BYTES;
  let even = i32x4.splat(0);
  let odd = i32x4.splat(0);
  let bits = i32x4.splat(0);
  for (let at = first; at < first + COLUMN_BYTES; at += 64) {
    const words0 = v128.load(at, 0);
    const words1 = v128.load(at, 16);
    const words2 = v128.load(at, 32);
    const words3 = v128.load(at, 48);
    even = i32x4.add(even, i32x4.add(words0, words2));
    odd = i32x4.add(odd, i32x4.add(words1, words3));
    bits = v128.or(bits, v128.or(v128.or(words0, words1), v128.or(words2, words3)));
  }
  addBlock(column, first, states, i32x4.add(even, odd), bits, into, scratch);
}

function addAwake(column: usize, traffic: usize, states: usize, into: usize, scratch: usize): void {
  const first = traffic + column * COLUMN_BYTES;
  let sum = i32x4.splat(0);
  let bits = i32x4.splat(0);
  for (let at: usize = 0; at < COLUMN_BYTES; at += 16) {
    const words = v128.and(v128.load(first + at), v128.load(scratch + MASKS + at));
    sum = i32x4.add(sum, words);
    bits = v128.or(bits, words);
  }
  addBlock(column, first, states, sum, bits, into, scratch);
}

/** A block's sum of a column, or, where words of it are so large that `sum` may have run over, what they come to as u64. */
function addBlock(column: usize, first: usize, states: usize, sum: v128, bits: v128, into: usize, scratch: usize): void {
  if (v128.any_true(v128.and(bits, i32x4.splat(LARGE)))) {
    addTo(into + column * 8, columnSum(first, states));
    return;
  }
  const at = scratch + column * 16;
  v128.store(at, i64x2.add(v128.load(at), widened(sum)));
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
