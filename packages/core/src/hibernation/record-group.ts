import type { Chunk } from './arena.js';

/*
 * Up to 32 records together, an entry of the arena that begins at a multiple of 32 words and ends at one:
 *
 *   word 0             1        2                        3          3 + count
 *   ├ count │ deflated ┼ mask ─┼ bytes of the body ─────┼ accounts ┼ lengths, 16 bits each ┼ body … ┄┄┄┄┄┄┄┄┄┄┄┄┤
 *
 * Bit i of the mask: record i is still there. Its location is the group's + i. Of one record alone the length has 32 bits. The body is the
 * records one behind the other, or, deflated, their columns.
 */
const COUNT_MASK = 0x3f;
const DEFLATED = 0x8000_0000;
const HEAD_WORDS = 3;
/** Locations of one group are these bits apart. */
const INDEX_MASK = 31;

export interface GroupHead {
  readonly count: number;
  readonly isDeflated: boolean;
  readonly bodyBytes: number;
}

/** Where the group begins that has a record at this location. */
export function groupOf(location: number): number {
  return (location & ~INDEX_MASK) >>> 0;
}

export function indexOf(location: number): number {
  return location & INDEX_MASK;
}

/** Words that it takes. */
export function groupWords({ count, bodyBytes }: GroupHead): number {
  const words = bodyWord(count) + ((bodyBytes + 3) >>> 2);
  return (words + INDEX_MASK) & ~INDEX_MASK;
}

export function readHead({ words }: Chunk, at: number): GroupHead {
  return { count: words[at] & COUNT_MASK, isDeflated: (words[at] & DEFLATED) !== 0, bodyBytes: words[at + 2] };
}

/** Writes a group in which all records are there. `ends`: where each ends, of all of them together. */
export function writeGroup(
  chunk: Chunk,
  at: number,
  head: GroupHead,
  accountIds: ArrayLike<number>,
  ends: Uint32Array,
  body: Uint8Array,
): void {
  const { words } = chunk;
  const { count } = head;
  words[at] = count | (head.isDeflated ? DEFLATED : 0);
  words[at + 1] = 0xffff_ffff >>> (32 - count);
  words[at + 2] = head.bodyBytes;
  for (let i = 0; i < count; i++) words[at + HEAD_WORDS + i] = accountIds[i];
  const lengths = at + HEAD_WORDS + count;
  if (count === 1) words[lengths] = ends[0];
  else {
    for (let i = 0; i < count; i += 2) {
      const first = ends[i] - (i === 0 ? 0 : ends[i - 1]);
      const second = i + 1 < count ? ends[i + 1] - ends[i] : 0;
      words[lengths + (i >> 1)] = first | (second << 16);
    }
  }
  chunk.bytes.set(body, (at + bodyWord(count)) * 4);
}

/** Fills in where each record ends, of all of them together. */
export function readEnds({ words }: Chunk, at: number, count: number, into: Uint32Array): void {
  const lengths = at + HEAD_WORDS + count;
  if (count === 1) into[0] = words[lengths];
  else {
    for (let i = 0, end = 0; i < count; i++) {
      end += (words[lengths + (i >> 1)] >>> ((i & 1) << 4)) & 0xffff;
      into[i] = end;
    }
  }
}

export function bodyOf(chunk: Chunk, at: number, { count, bodyBytes }: GroupHead): Uint8Array {
  const start = (at + bodyWord(count)) * 4;
  return chunk.bytes.subarray(start, start + bodyBytes);
}

export function accountAt({ words }: Chunk, at: number, index: number): number {
  return words[at + HEAD_WORDS + index];
}

export function lengthAt({ words }: Chunk, at: number, count: number, index: number): number {
  const lengths = at + HEAD_WORDS + count;
  return count === 1 ? words[lengths] : (words[lengths + (index >> 1)] >>> ((index & 1) << 4)) & 0xffff;
}

/** True if the group's record `index` is there and is this account's. */
export function isThere(chunk: Chunk, at: number, index: number, accountId: number): boolean {
  return hasRecord(chunk, at, index) && accountAt(chunk, at, index) === accountId;
}

export function hasRecord({ words }: Chunk, at: number, index: number): boolean {
  return ((words[at + 1] >>> index) & 1) === 1;
}

/** Returns true if it was the last. */
export function removeRecord({ words }: Chunk, at: number, index: number): boolean {
  words[at + 1] &= ~(1 << index);
  return words[at + 1] === 0;
}

function bodyWord(count: number): number {
  return HEAD_WORDS + count + (count === 1 ? 1 : (count + 1) >> 1);
}
