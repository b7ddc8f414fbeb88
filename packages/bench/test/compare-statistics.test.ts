import { describe, expect, it } from 'vitest';
import { shuffled } from '../src/arithmetic/random.js';
import { pointsOf } from '../src/compare/curves.js';
import { leadTicksOf, ticksOfRound } from '../src/compare/race.js';
import { selected } from '../src/compare/selection.js';
import { intervalOf, orderInterval, ranksOf, tailOf } from '../src/compare/statistics.js';

describe('the interval of a median', () => {
  // Of tables of the binomial distribution with p = 1/2.
  it.each([
    [1, 0, 0],
    [3, 0, 0.75],
    [5, 0, 0.9375],
    [6, 0, 0.96875],
    [9, 1, 0.9609375],
    [10, 1, 0.978515625],
    [15, 3, 0.96484375],
    [30, 9, 0.957226],
  ])('of %i rounds leaves out %i at either end, and holds the median %f of the time', (count, trim, confidence) => {
    const found = orderInterval(count, 0.95);
    expect(found.trim).toBe(trim);
    expect(found.confidence).toBeCloseTo(confidence, 6);
  });

  it('of few rounds is their whole range', () => {
    expect(intervalOf([3, 1, 2], 0.95)).toEqual({ median: 2, low: 1, high: 3 });
  });

  it('does not move with one round that was disturbed', () => {
    expect(intervalOf([10, 11, 12, 13, 14, 15, 16, 17, 18, 9999], 0.95)).toEqual({ median: 15, low: 11, high: 18 });
  });

  it('takes rounds in any order, and leaves them as they are', () => {
    const rounds = [5, 4, 6];
    intervalOf(rounds, 0.95);
    expect(rounds).toEqual([5, 4, 6]);
  });
});

describe('ranks', () => {
  const interval = (low: number, high: number) => ({ low, median: (low + high) / 2, high });

  it('count those that are wholly below', () => {
    expect(ranksOf([interval(1, 2), interval(2, 3), interval(4, 5), interval(2.5, 4.5), interval(9, 9)])).toEqual([1, 1, 3, 2, 5]);
  });

  it('differ where a third is certainly faster than one of two that cannot be told apart', () => {
    expect(ranksOf([interval(1, 3), interval(2, 5), interval(4, 6)])).toEqual([1, 1, 2]);
  });

  it('do not depend on the order of the arms', () => {
    expect(ranksOf([interval(9, 9), interval(4, 5), interval(1, 2)])).toEqual([3, 2, 1]);
  });
});

it('p99 and the maximum are those of the ticks of all rounds together', () => {
  const rounds = [Float64Array.from({ length: 150 }, (_, index) => index), Float64Array.from({ length: 50 }, (_, index) => 150 + index)];
  expect(tailOf(rounds)).toEqual({ p99: 198, max: 199 });
});

describe('a round', () => {
  it.each([
    [100, 'W1', 1000],
    [1, 'W1', 4000],
    [1_000_000, 'W1', 5],
    [30_000, 'W7', 10],
    [100, 'W8', 1000],
    [30_000, 'W8', 20],
  ] as const)('of ticks of %i µs of %s has %i of them', (medianUs, workload, ticks) => {
    expect(ticksOfRound(medianUs, 100, workload)).toBe(ticks);
  });

  it.each([
    [1, 100, 'W1', 4000],
    [100, 100, 'W1', 1000],
    [100, 1, 'W1', 10],
    [100, 60_000, 'W1', 1000],
    [10_000, 100, 'W1', 10],
    [1_000_000, 100, 'W1', 4],
    [1_000_000, 100, 'W7', 10],
    [1_000_000, 100, 'W8', 20],
  ] as const)(
    'of ticks of %i µs that takes %i ms of %s has others before it that are not timed: %i',
    (medianUs, roundMs, workload, ticks) => {
      expect(leadTicksOf(medianUs, roundMs, workload)).toBe(ticks);
    },
  );

  it('comes in another order each time, and in the same in each run', () => {
    const arms = ['a', 'b', 'c', 'd', 'e', 'f'];
    const orders = Array.from({ length: 30 }, (_, seed) => shuffled(arms, seed));
    expect(Array.from({ length: 30 }, (_, seed) => shuffled(arms, seed))).toEqual(orders);
    for (const order of orders) expect([...order].sort()).toEqual(arms);
    // Nobody always follows the same one.
    for (const arm of arms) expect(new Set(orders.map((order) => order[order.indexOf(arm) - 1])).size).toBe(arms.length);
  });
});

it.each([
  [1, [1]],
  [2, [1, 2]],
  [8, [1, 2, 3, 4, 5, 6, 7, 8]],
  [12, [1, 2, 4, 8, 12]],
  [64, [1, 2, 4, 8, 16, 32, 64]],
])('on %i cores the curve over threads has the points %j', (cores, points) => {
  expect(pointsOf(cores)).toEqual(points);
});

describe('names of arms', () => {
  const names = ['tinypool-shared@2', 'tinypool-shared@1', 'tinypool-sharded@2', 'floor@0'];

  it.each([
    [['floor@0'], ['floor@0']],
    [['shared'], ['tinypool-shared@2', 'tinypool-shared@1']],
    [['*@2'], ['tinypool-shared@2', 'tinypool-sharded@2']],
    [
      ['floor', 'tinypool-sharde?@2'],
      ['tinypool-sharded@2', 'floor@0'],
    ],
  ])('%j means %j', (patterns, meant) => {
    expect(selected(names, patterns)).toEqual(meant);
  });

  it.each([
    ['flor', 'nothing matches flor. Did you mean floor@0?'],
    ['tinypol-shared@1', 'nothing matches tinypol-shared@1. Did you mean tinypool-shared@1?'],
    ['goroutines', 'nothing matches goroutines.'],
  ])('%s means none', (pattern, message) => {
    expect(() => selected(names, [pattern])).toThrow(new RangeError(message));
  });
});
