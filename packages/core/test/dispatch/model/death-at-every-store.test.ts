import { describe, expect, it } from 'vitest';
import { type Fleet, type LeftOut, makeFleet } from './dying-participant.js';

/** Rows at both ends of a block and of its halves, and runs of more than one. */
const ROWS = [0, 1, 2, 31, 32, 62, 63];

/** What is wrong with a round that was run to its end, sessions by number. */
function mistakes({ active, updates, seats, isDone, batchCount }: Fleet): string[] {
  const interrupted = new Set<number>();
  for (const { blockIndex, begin, end } of seats.interruptions) {
    for (let row = begin; row < end; row++) interrupted.add(blockIndex * 64 + row);
  }
  const wrong: string[] = [];
  for (let batch = 0; batch < batchCount; batch++) if (!isDone(batch)) wrong.push(`batch ${batch} is not done`);
  for (const session of active) {
    const [begun, ended] = [updates.begun[session], updates.ended[session]];
    if (begun > 1) wrong.push(`session ${session} is run ${begun} times`);
    if (begun === 0 && !interrupted.has(session)) wrong.push(`session ${session} is not run`);
    if (begun > ended && !interrupted.has(session)) wrong.push(`session ${session} is interrupted and not reported`);
    interrupted.delete(session);
  }
  for (const session of interrupted) wrong.push(`session ${session} is reported and not active`);
  return wrong;
}

/** Runs a round whose participants die at these moments, one after the other, and a last one that does not. False: one came to the end. */
function runWithDeaths(fleet: Fleet, moments: readonly number[]): boolean {
  fleet.open();
  const allDied = moments.every((moment) => fleet.runUntil(moment));
  fleet.runUntil(Number.POSITIVE_INFINITY);
  return allDied;
}

describe('a thread may die before any store of its participant and inside any update: each session is run once, or reported', () => {
  it.each<[string, Parameters<typeof makeFleet>]>([
    ['with batches of a block', [2, ROWS, 64, false]],
    ['with batches of two blocks', [2, ROWS, 128, false]],
    ['with batches of half a block', [1, ROWS, 32, false]],
    ['with batches that end inside a block', [2, ROWS, 96, false]],
    ['with updateBatch', [2, ROWS, 96, true]],
    ['with every row active', [1, Array.from({ length: 64 }, (_, row) => row), 64, false]],
  ])('%s', (_, parts) => {
    const fleet = makeFleet(...parts);
    let moments = 0;
    for (; runWithDeaths(fleet, [moments]); moments++) {
      expect({ moments, wrong: mistakes(fleet) }).toEqual({ moments, wrong: [] });
      expect(fleet.seats.interruptions.length).toBeLessThanOrEqual(1);
    }
    expect(moments).toBeGreaterThan(fleet.active.length);
    expect([mistakes(fleet), fleet.seats.interruptions]).toEqual([[], []]);
    fleet.seats.close();
  });

  it('and so may the thread that takes its work up', () => {
    const fleet = makeFleet(2, [0, 63], 96, false);
    for (let first = 0; runWithDeaths(fleet, [first]); first++) {
      for (let second = 0; runWithDeaths(fleet, [first, second]); second++) {
        expect({ first, second, wrong: mistakes(fleet) }).toEqual({ first, second, wrong: [] });
        expect(fleet.seats.interruptions.length).toBeLessThanOrEqual(2);
      }
    }
    fleet.seats.close();
  });
});

describe('the test finds what it is for: a store left out', () => {
  it.each<[LeftOut, RegExp]>([
    ['row', /interrupted and not reported|is run 2 times/],
    ['reset', /is not run|is run 2 times|not active/],
    ['segment', /is not run|is run 2 times|not active/],
    ['batch', /is run 2 times/],
    ['position', /is run 2 times/],
  ])('%s', (leftOut, expected) => {
    const fleet = makeFleet(2, ROWS, 128, false, leftOut);
    const found: string[] = [];
    for (let moment = 0; runWithDeaths(fleet, [moment]); moment++) found.push(...mistakes(fleet));
    expect(found.join('\n')).toMatch(expected);
    fleet.seats.close();
  });
});
