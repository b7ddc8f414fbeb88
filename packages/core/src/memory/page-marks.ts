import { ROWS } from '../layout/geometry.js';

/** A page of the operating system. */
export const OS_PAGE_BYTES = 4096;
export const OS_PAGE_WORDS = OS_PAGE_BYTES / 4;
export const OS_PAGE_WORD_BITS = 10;

/**
 * Remembers which pages of far parts were ever written, in memory of the main thread's own: a rewound ring cannot tell. One
 * mark a row: the furthest word that anybody knows to have been written.
 */
export class FarMarks {
  readonly #farWords: number;
  /** A byte a row: pages up to that word, counted from the part's own start. */
  readonly #pages: Uint8Array;

  /** For blocks `0 … blockCount − 1`, whose rows have far parts of `farWords` words, one behind the other from a page on. */
  constructor(blockCount: number, farWords: number) {
    this.#farWords = farWords;
    this.#pages = new Uint8Array(blockCount * ROWS);
  }

  /** The first `words` words of a row's far part were written to. */
  raise(blockIndex: number, row: number, words: number): void {
    const pages = (words + OS_PAGE_WORDS - 1) >> OS_PAGE_WORD_BITS;
    const mark = blockIndex * ROWS + row;
    if (pages > this.#pages[mark]) this.#pages[mark] = pages;
  }

  /** Pages of a block's far parts that were ever written. */
  pagesOf(blockIndex: number): number {
    let pages = 0;
    // Far parts of neighbouring rows share pages: each is counted once.
    let counted = 0;
    for (let row = 0; row < ROWS; row++) {
      const mark = this.#pages[blockIndex * ROWS + row];
      if (mark === 0) continue;
      const begin = row * this.#farWords;
      const end = begin + Math.min(mark * OS_PAGE_WORDS, this.#farWords);
      const beginPage = Math.max(counted, begin >> OS_PAGE_WORD_BITS);
      counted = Math.max(counted, (end + OS_PAGE_WORDS - 1) >> OS_PAGE_WORD_BITS);
      pages += counted - beginPage;
    }
    return pages;
  }

  /** The block was dropped, its pages with it. */
  forget(blockIndex: number): void {
    this.#pages.fill(0, blockIndex * ROWS, (blockIndex + 1) * ROWS);
  }
}

/** Bits that are set. */
export function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
