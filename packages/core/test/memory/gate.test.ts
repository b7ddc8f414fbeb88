import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drain } from '../../src/dispatch/drain.js';
import { MAX_BATCHES, MAX_PARTICIPANTS } from '../../src/layout/geometry.js';
import { beginOf, endOf } from '../../src/memory/batch-range.js';
import { Gate, NO_BATCH } from '../../src/memory/gate.js';

const EPOCH = 16;

/** A gate with a round open in which participants 0, 1, … begin with ranges of these sizes. */
function openWith(...sizes: readonly number[]): { gate: Gate; round: number } {
  const gate = Gate.create();
  let begin = 0;
  for (const [participant, size] of sizes.entries()) {
    for (let at = begin; at < begin + size; at++) gate.list(at, at);
    gate.give(participant, begin, begin + size);
    begin += size;
  }
  return { gate, round: gate.arm(begin, sizes.length) };
}

const claimAll = (gate: Gate, participant: number): number[] => {
  const batches: number[] = [];
  for (let batch = gate.claim(participant); batch !== NO_BATCH; batch = gate.claim(participant)) batches.push(batch);
  return batches;
};

describe('a round', () => {
  it('hands out to each the batches that the list names at its range, in order, and no more', () => {
    const gate = Gate.create();
    for (const [at, batch] of [7, 3, 9, 65_534].entries()) gate.list(at, batch);
    gate.give(0, 0, 1);
    gate.give(255, 1, 4);
    gate.arm(4, MAX_PARTICIPANTS);
    expect([claimAll(gate, 0), claimAll(gate, 255), claimAll(gate, 1)]).toEqual([[7], [3, 9, 65_534], []]);
  });

  it.each([
    [0, 1],
    [7, 3],
    [65_534, 1],
    [32_766, 32_768],
    [65_535, 32_768],
  ])('hands out batches that an entry has together: from %i on, %i of them', (batch, count) => {
    const gate = Gate.create();
    gate.list(0, batch, count);
    gate.list(1, 5, 2);
    gate.give(0, 0, 2);
    gate.arm(2, 1);
    const ran: number[][] = [];
    expect(drain(gate, 0, { runBatches: (begin, end) => void ran.push([begin, end]) })).toBe(true);
    expect(ran).toEqual([
      [batch, batch + count],
      [5, 7],
    ]);
  });

  it('may be run by whoever goes in while it is open, and by nobody after', () => {
    const { gate, round } = openWith(1);
    expect([gate.enter(3), gate.isInside(3), gate.isInside(2)]).toEqual([round, true, false]);
    gate.disarm();
    expect([gate.isInside(3), gate.enter(2)]).toEqual([true, 0]);
    gate.exit(3);
    expect(gate.isInside(3)).toBe(false);
  });

  it('is drained when each of its batches was counted; one of those who count hears that it was the last', () => {
    const { gate, round } = openWith(3);
    expect([gate.countOff(1), gate.countOff(1), gate.isDrained]).toEqual([false, false, false]);
    expect(gate.whenDrained(round)).toBeInstanceOf(Promise);
    expect([gate.countOff(1), gate.isDrained, gate.whenDrained(round)]).toEqual([true, true, undefined]);
  });

  it('is waited for from when it is opened until it is drained, or the gate is closed', () => {
    const { gate } = openWith(1);
    expect(gate.isWaiting).toBe(true);
    gate.disarm();
    expect(gate.isWaiting).toBe(false);
    gate.arm(1, 1);
    gate.countOff(1);
    expect(gate.isWaiting).toBe(false);
  });

  it('has another number than the one before, never 0, round all values of a word', () => {
    const { gate, round } = openWith(1);
    expect(gate.arm(1, 1)).toBe(round + 1);
    gate.rouse();
    expect(gate.arm(1, 1)).toBe(round + 3);
    new Int32Array(gate.buffer, 0, EPOCH + 1)[EPOCH] = 0x7fff_ffff;
    expect([gate.arm(1, 1), gate.enter(1)]).toEqual([-0x8000_0000, -0x8000_0000]);
    new Int32Array(gate.buffer, 0, EPOCH + 1)[EPOCH] = -1;
    expect([gate.arm(1, 1), gate.enter(1)]).toEqual([1, 1]);
  });

  it('is told from an earlier one whose last participant reports late', async () => {
    const { gate, round } = openWith(1);
    gate.countOff(1);
    gate.disarm();
    const next = gate.arm(2, 1);
    const waited = gate.whenDrained(next);
    gate.drained(round);
    await waited;
    expect([gate.isDrained, gate.whenDrained(next)]).toEqual([false, expect.any(Promise)]);
  });
});

describe('a thief', () => {
  it('takes the rear half of the next participant that has anything left, round the end', () => {
    const { gate } = openWith(0, 4, 6);
    const taken = gate.takeHalf(0);
    expect([beginOf(taken ?? 0), endOf(taken ?? 0)]).toEqual([2, 4]);
    const other = openWith(5, 0, 0).gate.takeHalf(1);
    expect([beginOf(other ?? 0), endOf(other ?? 0)]).toEqual([2, 5]);
  });

  it('runs the first of what it took and keeps the rest, from which others may take', () => {
    const { gate } = openWith(8, 0, 0);
    const taken = gate.takeHalf(1) ?? 0;
    expect(gate.claim(1)).toBe(NO_BATCH);
    expect(gate.keep(1, taken)).toBe(4);
    expect(gate.takeHalf(0)).toBeDefined();
    expect([claimAll(gate, 1), claimAll(gate, 0)]).toEqual([[5], [0, 1, 2, 3]]);
  });

  it('may have a number beyond those it takes from', () => {
    const { gate } = openWith(2, 2);
    const ran: number[] = [];
    expect(drain(gate, 200, { runBatches: (begin) => ran.push(begin) })).toBe(true);
    expect(ran.sort()).toEqual([0, 1, 2, 3]);
  });

  it('takes nothing in a round without stealing', () => {
    const gate = Gate.create();
    gate.give(0, 0, 3);
    gate.arm(3, 0);
    expect([gate.takeHalf(1), claimAll(gate, 0).length]).toEqual([undefined, 3]);
  });

  it('is counted, and so is who finds nothing', () => {
    const { gate } = openWith(4, 0);
    gate.keep(1, gate.takeHalf(1) ?? 0);
    claimAll(gate, 0);
    claimAll(gate, 1);
    gate.takeHalf(1);
    gate.noteTime(1, 5000, 1.5);
    gate.noteTime(1, 6000, 2);
    expect(gate.counts(1)).toEqual({ steals: 1, failedSteals: 1, busyMs: 3.5, enteredMs: 6000 });
    expect(gate.counts(0)).toEqual({ steals: 0, failedSteals: 0, busyMs: 0, enteredMs: 0 });
  });
});

describe('a participant’s words', () => {
  it('are those of a new one when they were cleared, and nobody else’s are touched', () => {
    const { gate } = openWith(2, 2, 2);
    gate.enter(1);
    gate.askToLeave(1);
    gate.noteTime(1, 1, 1);
    gate.clear(1);
    expect([gate.isInside(1), gate.isAskedToLeave(1), claimAll(gate, 1)]).toEqual([false, false, []]);
    expect(gate.counts(1)).toEqual({ steals: 0, failedSteals: 0, busyMs: 0, enteredMs: 0 });
    expect([claimAll(gate, 0), claimAll(gate, 2)]).toEqual([
      [0, 1],
      [4, 5],
    ]);
  });

  it('are shared with whoever attaches the buffer', () => {
    const { gate, round } = openWith(1);
    const same = Gate.attach(gate.buffer);
    expect([same.enter(7), gate.isInside(7), same.epoch]).toEqual([round, true, round]);
  });

  it('are waited upon by number: whoever sleeps is woken by a round, and when it is roused', async () => {
    const { gate } = openWith(1);
    for (const happens of [() => void gate.arm(1, 1), () => gate.rouse()]) {
      const { epoch } = gate;
      const slept = gate.whenPast(epoch);
      happens();
      gate.wake();
      await slept;
      expect(gate.epoch).not.toBe(epoch);
      expect(gate.whenPast(epoch)).toBeUndefined();
    }
  });
});

describe('drained by several, each batch is run once and one of them finishes the last', () => {
  it('whoever drains first, however the batches were given out', () => {
    void fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 8 }).filter((sizes) => sizes.some((size) => size > 0)),
        fc.array(fc.tuple(fc.nat(8), fc.constantFrom('claim', 'take', 'leave')), { maxLength: 60 }),
        (sizes, moves) => {
          const { gate } = openWith(...sizes);
          const ran: number[] = [];
          let last = 0;
          const runner = { runBatches: (begin: number) => ran.push(begin) };
          const run = (batch: number): void => {
            if (batch === NO_BATCH) return;
            ran.push(batch);
            if (gate.countOff(1)) last++;
          };
          for (const [participant, move] of moves) {
            const batch = gate.claim(participant);
            run(batch);
            // As in drain: nobody takes from others who has something left.
            if (batch !== NO_BATCH || move !== 'take') continue;
            const taken = gate.takeHalf(participant);
            if (taken !== undefined) run(gate.keep(participant, taken));
          }
          for (let participant = 0; participant <= 8; participant++) if (drain(gate, participant, runner)) last++;
          const count = sizes.reduce((sum, size) => sum + size, 0);
          expect(ran.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, batch) => batch));
          expect([last, gate.isDrained]).toEqual([1, true]);
        },
      ),
    );
  });

  it('with as many batches as a round can have', () => {
    const gate = Gate.create();
    for (let batch = 0; batch < MAX_BATCHES; batch++) gate.list(batch, batch);
    gate.give(0, 0, MAX_BATCHES);
    gate.arm(MAX_BATCHES, 2);
    const times = new Uint8Array(MAX_BATCHES);
    const runner = { runBatches: (begin: number) => void times[begin]++ };
    runner.runBatches(gate.claim(0));
    gate.countOff(1);
    expect(drain(gate, 1, runner)).toBe(true);
    expect(times.every((count) => count === 1)).toBe(true);
  });
});
