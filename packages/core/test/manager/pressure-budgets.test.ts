import { describe, expect, it } from 'vitest';
import { u32 } from '../../src/layout/field.js';
import { Pressure, SPARED_MS } from '../../src/manager/sleep/pressure.js';
import type { InputObserver } from '../../src/recording/observer.js';
import { SilentObserver } from '../../src/recording/silent-observer.js';
import { NO_MEMORY } from '../../src/session/memory-usage.js';
import { fallAsleep } from '../../src/session/rest.js';
import { ManualClock } from '../../src/testing/manual-clock.js';
import type { WallClock } from '../../src/wall-clock.js';
import { makeStore } from '../session/store-fixture.js';

interface Setup {
  /** Last activity of accounts 1, 2, … */
  readonly activeMs: readonly number[];
  readonly nowMs?: number;
  readonly most?: number;
  readonly isAutomatic?: boolean;
  /** Accounts that cannot sleep, and accounts that will not. */
  readonly unable?: readonly number[];
  readonly unwilling?: readonly number[];
  readonly mostATick?: number;
  /** Bytes that each session holds, asleep or not; the limit. */
  readonly bytesEach?: number;
  readonly memoryLimitBytes?: number;
  /** What the clock on the wall goes on by at each look, ms. The slice is 2. */
  readonly stepMs?: number;
  readonly blocksAStep?: number;
}

const HOUR = 3_600_000;

function setUp({
  activeMs,
  nowMs = HOUR,
  most = 1000,
  isAutomatic = true,
  unable = [],
  unwilling = [],
  mostATick,
  bytesEach = 0,
  memoryLimitBytes = 1e12,
  stepMs = 0,
  blocksAStep,
}: Setup) {
  const { store, clock, create } = makeStore({ value: u32() });
  for (const [index, time] of activeMs.entries()) {
    clock.nowMs = time;
    create(index + 1);
  }
  clock.nowMs = nowMs;
  const wallClock = new ManualClock();
  const steppedClock = {
    now: () => {
      wallClock.advance(stepMs);
      return wallClock.now();
    },
  } as WallClock;
  const population = { maxConcurrentSessions: most };
  const recorded: number[] = [];
  class Heard extends SilentObserver {
    override changed(...[change, accountId]: Parameters<InputObserver['changed']>): void {
      expect(change).toBe('hibernate');
      recorded.push(accountId);
    }
  }
  const asleep: number[] = [];
  let looks = 0;
  const accountOf = (slot: number): number => store.word(slot, 0) >>> 0;
  const pressure = new Pressure(
    {
      store,
      clock,
      population,
      inputs: { observer: new Heard() },
      wallClock: steppedClock,
      sliceMs: 2,
      isAutomatic,
      highPercent: 90,
      lowPercent: 70,
      memoryLimitBytes,
      memoryUsage: () => {
        looks++;
        return { ...NO_MEMORY, totalBytes: store.count * bytesEach, stateBytes: store.count * bytesEach };
      },
      sleeping: {
        mayRest: (slot) => !unable.includes(accountOf(slot)),
        put: (slot) => {
          if (unwilling.includes(accountOf(slot))) {
            store.touch(slot);
            return false;
          }
          asleep.push(accountOf(slot));
          fallAsleep(store, clock, slot);
          return true;
        },
      },
    },
    mostATick,
    blocksAStep,
  );
  return { pressure, store, clock, wallClock, population, recorded, asleep, looksAtMemory: () => looks };
}

/** Ten sessions that were active at these times before now, in seconds. */
function ago(...seconds: number[]): number[] {
  return seconds.map((second) => HOUR - second * 1000);
}

describe('pressure', () => {
  it('above the high mark the least recently active sleep, oldest first, equal ones by account, down to the low mark', () => {
    const { pressure, store, asleep, recorded } = setUp({ most: 10, activeMs: ago(20, 50, 30, 50, 20, 20, 20, 20, 20, 90) });
    expect(pressure.relieve()).toBe(3);
    expect(asleep).toEqual([10, 2, 4]);
    expect(recorded).toEqual(asleep);
    expect(store.awakeCount).toBe(7);
    expect(pressure.sleeps).toBe(3);
    expect(pressure.relieve()).toBe(0);
  });

  it('at the high mark there is none', () => {
    const { pressure, asleep } = setUp({ most: 10, activeMs: ago(50, 50, 50, 50, 50, 50, 50, 50, 50) });
    expect(pressure.relieve()).toBe(0);
    expect(asleep).toEqual([]);
  });

  it('who was active within the last ten seconds is spared while the budget is kept', () => {
    const { pressure, clock, asleep } = setUp({ most: 10, activeMs: ago(1, 1, 1, 1, 1, 1, 1, 1, 20, 1) });
    expect(SPARED_MS).toBe(10_000);
    expect(pressure.relieve()).toBe(1);
    expect(asleep).toEqual([9]);
    // They are idle for long enough then; the low mark has been given up meanwhile, and 9 of 10 is not above the high one.
    clock.nowMs += 20_000;
    expect(pressure.relieve()).toBe(0);
  });

  it('beyond the budget nobody is spared, but no more than are too many', () => {
    const { pressure, store, asleep } = setUp({ most: 8, activeMs: ago(3, 1, 2, 1, 1, 1, 1, 1, 1, 1) });
    expect(pressure.relieve()).toBe(2);
    expect(asleep).toEqual([1, 3]);
    expect(store.awakeCount).toBe(8);
  });

  it('looks for others a second later when too few could sleep, and not before', () => {
    const { pressure, clock, store, asleep } = setUp({ most: 10, activeMs: ago(1, 1, 1, 1, 1, 1, 1, 1, 1, 1) });
    expect(pressure.relieve()).toBe(0);
    store.table.doubles[store.block(store.index.get(4)).firstActivity + 3] = 0;
    clock.nowMs += 999;
    expect(pressure.relieve()).toBe(0);
    clock.nowMs += 1;
    expect(pressure.relieve()).toBe(1);
    expect(asleep).toEqual([4]);
  });

  it('passes over who cannot sleep; one whose hook has something against it stays awake, and was asked', () => {
    const { pressure, asleep, recorded } = setUp({ most: 10, activeMs: Array(10).fill(0), unable: [1, 2], unwilling: [3] });
    // Three were looked for. To be asked is an input too.
    expect(pressure.relieve()).toBe(2);
    expect(recorded).toEqual([3, 4, 5]);
    expect(asleep).toEqual([4, 5]);
  });

  it('puts no more than so many to sleep in a tick, and goes on in the next below the high mark', () => {
    const { pressure, store } = setUp({ most: 100, activeMs: Array(100).fill(0), mostATick: 12 });
    const slept = Array.from({ length: 4 }, () => pressure.relieve());
    expect(slept).toEqual([12, 12, 6, 0]);
    expect(store.awakeCount).toBe(70);
  });

  it('takes no longer than its slice: what is left of those found sleeps in the ticks that follow', () => {
    const { pressure, store, asleep } = setUp({ most: 100, activeMs: Array(100).fill(0), stepMs: 1 });
    // The clock is looked at once in 16.
    const slept = Array.from({ length: 3 }, () => pressure.relieve());
    expect(slept).toEqual([16, 14, 0]);
    expect(asleep).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(store.awakeCount).toBe(70);
  });

  it('who was active since he was found is left alone, and so is who was released', () => {
    const { pressure, store, asleep } = setUp({ most: 100, activeMs: Array(100).fill(0), mostATick: 16 });
    expect(pressure.relieve()).toBe(16);
    store.touch(store.index.get(17));
    store.release(store.index.get(18), () => {});
    expect(pressure.relieve()).toBe(12);
    expect(asleep.slice(16)).toEqual(Array.from({ length: 12 }, (_, i) => i + 19));
  });

  it('searches a bounded number of blocks a tick, but to the end for somebody who waits to come in', () => {
    const sessions = { activeMs: Array(1000).fill(0), most: 1000, mostATick: 2, stepMs: 2, blocksAStep: 1 };
    const patient = setUp(sessions);
    let ticks = 1;
    while (patient.pressure.relieve() === 0) ticks++;
    expect(ticks).toBe(16);
    expect(setUp(sessions).pressure.relieve(true)).toBe(2);
  });

  it('follows the limit when that is changed', () => {
    const { pressure, population, store } = setUp({ most: 1000, activeMs: Array(100).fill(0) });
    expect(pressure.relieve()).toBe(0);
    population.maxConcurrentSessions = 100;
    expect(pressure.relieve()).toBe(30);
    expect(store.awakeCount).toBe(70);
  });

  it('of memory has as many sleep as it takes, by what they hold', () => {
    const { pressure, asleep, wallClock } = setUp({ activeMs: Array(100).fill(0), bytesEach: 1000, memoryLimitBytes: 104_000 });
    // 100 000 of 104 000 bytes: above 90 %; 70 % is 72 800, 27 200 fewer.
    expect(pressure.relieve()).toBe(28);
    expect(asleep).toEqual(Array.from({ length: 28 }, (_, i) => i + 1));
    // Their rows are still there: what they hold is not counted again.
    wallClock.advance(1000);
    expect(pressure.relieve()).toBe(0);
  });

  it('of memory spares nobody while its budget is exceeded', () => {
    const { pressure, asleep } = setUp({ activeMs: Array(100).fill(HOUR), bytesEach: 1000, memoryLimitBytes: 95_000 });
    expect(pressure.relieve()).toBe(5);
    expect(asleep).toEqual([1, 2, 3, 4, 5]);
  });

  it('looks at memory at most once a second of wall-clock time', () => {
    const { pressure, wallClock, looksAtMemory } = setUp({ activeMs: [0] });
    const looks: number[] = [];
    for (const ms of [0, 999, 1, 500, 500]) {
      wallClock.advance(ms);
      pressure.relieve();
      looks.push(looksAtMemory());
    }
    expect(looks).toEqual([1, 1, 2, 2, 3]);
  });

  it('is none where sessions are put to sleep by call only, nor in a replay', () => {
    const byCall = setUp({ most: 10, activeMs: Array(10).fill(0), isAutomatic: false });
    expect(byCall.pressure.relieve()).toBe(0);
    const replayed = setUp({ most: 10, activeMs: Array(10).fill(0) });
    replayed.pressure.isOff = true;
    expect(replayed.pressure.relieve()).toBe(0);
    expect(replayed.looksAtMemory()).toBe(0);
  });
});
