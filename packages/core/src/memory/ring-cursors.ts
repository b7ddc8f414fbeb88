/**
 * The arithmetic of a packet ring, shared by the main thread and by the copies of the behaviour runtime.
 *
 * A ring's cursors are one word, `tail << 16 | head`: free-running u16 counts of words. A ring is *rewound* as soon as it
 * is empty, so `cursors === 0` if and only if it is empty. Records lie whole in one of two parts, the near one
 * (positions 0…63) and the far one; what is left of a part when a record does not fit is filled with a pad.
 *
 *     position  0            64                              capacity
 *               ├── near ────┼──────────── far ──────────────┤
 *               │rec│rec│pad │record      │record      │ pad │
 *
 * Nothing here is atomic: a ring belongs to one thread at a time. Inbound rings belong to the main thread at ingest and to
 * the participant that updates the session during a tick; outbound rings to that participant and, at egress, to the main
 * thread. The tick's end and its start hand them over (memory/README.md).
 */
import { NEAR_WORDS, PAD_HEADER } from '../layout/geometry.js';

/** Words in use, pads included. */
export function wordsInUse(cursors: number): number {
  return ((cursors & 0xffff) - (cursors >>> 16)) & 0xffff;
}

/** Index of the record that ends at the ring's head and is `need` words long. */
export function lastRecordAt(cursors: number, need: number, near: number, far: number, capacity: number): number {
  const position = ((cursors & 0xffff) - need) & (capacity - 1);
  return (position < NEAR_WORDS ? near : far) + position;
}

/**
 * Makes room for a record of `need` words behind the head, padding what it cannot span. Returns the cursors after it, or
 * 0 when there is no room; then nothing has changed.
 */
export function claimRecord(words: Int32Array, near: number, far: number, capacity: number, cursors: number, need: number): number {
  const head = cursors & 0xffff;
  let position = head & (capacity - 1);
  let padding = 0;
  for (let end = partEnd(position, capacity); position + need > end; end = partEnd(position, capacity)) {
    padding += end - position;
    position = end & (capacity - 1);
    if (padding >= capacity) return 0;
  }
  if (wordsInUse(cursors) + padding + need > capacity) return 0;
  for (let skipped = 0; skipped < padding; ) {
    const at = (head + skipped) & (capacity - 1);
    words[(at < NEAR_WORDS ? near : far) + at] = PAD_HEADER;
    skipped += partEnd(at, capacity) - at;
  }
  return (cursors & ~0xffff) | ((head + padding + need) & 0xffff);
}

/** Moves the tail past pads to the next record. The ring must not be empty; behind a pad there always is a record. */
export function skipPads(words: Int32Array, near: number, far: number, capacity: number, cursors: number): number {
  let tail = cursors >>> 16;
  for (;;) {
    const position = tail & (capacity - 1);
    if (words[(position < NEAR_WORDS ? near : far) + position] !== PAD_HEADER) break;
    tail = (tail + partEnd(position, capacity) - position) & 0xffff;
  }
  return (cursors & 0xffff) | (tail << 16);
}

/** The cursors after the record of `need` words at the tail is taken; rewound if it was the last. */
export function releaseRecord(cursors: number, need: number): number {
  const tail = ((cursors >>> 16) + need) & 0xffff;
  const head = cursors & 0xffff;
  return tail === head ? 0 : head | (tail << 16);
}

function partEnd(position: number, capacity: number): number {
  return position < NEAR_WORDS ? NEAR_WORDS : capacity;
}
