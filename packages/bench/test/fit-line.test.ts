import { describe, expect, it } from 'vitest';
import { fitLine } from '../src/figures/size.js';

describe('fitLine', () => {
  it.each([
    [3, 2],
    [-7.5, 0.25],
    [0, 12],
  ])('finds the line that points lie on (%d + %d x), which explains all of them', (intercept, slope) => {
    const line = fitLine([1, 2, 5, 9].map((x) => [x, intercept + slope * x]));
    expect(line.slope).toBeCloseTo(slope, 9);
    expect(line.intercept).toBeCloseTo(intercept, 9);
    expect(line.r2).toBeCloseTo(1, 9);
  });

  it('explains nothing of points without a trend', () => {
    const points = [-1, 0, 1].map((x): [number, number] => [x, x * x]);
    expect(fitLine(points).r2).toBeCloseTo(0, 9);
  });
});
