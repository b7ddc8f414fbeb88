import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_BATCHES } from '../../src/layout/geometry.js';
import { beginOf, endOf, halfOf, isEmpty, packRange } from '../../src/memory/batch-range.js';

const place = fc.integer({ min: 0, max: MAX_BATCHES });
const ordered = fc.tuple(place, place).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

describe('a packed range', () => {
  it('gives back what was put in, and is what an Int32Array makes of it, for all that a round can have', () => {
    const word = new Int32Array(1);
    void fc.assert(
      fc.property(ordered, ([begin, end]) => {
        const range = packRange(begin, end);
        word[0] = range;
        expect([beginOf(range), endOf(range), word[0]]).toEqual([begin, end, range]);
      }),
      { examples: [[[0, MAX_BATCHES]], [[MAX_BATCHES, MAX_BATCHES]], [[0, 0]], [[32_767, 32_768]]] },
    );
  });

  it('is empty when nothing is between its ends', () => {
    void fc.assert(fc.property(ordered, ([begin, end]) => isEmpty(packRange(begin, end)) === (begin === end)));
    expect(isEmpty(0)).toBe(true);
  });

  it('is split into a front that its owner keeps and a rear that is taken, the larger by one at most, without a gap', () => {
    void fc.assert(
      fc.property(
        ordered.filter(([begin, end]) => begin < end),
        ([begin, end]) => {
          const { kept, taken } = halfOf(packRange(begin, end));
          expect([beginOf(kept), endOf(kept), endOf(taken)]).toEqual([begin, beginOf(taken), end]);
          const [left, moved] = [endOf(kept) - beginOf(kept), endOf(taken) - beginOf(taken)];
          expect(moved - left === 0 || moved - left === 1).toBe(true);
          expect(isEmpty(taken)).toBe(false);
        },
      ),
      { examples: [[[0, 1]], [[0, MAX_BATCHES]], [[MAX_BATCHES - 1, MAX_BATCHES]]] },
    );
  });
});
