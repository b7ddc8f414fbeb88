import type { DataColumn } from '../layout/data-column.js';
import { powerOfTwoFrom, ROWS } from '../layout/geometry.js';
import type { Block } from './block.js';

/*
 * Values of variable size, row by row. Each field has four columns of words (see layout/data-column.ts) and, in the far end of the
 * buffer, a place for each row in each of its tiers. A value lies whole in the smallest tier that holds it; its length says which.
 *
 * Writer and reader of a row: whoever has the session, as with all state.
 */

/** No value has been stored in this row since its session was created. */
export const NEVER_SET = -1;

/** Bytes of a row's value, or `NEVER_SET`. */
export function dataLength(block: Block, column: DataColumn, row: number): number {
  return block.cold.u32[column.offset + row] - 1;
}

/** First byte of a row's stored value in its block's buffer. */
export function dataStart(block: Block, column: DataColumn, row: number): number {
  return placeOf(block, column, row, dataLength(block, column, row));
}

let scratch = new Uint8Array(1024);

/** Changes whenever the row's value does, and with every new session: never the same again for another value. */
export function dataVersion(block: Block, { versions }: DataColumn, row: number): number {
  return block.cold.u32[versions + row];
}

/** Values refused since the session was created. */
export function dataRefusals(block: Block, { refusals }: DataColumn, row: number): number {
  return block.cold.u32[refusals + row];
}

export function countRefusal(block: Block, { refusals }: DataColumn, row: number): void {
  block.cold.u32[refusals + row]++;
}

/**
 * The row's value, copied out of shared memory; none before the first is stored. Valid until the next call: what it lies in serves all.
 * (A copy of its own, by `slice`, took as long as decoding it.)
 */
export function copyData(block: Block, column: DataColumn, row: number): Uint8Array | undefined {
  const length = dataLength(block, column, row);
  if (length === NEVER_SET) return undefined;
  const start = placeOf(block, column, row, length);
  if (length > scratch.length) scratch = new Uint8Array(powerOfTwoFrom(length));
  scratch.set(block.cold.u8.subarray(start, start + length));
  return scratch.subarray(0, length);
}

/** True when the row's value is stored, and is these bytes. */
export function isData(block: Block, column: DataColumn, row: number, bytes: Uint8Array): boolean {
  const { length } = bytes;
  if (dataLength(block, column, row) !== length) return false;
  const start = placeOf(block, column, row, length);
  const { u8 } = block.cold;
  for (let i = 0; i < length; i++) if (u8[start + i] !== bytes[i]) return false;
  return true;
}

/** Stores a row's value; the caller has seen to it that it is no longer than the last tier. */
export function writeData(block: Block, column: DataColumn, row: number, bytes: Uint8Array): void {
  const { tiers, marks, versions, offset } = column;
  const { length } = bytes;
  const { u8, u32 } = block.cold;
  const tier = tierOf(column, length);
  u8.set(bytes, placeOf(block, column, row, length));
  u32[offset + row] = length + 1;
  u32[versions + row]++;
  const before = u32[marks + row];
  const high = tier === tiers.length - 1 ? Math.max(before >>> HIGH_SHIFT, length) : before >>> HIGH_SHIFT;
  u32[marks + row] = (before & TIER_BITS) | (1 << tier) | (high << HIGH_SHIFT);
}

/** Makes a row's value that of a new session. Which pages it has touched stays known. */
export function clearData(block: Block, { offset, versions, refusals }: DataColumn, row: number): void {
  const { u32 } = block.cold;
  u32[offset + row] = 0;
  u32[refusals + row] = 0;
  u32[versions + row]++;
}

/** Bytes of the far end that values of the first `rows` rows have ever touched, in pages of the operating system. */
export function touchedDataBytes(block: Block, { tiers, marks }: DataColumn, rows: number): number {
  let pages = 0;
  for (const [tier, { stride }] of tiers.entries()) {
    let next = 0;
    for (let row = 0; row < Math.min(rows, ROWS); row++) {
      const mark = block.cold.u32[marks + row];
      if ((mark & (1 << tier)) === 0) continue;
      const bytes = tier === tiers.length - 1 ? mark >>> HIGH_SHIFT : stride;
      const first = Math.max(next, (row * stride) >> PAGE_BITS);
      next = Math.max(next, (row * stride + Math.max(bytes, 1) + PAGE_BYTES - 1) >> PAGE_BITS);
      pages += Math.max(next - first, 0);
    }
  }
  return pages << PAGE_BITS;
}

/** A row's mark: a bit for each tier it has ever used, above them the most bytes it had in the last tier. */
const HIGH_SHIFT = 8;
const TIER_BITS = 0xff;
const PAGE_BITS = 12;
const PAGE_BYTES = 1 << PAGE_BITS;

function placeOf(block: Block, column: DataColumn, row: number, length: number): number {
  const { at, stride } = column.tiers[tierOf(column, length)];
  return block.layout.stateFar + at + row * stride;
}

/** 0 for up to 64 bytes, 1 for up to 128, …; the last for all beyond. */
function tierOf({ tiers }: DataColumn, length: number): number {
  return length <= 64 ? 0 : Math.min(26 - Math.clz32(length - 1), tiers.length - 1);
}
