import {
  ACCOUNT,
  ACTIVITY_BYTES,
  BYTES_IN,
  BYTES_OUT,
  CELL_BYTES,
  CELL_TAKEN,
  HIBERNATING,
  IN_CELL,
  INBOUND,
  INCARNATION,
  MOST_CELL_PAYLOAD,
  OUTBOUND,
  PACKETS_IN,
  PACKETS_OUT,
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

/**
 * Takes the packets out of the cells of outbound rings of `count` slots, words from `slots` on, whose accounts stand from `accounts` on, and counts them; writes what each is and where its
 * payload begins, in words from `cells` on, to the three columns. Stops before the first slot that has another account or no packet in its cell; returns how many were taken. Their rings are empty, and
 * not rewound.
 */
export function takeCells(
  slots: usize,
  accounts: usize,
  count: u32,
  opcodes: usize,
  lengths: usize,
  starts: usize,
  nowMs: f64,
  pages: usize,
  traffic: usize,
  activity: usize,
  cells: usize,
): u32 {
  for (let i: usize = 0; i < <usize>count; i++) {
    const slot = load<u32>(slots + (i << 2));
    const block = <usize>(slot >> 6);
    const row = <usize>(slot & 63);
    const columns = pages + block * PAGE_BYTES + row * 4;
    if (load<u32>(columns, OUTBOUND) !== IN_CELL || load<u32>(columns, ACCOUNT) !== load<u32>(accounts + (i << 2))) return <u32>i;
    const header = load<u32>(cells + <usize>slot * CELL_BYTES);
    store<u16>(opcodes + (i << 1), <u16>header);
    store<u16>(lengths + (i << 1), <u16>(header >>> 16));
    store<u32>(starts + (i << 2), slot * <u32>(CELL_BYTES >> 2) + 1);
    store<u32>(columns, CELL_TAKEN, OUTBOUND);
    const counters = traffic + block * TRAFFIC_BYTES + row * 4;
    store<u32>(counters, load<u32>(counters, PACKETS_OUT) + 1, PACKETS_OUT);
    store<u32>(counters, load<u32>(counters, BYTES_OUT) + (header >>> 16), BYTES_OUT);
    store<f64>(activity + block * ACTIVITY_BYTES + row * 8, nowMs);
  }
  return count;
}

/** Rewinds the outbound rings of those of `count` slots whose packets were taken out of their cells, and that have sent nothing since. */
export function rewindCells(slots: usize, count: u32, pages: usize): void {
  const end = slots + ((<usize>count) << 2);
  for (let at = slots; at < end; at += 4) {
    const slot = load<u32>(at);
    const columns = pages + <usize>(slot >> 6) * PAGE_BYTES + <usize>((slot & 63) << 2);
    if (load<u32>(columns, OUTBOUND) === CELL_TAKEN) store<u32>(columns, 0, OUTBOUND);
  }
}
