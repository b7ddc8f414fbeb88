import { describe, expect, it } from 'vitest';
import { typicalUs } from '../src/compare/typical-tick.js';

describe('typicalUs', () => {
  it('is the median of ticks that are alike', () => {
    expect(typicalUs([3, 1, 100], 'W1')).toBe(3);
  });

  it('has the ticks of W8 that wake sessions in it, which a median of ticks would not see', () => {
    const period = (last: number): number[] => [...Array.from({ length: 19 }, () => 1), last];
    expect(typicalUs([...period(41), ...period(61), ...period(9999)], 'W8')).toBe(4);
  });

  it('takes what there is of a period that is not whole, if there is no other', () => {
    expect(typicalUs([1, 3], 'W8')).toBe(2);
  });
});
