import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROWS } from '../../src/layout/geometry.js';
import { FarMarks } from '../../src/memory/page-marks.js';

/** Blocks of more than two parts of 2048, the last of them short. */
const BLOCKS = 2 * 2048 + 3;
/** One and a half pages: each second row shares one with its neighbour. */
const FAR_WORDS = 1536;

/** Pages of a block's far parts, one row behind the other, that hold a word which somebody has written. */
function pagesOf(words: ReadonlyMap<number, number> | undefined): number {
  const pages = new Set<number>();
  for (const [row, most] of words ?? []) {
    const begin = row * FAR_WORDS;
    // A mark is of whole pages from the part's own start on, within the part.
    const end = begin + Math.min(Math.ceil(most / 1024) * 1024, FAR_WORDS);
    for (let page = Math.floor(begin / 1024); page < Math.ceil(end / 1024); page++) pages.add(page);
  }
  return pages.size;
}

describe('FarMarks', () => {
  it('know the pages that were written to, of each block until it is dropped', () => {
    const block = fc.constantFrom(0, 1, 2047, 2048, 4095, 4096, BLOCKS - 1);
    const raise = fc.tuple(block, fc.integer({ min: 0, max: ROWS - 1 }), fc.integer({ min: 1, max: FAR_WORDS }));
    const steps = fc.array(fc.oneof({ weight: 4, arbitrary: raise }, fc.tuple(block)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (done) => {
        const marks = new FarMarks(BLOCKS, FAR_WORDS);
        const written = new Map<number, Map<number, number>>();
        for (const [blockIndex, row, words] of done) {
          if (row === undefined || words === undefined) {
            marks.forget(blockIndex);
            written.delete(blockIndex);
          } else {
            marks.raise(blockIndex, row, words);
            const rows = written.get(blockIndex) ?? new Map<number, number>();
            written.set(blockIndex, rows.set(row, Math.max(words, rows.get(row) ?? 0)));
          }
          for (const each of [0, 1, 2046, 2047, 2048, 4095, 4096, BLOCKS - 1]) expect(marks.pagesOf(each)).toBe(pagesOf(written.get(each)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('hold nothing before the first mark, and nothing of 2048 blocks once the last of theirs is gone', () => {
    const made: number[] = [];
    const { SharedArrayBuffer: Shared } = globalThis;
    globalThis.SharedArrayBuffer = new Proxy(Shared, {
      construct(target, args) {
        made.push(args[0] as number);
        return Reflect.construct(target, args) as object;
      },
    });
    try {
      const marks = new FarMarks(BLOCKS, FAR_WORDS);
      marks.forget(BLOCKS - 1);
      // Of a ring that is in its near part.
      marks.raise(BLOCKS - 1, 3, -54);
      expect([made, marks.pagesOf(BLOCKS - 1)]).toEqual([[], 0]);
      marks.raise(5, 3, 1);
      marks.raise(BLOCKS - 1, 63, FAR_WORDS);
      expect(made).toEqual([2048 * ROWS, 3 * ROWS]);
      marks.raise(2047, 0, 7);
      marks.forget(5);
      expect([made.length, marks.pagesOf(2047)]).toEqual([2, 1]);
      marks.forget(2047);
      marks.raise(5, 3, 1);
      expect(made).toEqual([2048 * ROWS, 3 * ROWS, 2048 * ROWS]);
    } finally {
      globalThis.SharedArrayBuffer = Shared;
    }
  });

  it('let whoever writes go on when there is no memory for them', () => {
    const { SharedArrayBuffer: Shared } = globalThis;
    const marks = new FarMarks(BLOCKS, FAR_WORDS);
    globalThis.SharedArrayBuffer = new Proxy(Shared, {
      construct() {
        throw new RangeError('Array buffer allocation failed');
      },
    });
    try {
      marks.raise(5, 0, 1);
      expect(marks.pagesOf(5)).toBe(0);
    } finally {
      globalThis.SharedArrayBuffer = Shared;
    }
    marks.raise(5, 0, 1);
    expect(marks.pagesOf(5)).toBe(1);
  });
});
