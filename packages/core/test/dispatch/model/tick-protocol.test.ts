import { describe, expect, it } from 'vitest';
import { searchAll } from './search.js';
import { tickModel } from './tick-model.js';
import type { Setting } from './variants.js';

const alone = { callerDrains: false, batches: 3, ticks: 2, deaths: 1 };
const joined = { callerDrains: true, batches: 4, ticks: 2, deaths: 1 };

/** Who takes part, and how many states that makes. The count tells when a change has made the search smaller than its name says. */
const SETTINGS: readonly (readonly [what: string, states: number, setting: Setting])[] = [
  ['the caller and a worker, 4 batches, 2 ticks, 2 deaths', 345_547, { ...joined, workers: 1, deaths: 2 }],
  ['the same, a batch being two segments', 132_606, { ...joined, workers: 1, blockRows: 1 }],
  ['the same, a segment being one update', 82_426, { ...joined, workers: 1, wholeSegments: true }],
  ['the same, the caller having run 2 of them before it opens the gate', 53_001, { ...joined, workers: 1, ranAlone: 2 }],
  ['a worker alone, 3 batches, 2 ticks, 2 deaths', 96_643, { ...alone, workers: 1, deaths: 2 }],
  ['2 workers, 3 batches, 1 tick, a death, its place taken', 1_390_598, { ...alone, workers: 2, ticks: 1 }],
  ['2 workers, 3 batches, 2 ticks, a death', 517_781, { ...alone, workers: 2, replaces: false }],
  ['2 workers, 4 batches, 2 ticks, nobody dies', 252_733, { ...alone, workers: 2, batches: 4, deaths: 0 }],
  ['the caller and 2 workers, 3 batches, 1 tick, a death', 308_663, { ...joined, workers: 2, batches: 3, ticks: 1, replaces: false }],
  ['the same, without stealing', 116_749, { ...joined, workers: 2, batches: 3, ticks: 1, replaces: false, doesNotSteal: true }],
  [
    '2 workers, 3 batches, 1 tick, a death, without stealing',
    81_091,
    { ...alone, workers: 2, ticks: 1, replaces: false, doesNotSteal: true },
  ],
  ['2 workers, 3 batches, 2 ticks, one leaves between', 257_974, { ...alone, workers: 2, deaths: 0, oneLeaves: true }],
  [
    'the caller and a worker, 3 batches, 1 tick, a death, all steps in every order',
    27_128,
    { ...joined, workers: 1, batches: 3, ticks: 1, everyOrder: true },
  ],
  [
    '2 workers, 2 batches, 1 tick, a death, all steps in every order',
    91_340,
    { ...alone, workers: 2, batches: 2, ticks: 1, replaces: false, everyOrder: true },
  ],
];

describe('in every order of steps, with a death before any of them, each row is run once a tick or reported, and every tick ends', () => {
  it.each(SETTINGS)('%s: %i states', (_, states, setting) => {
    const outcome = searchAll(tickModel(setting));
    expect(outcome.broken).toEqual([]);
    expect(outcome.stuck).toEqual([]);
    expect(outcome.alwaysEnds).toBe(true);
    expect(outcome.states).toBe(states);
  });
});
