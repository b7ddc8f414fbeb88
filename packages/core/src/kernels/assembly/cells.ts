import {
  ACTIVITY_BYTES,
  BYTES_IN,
  CELL_BYTES,
  HIBERNATING,
  IN_CELL,
  INBOUND,
  INCARNATION,
  MOST_CELL_PAYLOAD,
  PACKETS_IN,
  PAGE_BYTES,
  TRAFFIC_BYTES,
} from './geometry';
import { EXPECTED, HEADER, NO_HEADER, PACKET_BYTES } from './packet-list';

/**
 * Puts packets of a list, from the one at `packet` on, into the cells of inbound rings, and counts them. Their payloads lie one behind the other from `payload` on; 44 bytes
 * from each one's start on may be read. Stops before the first whose ring is not empty, or that cannot be put there for another reason, and before the first whose payload does not end at
 * `payloadEnd` or before it. Returns how many were.
 */
export function fillCells(
  packet: usize,
  count: u32,
  payload: usize,
  payloadEnd: usize,
  headerOfAll: u32,
  nowMs: f64,
  slotCount: u32,
  states: usize,
  pages: usize,
  traffic: usize,
  activity: usize,
  cells: usize,
): u32 {
  for (let i: u32 = 0; i < count; i++, packet += PACKET_BYTES) {
    const slot = load<u32>(packet);
    if (slot >= slotCount) return i;
    const block = <usize>(slot >> 6);
    const row = <usize>(slot & 63);
    const columns = pages + block * PAGE_BYTES + row * 4;
    if (load<u32>(columns, INCARNATION) !== load<u32>(packet, EXPECTED)) return i;
    if (load<u32>(columns, INBOUND) !== 0 || load<u8>(states + <usize>slot) === HIBERNATING) return i;
    const header = headerOfAll === NO_HEADER ? load<u32>(packet, HEADER) : headerOfAll;
    const length = header >>> 16;
    if (length > MOST_CELL_PAYLOAD || payload + <usize>length > payloadEnd) return i;
    const cell = cells + <usize>slot * CELL_BYTES;
    store<u32>(cell, header);
    v128.store(cell, v128.load(payload), 4);
    if (length > 16) v128.store(cell, v128.load(payload, 16), 20);
    if (length > 32) {
      store<u64>(cell, load<u64>(payload, 32), 36);
      store<u32>(cell, load<u32>(payload, 40), 44);
    }
    // The last word is padded with zero bytes.
    if ((length & 3) !== 0) {
      const last = cell + 4 + <usize>(length & ~3);
      store<u32>(last, load<u32>(last) & ((1 << ((length & 3) << 3)) - 1));
    }
    payload += <usize>length;
    store<u32>(columns, IN_CELL, INBOUND);
    const counters = traffic + block * TRAFFIC_BYTES + row * 4;
    store<u32>(counters, load<u32>(counters, PACKETS_IN) + 1, PACKETS_IN);
    store<u32>(counters, load<u32>(counters, BYTES_IN) + length, BYTES_IN);
    store<f64>(activity + block * ACTIVITY_BYTES + row * 8, nowMs);
  }
  return count;
}
