import { describe, expect, it } from 'vitest';
import { DormouseError } from '../../src/errors.js';
import { clearServices } from '../../src/memory/services.js';
import { wakeTime } from '../../src/memory/timer-list.js';
import { makeTimers } from './timer-fixture.js';

const invalid = (message: string) => expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message });

describe('every', () => {
  it('is true first one period after the first call, then once for each period', () => {
    const { clock, session } = makeTimers(1000);
    const answers: boolean[] = [];
    for (let tick = 0; tick < 10; tick++) {
      answers.push(session().every(300));
      clock.advance(100);
    }
    expect(answers).toEqual([false, false, false, true, false, false, true, false, false, true]);
  });

  it('is true once in an update, however often it is asked', () => {
    const { clock, session } = makeTimers();
    session().every(100);
    clock.advance(100);
    expect([session().every(100), session().every(100)]).toEqual([true, false]);
  });

  it('counts periods that passed unasked as one, and the next ends where it would have', () => {
    const { clock, session } = makeTimers();
    session().every(100);
    clock.advance(570);
    expect(session().every(100)).toBe(true);
    clock.advance(29);
    expect(session().every(100)).toBe(false);
    clock.advance(1);
    expect(session().every(100)).toBe(true);
  });

  it('keeps one timer for each different period', () => {
    const { clock, session } = makeTimers();
    for (let tick = 0; tick < 3; tick++) for (const period of [70, 100, 2_147_483_647]) expect(session().every(period)).toBe(false);
    clock.advance(70);
    expect([70, 100].map((period) => session().every(period))).toEqual([true, false]);
    clock.advance(30);
    expect([70, 100].map((period) => session().every(period))).toEqual([false, true]);
  });

  it.each([1000 / 60, 1000 / 3, 0.1])(
    'comes at multiples of the period from where it was armed, at most a rounding late, with ticks of %f ms',
    (diff) => {
      const { clock, session } = makeTimers(12.34);
      const armedMs = clock.nowMs;
      session().every(50);
      let passed = 0;
      for (let tick = 0; tick < 20_000; tick++) {
        clock.advance(diff);
        const asked = session().every(50);
        const periods = (clock.nowMs - armedMs) / 50;
        if (asked) passed = Math.max(passed + 1, Math.floor(periods + 1e-8));
        // Neither before its time nor in a later tick than the first at or after it.
        expect(passed - periods).toBeLessThan(1e-8);
        expect(periods - passed).toBeLessThan(1 + 1e-8);
      }
    },
  );

  it.each([2 ** 53, 1e20, -1e18])('is true at most once at one time where ms are too fine to be told apart (%f)', (startTimeMs) => {
    const { clock, session } = makeTimers(startTimeMs);
    session().every(1);
    for (let tick = 0; tick < 5; tick++) {
      clock.advance(3_600_000);
      session().every(1);
      expect(session().every(1)).toBe(false);
    }
  });

  it.each([0, -5, 1.5, Number.NaN, 2_147_483_648, '7', undefined])('refuses a period of %s', (period) => {
    const shown = typeof period === 'string' ? `"${period}"` : String(period);
    expect(() =>
      makeTimers()
        .session()
        .every(period as number),
    ).toThrow(invalid(`periodMs must be an integer 1…2147483647: got ${shown}`));
  });
});

describe('after, due and takeDue', () => {
  it('a timer is due once, in the first update at or after its time', () => {
    const { clock, session } = makeTimers(-50);
    session().after(250, 7);
    expect(session().due(7)).toBe(false);
    clock.advance(249.5);
    expect(session().due(7)).toBe(false);
    clock.advance(0.5);
    expect([session().due(7), session().due(7)]).toEqual([true, false]);
  });

  it('a timer of no delay is due in the same update', () => {
    const { session } = makeTimers();
    session().after(0);
    expect([session().due(), session().due()]).toEqual([true, false]);
  });

  it('a timer that nobody asks for stays due', () => {
    const { clock, session } = makeTimers();
    session().after(10);
    clock.advance(1e9);
    expect(session().due()).toBe(true);
  });

  it('arming a pending timer replaces it, earlier or later', () => {
    const { clock, session } = makeTimers();
    session().after(100, 1);
    session().after(300, 1);
    session().after(500, 2);
    session().after(200, 2);
    clock.advance(200);
    expect([session().takeDue(), session().takeDue()]).toEqual([2, null]);
    clock.advance(100);
    expect([session().takeDue(), session().takeDue()]).toEqual([1, null]);
  });

  it('takeDue goes by time, then id', () => {
    const { clock, session } = makeTimers();
    for (const [delay, id] of [
      [300, 0],
      [100, 65_535],
      [200, 9],
      [100, 3],
      [400, 1],
    ])
      session().after(delay, id);
    clock.advance(300);
    const taken = Array.from({ length: 5 }, () => session().takeDue());
    expect(taken).toEqual([3, 65_535, 9, 0, null]);
  });

  it('cancel disarms a timer once, and no other', () => {
    const { clock, session } = makeTimers();
    session().after(100, 1);
    session().after(200, 2);
    expect([session().cancel(1), session().cancel(1), session().cancel()]).toEqual([true, false, false]);
    clock.advance(200);
    expect([session().due(1), session().due(2)]).toEqual([false, true]);
  });

  it('periods are no timers: takeDue and due pass them over', () => {
    const { clock, session } = makeTimers();
    session().every(100);
    session().after(150, 0);
    clock.advance(120);
    expect([session().takeDue(), session().due(0), session().cancel(0)]).toEqual([null, false, true]);
    expect(session().every(100)).toBe(true);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '5'])('refuses a delay of %s', (delay) => {
    const shown = typeof delay === 'string' ? `"${delay}"` : String(delay);
    expect(() =>
      makeTimers()
        .session()
        .after(delay as number),
    ).toThrow(invalid(`delayMs must be a finite number ≥ 0: got ${shown}`));
  });

  it.each([-1, 65_536, 1.5])('refuses an id of %s', (id) => {
    const { session } = makeTimers();
    const refusal = invalid(`timer id must be an integer 0…65535: got ${id}`);
    for (const call of [() => session().after(1, id), () => session().due(id), () => session().cancel(id)]) expect(call).toThrow(refusal);
  });
});

describe('the limit', () => {
  it('is 64 timers, periods included; one too many changes nothing', () => {
    const { clock, session } = makeTimers();
    for (let period = 1; period <= 10; period++) session().every(period * 1000);
    for (let id = 0; id < 54; id++) session().after(1000 + id, id);
    const refusal = (what: string) =>
      expect.objectContaining({
        code: 'ERR_TIMER_LIMIT',
        accountId: 1000,
        message: expect.stringContaining(`at most 64 timers can be pending, periods included: no room for ${what} of account 1000`),
      });
    expect(() => session().after(5, 99)).toThrow(refusal('timer 99'));
    expect(() => session().every(5)).toThrow(refusal('a period of 5 ms'));
    expect(() => session().after(5, 53)).not.toThrow();
    clock.advance(10_000);
    expect(Array.from({ length: 55 }, () => session().takeDue())).toEqual([53, ...Array.from({ length: 53 }, (_, id) => id), null]);
    for (let period = 1; period <= 10; period++) expect(session().every(period * 1000)).toBe(true);
    expect(() => session().after(5, 99)).not.toThrow();
  });

  it('a timer that came due and was taken makes room', () => {
    const { session } = makeTimers();
    for (let id = 0; id < 64; id++) session().after(id === 40 ? 0 : 5, id);
    expect(session().takeDue()).toBe(40);
    session().after(0, 1000);
    expect(session().takeDue()).toBe(1000);
  });
});

describe('wakeAt', () => {
  it.each([0, -0, 1, -1, 0.1, 1e300, -1e300, Number.POSITIVE_INFINITY])('%f is kept as it is', (atMs) => {
    const { block, session } = makeTimers();
    expect(wakeTime(block, 5)).toBe(Number.POSITIVE_INFINITY);
    session(5).wakeAt(atMs);
    expect(wakeTime(block, 5)).toBe(atMs + 0);
    session(5).wakeAt(Number.POSITIVE_INFINITY);
    expect(wakeTime(block, 5)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY, '9'])('refuses %s', (atMs) => {
    const shown = typeof atMs === 'string' ? `"${atMs}"` : String(atMs);
    expect(() =>
      makeTimers()
        .session()
        .wakeAt(atMs as number),
    ).toThrow(invalid(`atMs must be a finite number of ms, or Infinity for none: got ${shown}`));
  });
});

it('a row is given to a new session without timers, periods and waking time', () => {
  const { block, clock, session } = makeTimers();
  const arm = (row: number): void => {
    session(row).every(10);
    session(row).after(10, 3);
    session(row).wakeAt(77);
  };
  for (const row of [4, 5]) arm(row);
  clearServices(block, 4);
  clock.advance(50);
  expect([session(4).every(10), session(4).takeDue(), wakeTime(block, 4)]).toEqual([false, null, Number.POSITIVE_INFINITY]);
  expect([session(5).every(10), session(5).takeDue(), wakeTime(block, 5)]).toEqual([true, 3, 77]);
});

it('a session that is attached to nothing has no timers to ask for', () => {
  const { session } = makeTimers();
  const parked = session();
  parked.$park();
  const calls = [
    () => parked.every(1),
    () => parked.after(1),
    () => parked.due(),
    () => parked.takeDue(),
    () => parked.cancel(),
    () => parked.wakeAt(1),
  ];
  for (const call of calls) expect(call).toThrow(DormouseError);
});
