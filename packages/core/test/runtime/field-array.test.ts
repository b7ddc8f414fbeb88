import { describe, expect, it } from 'vitest';
import { i32, u8 } from '../../src/layout/field.js';
import { defineStateClass, type StateView } from '../../src/runtime/state-view.js';
import { makeBlock } from '../memory/block-fixture.js';

interface Elements {
  get(index: number): unknown;
  set(index: number, value: unknown): void;
  assign(values: unknown[], start?: number): void;
  fill(value: unknown): void;
  toArray(): unknown[];
}

describe('an array field', () => {
  const setUp = (options: { hot?: boolean } = {}) => {
    const { block, layout } = makeBlock({ fields: { before: u8(), items: i32({ length: 4, ...options }), after: u8() } });
    const state = new (defineStateClass(layout))() as Record<string, unknown> & StateView;
    state.$attach(block);
    const at = (row: number): Record<string, unknown> => {
      state.$row = row;
      return state;
    };
    return { at, items: (row: number) => at(row).items as Elements };
  };

  it.each([{ hot: false }, { hot: true }])('is a row’s own elements, whatever the neighbours hold (%o)', (options) => {
    const { items } = setUp(options);
    for (let row = 0; row < 64; row++) items(row).assign([row, row + 1, row + 2, row + 3]);
    for (let row = 0; row < 64; row++) expect([...(items(row) as unknown as Iterable<number>)]).toEqual([row, row + 1, row + 2, row + 3]);
    items(5).fill(-1);
    expect([items(4).toArray(), items(5).toArray(), items(6).toArray()]).toEqual([
      [4, 5, 6, 7],
      [-1, -1, -1, -1],
      [6, 7, 8, 9],
    ]);
  });

  it('refuses every index that is not an integer 0…length − 1', () => {
    const { items } = setUp();
    for (const index of [
      -1,
      4,
      0.5,
      Number.NaN,
      2 ** 32,
      2 ** 32 + 1,
      -(2 ** 32) + 1,
      Number.POSITIVE_INFINITY,
      '1' as unknown as number,
    ]) {
      const refusal = expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        message: expect.stringContaining('index in state.items must be an integer 0…3'),
      });
      expect(() => items(0).get(index)).toThrow(refusal);
      expect(() => items(0).set(index, 1)).toThrow(refusal);
    }
  });

  it('takes values from any element on, and refuses more than there is room for', () => {
    const { items } = setUp();
    items(2).assign([7, 8], 2);
    expect(items(2).toArray()).toEqual([0, 0, 7, 8]);
    items(2).assign([], 4);
    for (const [values, start] of [
      [[1, 2, 3], 2],
      [[1], 4],
      [[], 5],
      [[], -1],
    ] as [number[], number][]) {
      expect(() => items(2).assign(values, start)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    }
    expect(items(2).toArray()).toEqual([0, 0, 7, 8]);
  });

  it('is one object a field, which follows the session from row to row', () => {
    const { at, items } = setUp();
    const kept = items(1);
    kept.set(0, 11);
    at(2);
    expect(kept.get(0)).toBe(0);
    expect(items(2)).toBe(kept);
  });
});
