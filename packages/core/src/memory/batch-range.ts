/**
 * Entries `begin … end − 1` of a round's list of batches, in one word: `begin` in the low 16 bits, `end` in the high. The owner takes from
 * the front, thieves take the rear half; each by one compare-and-swap. The word is the whole truth about what is left in it, so a
 * swap that succeeds on a value that went away and came back has done nothing wrong.
 */
export type PackedRange = number;

export function packRange(begin: number, end: number): PackedRange {
  return (end << 16) | begin;
}

export function beginOf(range: PackedRange): number {
  return range & 0xffff;
}

export function endOf(range: PackedRange): number {
  return range >>> 16;
}

export function isEmpty(range: PackedRange): boolean {
  return beginOf(range) >= endOf(range);
}

/** Splits a range that is not empty: what its owner keeps and what a thief takes, which is the larger half. */
export function halfOf(range: PackedRange): { kept: PackedRange; taken: PackedRange } {
  const begin = beginOf(range);
  const end = endOf(range);
  const middle = end - ((end - begin + 1) >> 1);
  return { kept: packRange(begin, middle), taken: packRange(middle, end) };
}
