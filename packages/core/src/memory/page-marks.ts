import { OS_PAGE_WORD_BITS, OS_PAGE_WORDS, ROWS } from '../layout/geometry.js';
import { allocatePages } from './pages.js';

/** Blocks whose marks lie together: pages of the system's of them that nobody writes to are no memory. */
const PART_BITS = 11;
const PART_MASK = (1 << PART_BITS) - 1;

interface Part {
  /** A byte a row: pages up to that word, counted from the far part's own start. */
  readonly pages: Uint8Array;
  /** Rows that have any. */
  rows: number;
}

/**
 * Remembers which pages of far parts were ever written, in memory of the main thread's own: a rewound ring cannot tell. One
 * mark a row: the furthest word that anybody knows to have been written. No memory while there are none.
 */
export class FarMarks {
  readonly #farWords: number;
  readonly #blockCount: number;
  readonly #parts: (Part | undefined)[] = [];

  /** For blocks `0 … blockCount − 1`, whose rows have far parts of `farWords` words, one behind the other from a page on. */
  constructor(blockCount: number, farWords: number) {
    this.#farWords = farWords;
    this.#blockCount = blockCount;
  }

  /** The first `words` words of a row's far part were written to. */
  raise(blockIndex: number, row: number, words: number): void {
    const pages = (words + OS_PAGE_WORDS - 1) >> OS_PAGE_WORD_BITS;
    if (pages <= 0) return;
    const part = this.#parts[blockIndex >> PART_BITS] ?? this.#open(blockIndex >> PART_BITS);
    if (part === undefined) return;
    const mark = (blockIndex & PART_MASK) * ROWS + row;
    const before = part.pages[mark];
    if (pages <= before) return;
    part.pages[mark] = pages;
    if (before === 0) part.rows++;
  }

  /** Pages of a block's far parts that were ever written. */
  pagesOf(blockIndex: number): number {
    const part = this.#parts[blockIndex >> PART_BITS];
    if (part === undefined) return 0;
    const first = (blockIndex & PART_MASK) * ROWS;
    let pages = 0;
    // Far parts of neighbouring rows share pages: each is counted once.
    let counted = 0;
    for (let row = 0; row < ROWS; row++) {
      const mark = part.pages[first + row];
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
    const number = blockIndex >> PART_BITS;
    const part = this.#parts[number];
    if (part === undefined) return;
    const first = (blockIndex & PART_MASK) * ROWS;
    for (let mark = first; mark < first + ROWS; mark++) {
      if (part.pages[mark] === 0) continue;
      part.pages[mark] = 0;
      part.rows--;
    }
    if (part.rows === 0) this.#parts[number] = undefined;
  }

  /** None when there is no memory for it: what is written then is not counted, and whoever writes goes on. */
  #open(number: number): Part | undefined {
    const blocks = Math.min(1 << PART_BITS, this.#blockCount - (number << PART_BITS));
    const byteLength = blocks * ROWS;
    try {
      const part = { pages: new Uint8Array(allocatePages(byteLength), 0, byteLength), rows: 0 };
      this.#parts[number] = part;
      return part;
    } catch {
      return undefined;
    }
  }
}

/** Bits that are set. */
export function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
