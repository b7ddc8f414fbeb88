import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wakeTime } from '../../src/memory/timer-list.js';
import { makeTimers } from './timer-fixture.js';

/** Rows that are neighbours, and the last one. */
const ROWS = [0, 1, 63];
const LIMIT = 64;

/** The timers of one session in the plainest form. */
class Model {
  singles = new Map<number, number>();
  periods = new Map<number, number>();
  wakeMs = Number.POSITIVE_INFINITY;

  get isFull(): boolean {
    return this.singles.size + this.periods.size >= LIMIT;
  }

  every(nowMs: number, periodMs: number): boolean | 'refused' {
    let due = this.periods.get(periodMs);
    if (due === undefined) {
      if (this.isFull) return 'refused';
      this.periods.set(periodMs, nowMs + periodMs);
      return false;
    }
    if (due > nowMs) return false;
    while (due <= nowMs) due += periodMs;
    this.periods.set(periodMs, due);
    return true;
  }

  after(nowMs: number, delayMs: number, id: number): undefined | 'refused' {
    if (!this.singles.has(id) && this.isFull) return 'refused';
    this.singles.set(id, nowMs + delayMs);
    return undefined;
  }

  due(nowMs: number, id: number): boolean {
    return (this.singles.get(id) ?? Number.POSITIVE_INFINITY) <= nowMs && this.singles.delete(id);
  }

  takeDue(nowMs: number): number | null {
    const due = [...this.singles].filter(([, at]) => at <= nowMs).sort(([a, m], [b, n]) => m - n || a - b);
    if (due.length === 0) return null;
    this.singles.delete(due[0][0]);
    return due[0][0];
  }
}

/** Multiples of 1/64 ms, whose sums are exact: the model and the code must agree to the last bit. */
const span = (most: number) => fc.integer({ min: 0, max: most * 64 }).map((value) => value / 64);

function operations(ids: number, periods: number) {
  const row = fc.constantFrom(...ROWS);
  const id = fc.oneof(fc.nat(ids), fc.constantFrom(0, 65_535));
  return fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.tuple(fc.constant('after' as const), row, span(3000), id) },
      { weight: 3, arbitrary: fc.tuple(fc.constant('every' as const), row, fc.integer({ min: 1, max: periods }), fc.constant(0)) },
      { weight: 3, arbitrary: fc.tuple(fc.constant('due' as const), row, fc.constant(0), id) },
      { weight: 3, arbitrary: fc.tuple(fc.constant('takeDue' as const), row, fc.constant(0), fc.constant(0)) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('cancel' as const), row, fc.constant(0), id) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('wakeAt' as const), row, span(3000), fc.constant(0)) },
      { weight: 3, arbitrary: fc.tuple(fc.constant('advance' as const), row, span(800), fc.constant(0)) },
    ),
    { minLength: 1, maxLength: 400 },
  );
}

function refusedOr<T>(call: () => T): T | 'refused' {
  try {
    return call();
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_TIMER_LIMIT' });
    return 'refused';
  }
}

describe('a session has the timers of a plain list of them, whatever the other rows have', () => {
  it.each([
    { title: 'few ids, one place or two', ids: 2, periods: 1 },
    { title: 'a handful', ids: 6, periods: 3 },
    { title: 'up to the limit', ids: 80, periods: 60 },
    { title: 'mostly periods', ids: 1, periods: 90 },
  ])('$title', ({ ids, periods }) =>
    fc.assert(
      fc.property(fc.constantFrom(0, -1000, 1.5, 2 ** 40), operations(ids, periods), (startTimeMs, steps) => {
        const { block, clock, session } = makeTimers(startTimeMs);
        const models = new Map(ROWS.map((row) => [row, new Model()]));
        for (const [kind, row, time, id] of steps) {
          const model = models.get(row) as Model;
          const { nowMs } = clock;
          if (kind === 'advance') clock.advance(time);
          else if (kind === 'after') expect(refusedOr(() => session(row).after(time, id))).toBe(model.after(nowMs, time, id));
          else if (kind === 'every') expect(refusedOr(() => session(row).every(time))).toBe(model.every(nowMs, time));
          else if (kind === 'due') expect(session(row).due(id)).toBe(model.due(nowMs, id));
          else if (kind === 'takeDue') expect(session(row).takeDue()).toBe(model.takeDue(nowMs));
          else if (kind === 'cancel') expect(session(row).cancel(id)).toBe(model.singles.delete(id));
          else {
            session(row).wakeAt(time);
            model.wakeMs = time;
          }
        }
        clock.advance(3000);
        for (const [row, model] of models) {
          expect(wakeTime(block, row)).toBe(model.wakeMs);
          for (const periodMs of model.periods.keys()) expect(session(row).every(periodMs)).toBe(model.every(clock.nowMs, periodMs));
          for (let left = model.singles.size; left >= 0; left--) expect(session(row).takeDue()).toBe(model.takeDue(clock.nowMs));
          expect(block.cold.i32[block.services.timers.counts + row]).toBe(model.periods.size * 0x1_0001);
        }
      }),
      { numRuns: 150 },
    ),
  );
});
