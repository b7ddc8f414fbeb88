/**
 * A ring's *cell*: room for one short record in the session table, at a place that follows from the slot (decision 0049).
 *
 * A ring that is empty may be given its next record there, in place of the start of its near part; its cursors are `IN_CELL` then. It has that one record: whoever
 * adds another moves the first to where it would have been, and goes on as if it always had been there. To whoever reads a ring there is no difference but
 * where the record lies.
 *
 * Why: cells of all sessions lie one behind the other, in reach of kernels, and close enough together that a processor reads ahead.
 */
import { CELL_WORDS, recordWords } from '../layout/geometry.js';
import type { PacketView } from './packet-view.js';

/** The cells of all inbound rings, or of all outbound ones: record of slot s at word `s · CELL_WORDS` and on. */
export interface RingCells {
  readonly words: Int32Array;
  /** The same memory. */
  readonly floats: Float32Array;
  readonly bytes: Uint8Array;
}

/** First word of a slot's cell. */
export function cellOf(slot: number): number {
  return Math.imul(slot, CELL_WORDS);
}

/** Moves the record in the cell of a slot to word `near` of `words`, the start of its ring's near part, which is empty. Returns the cursors after it. */
export function leaveCell({ words: cells }: RingCells, slot: number, words: Int32Array, near: number): number {
  const cell = cellOf(slot);
  const need = recordWords(cells[cell] >>> 16);
  for (let i = 0; i < need; i++) words[near + i] = cells[cell + i];
  return need;
}

/** Points a view at the record in the cell of a slot; returns its payload bytes. */
export function showCell(packet: PacketView, { words, floats }: RingCells, slot: number): number {
  const cell = cellOf(slot);
  packet.attach(words, floats);
  packet.start = cell + 1;
  packet.header = words[cell];
  return packet.length;
}
