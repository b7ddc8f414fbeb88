import { BYTES_IN, HIBERNATING, INBOUND, INCARNATION, NEAR_WORDS, PACKETS_IN, ROWS } from './geometry';
import { EXPECTED, HEADER, NO_HEADER, PACKET_BYTES, PLACE } from './packet-list';

/**
 * Makes room for packets of a list, from the one at `packet` on, in the near parts of inbound rings of one block, and counts them; writes to each where its
 * record is to be. Stops before the first that cannot be placed so; returns how many were.
 */
export function placeInbound(
  packet: usize,
  count: u32,
  firstSlot: u32,
  states: usize,
  page: usize,
  traffic: usize,
  activity: usize,
  headerOfAll: u32,
  nowMs: f64,
): u32 {
  for (let i: u32 = 0; i < count; i++, packet += PACKET_BYTES) {
    const row = load<u32>(packet) - firstSlot;
    if (row >= ROWS) return i;
    const columns = page + row * 4;
    if (load<u32>(columns, INCARNATION) !== load<u32>(packet, EXPECTED)) return i;
    if (load<u8>(states + row) === HIBERNATING) return i;
    const length = (headerOfAll === NO_HEADER ? load<u32>(packet, HEADER) : headerOfAll) >>> 16;
    const before = load<u32>(columns, INBOUND);
    const after = before + ((length + 7) >> 2);
    if (after > NEAR_WORDS) return i;
    store<u32>(columns, after, INBOUND);
    store<u32>(packet, (row << 6) + before, PLACE);
    const counters = traffic + row * 4;
    store<u32>(counters, load<u32>(counters, PACKETS_IN) + 1, PACKETS_IN);
    store<u32>(counters, load<u32>(counters, BYTES_IN) + length, BYTES_IN);
    store<f64>(activity + row * 8, nowMs);
  }
  return count;
}
