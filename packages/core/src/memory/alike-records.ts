import { NEAR_WORD_BITS } from '../layout/geometry.js';
import { ROWS_A_NEAR_PAGE_BITS } from './touched-rings.js';

/** The longest payloads that {@link copyAlike} copies faster than one record after the other, bytes. */
export const MOST_ALIKE_BYTES = 64;
const PLACE_PAGE_BITS = NEAR_WORD_BITS + ROWS_A_NEAR_PAGE_BITS;

/** The page of near parts that a place is in, as a bit. */
export function pageOf(place: number): number {
  return 1 << (place >> PLACE_PAGE_BITS);
}

/**
 * Records of one length and opcode, copied from a batch to the near parts of a block's rings: all headers, then words 0…7 of all payloads, then the next. V8 looks up
 * where an array lies once, ahead of the loop, only where the loop is small and has no other within: so it is a third faster than record by record.
 *
 * Writes records that begin with `header`, of packets `begin … end − 1` of a list, to their places behind `words[near]`. Their payloads, whole words, are those of `source` from
 * `first` on. Returns which of the block's pages of near parts they lie in, a bit each.
 */
export function copyAlike(
  words: Int32Array,
  near: number,
  packets: Int32Array,
  begin: number,
  end: number,
  header: number,
  source: Int32Array,
  first: number,
): number {
  const count = header >>> 18;
  const pages = copyHeaders(words, near, packets, begin, end, header);
  let word = 0;
  for (; word + 8 <= count; word += 8) copyEight(words, near + 1 + word, packets, begin, end, source, first + word, count);
  if (word + 4 <= count) {
    copyFour(words, near + 1 + word, packets, begin, end, source, first + word, count);
    word += 4;
  }
  for (; word < count; word++) copyOne(words, near + 1 + word, packets, begin, end, source, first + word, count);
  return pages;
}

function copyHeaders(words: Int32Array, near: number, packets: Int32Array, begin: number, end: number, header: number): number {
  // A local: what a bundle makes of a constant of a module is looked up each time.
  const pageBits = PLACE_PAGE_BITS;
  let pages = 0;
  for (let i = begin; i < end; i++) {
    const place = packets[((i << 2) + 3) | 0];
    words[(near + place) | 0] = header;
    pages |= 1 << (place >> pageBits);
  }
  return pages;
}

/** One word of each record, the payload's one after `step` words of the payload before. */
function copyOne(
  words: Int32Array,
  to: number,
  packets: Int32Array,
  begin: number,
  end: number,
  source: Int32Array,
  first: number,
  step: number,
): void {
  let from = first;
  for (let i = begin; i < end; i++) {
    words[(to + packets[((i << 2) + 3) | 0]) | 0] = source[from];
    from = (from + step) | 0;
  }
}

function copyFour(
  words: Int32Array,
  to: number,
  packets: Int32Array,
  begin: number,
  end: number,
  source: Int32Array,
  first: number,
  step: number,
): void {
  let from = first;
  for (let i = begin; i < end; i++) {
    const at = (to + packets[((i << 2) + 3) | 0]) | 0;
    words[at] = source[from];
    words[(at + 1) | 0] = source[(from + 1) | 0];
    words[(at + 2) | 0] = source[(from + 2) | 0];
    words[(at + 3) | 0] = source[(from + 3) | 0];
    from = (from + step) | 0;
  }
}

function copyEight(
  words: Int32Array,
  to: number,
  packets: Int32Array,
  begin: number,
  end: number,
  source: Int32Array,
  first: number,
  step: number,
): void {
  let from = first;
  for (let i = begin; i < end; i++) {
    const at = (to + packets[((i << 2) + 3) | 0]) | 0;
    words[at] = source[from];
    words[(at + 1) | 0] = source[(from + 1) | 0];
    words[(at + 2) | 0] = source[(from + 2) | 0];
    words[(at + 3) | 0] = source[(from + 3) | 0];
    words[(at + 4) | 0] = source[(from + 4) | 0];
    words[(at + 5) | 0] = source[(from + 5) | 0];
    words[(at + 6) | 0] = source[(from + 6) | 0];
    words[(at + 7) | 0] = source[(from + 7) | 0];
    from = (from + step) | 0;
  }
}
