import type { DormouseEvents, IScheduler } from '@dormouse/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { on } from '../manager/calling-behavior.js';
import { startSleepy } from '../manager/sleeping.js';
import { accounts } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { Disk } from './disk-fixture.js';
import { startKeeper, turn } from './durable-fixture.js';

/** A scheduler whose rounds take turns of the event loop. */
function slowly(turns: number): IScheduler {
  const serial = serialScheduler();
  return {
    ...serial,
    async parallelFor(batchCount, epoch) {
      for (let at = 0; at < turns; at++) await turn();
      await serial.parallelFor(batchCount, epoch);
    },
  };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('checkpointEveryMs', () => {
  it('has one begin whenever so much time has passed since the last one began', async () => {
    const told: number[] = [];
    on('dormouse:checkpoint:done', ({ tick }: DormouseEvents['dormouse:checkpoint:done']) => told.push(tick));
    const clock = new ManualClock();
    const { manager } = await startKeeper(new Disk(), {}, { clock, checkpointEveryMs: 1000 });
    manager.createSession(1);
    for (const passed of [0, 999, 1, 500, 500, 5000, 0]) {
      clock.advance(passed);
      await manager.updateAllSessions(1);
      for (let turns = 0; turns < 10; turns++) await turn();
    }
    expect(told).toEqual([3, 5, 6]);
    expect(manager.config.checkpointEveryMs).toBe(1000);
  });

  it.each([0, 1, 3])('it goes on between ticks, in none of them, with a store that takes %i turns a batch', async (turns) => {
    const clock = new ManualClock();
    const { manager, store } = await startKeeper(new Disk(), {}, { clock, checkpointEveryMs: 1000 });
    manager.createSessionBatch(accounts(500));
    store.turns = turns;
    clock.advance(1000);
    while (manager.getGlobalMetrics().checkpoints === 0) {
      const before = store.batches.length;
      const tick = manager.updateAllSessions(1);
      expect(store.batches.length).toBe(before);
      await tick;
      for (let at = 0; at < turns + 1; at++) await turn();
    }
    expect(store.batches).toEqual([...Array.from({ length: 15 }, () => 32), 20]);
  });

  it('nor where there is time between two ticks for no more than to encode a batch, or to put one', async () => {
    const clock = new ManualClock();
    let ms = performance.now();
    // Time goes by in updates, and between ticks with each look at the clock.
    let passes = 0;
    const update = () => {
      ms += 1;
    };
    const { manager, store } = await startKeeper(new Disk(), { update }, { clock, checkpointEveryMs: 1000 });
    manager.createSessionBatch(accounts(500));
    clock.advance(1000);
    vi.spyOn(performance, 'now').mockImplementation(() => {
      ms += passes;
      return ms;
    });
    for (let ticks = 0; manager.getGlobalMetrics().checkpoints === 0 && ticks < 60; ticks++) {
      const before = store.batches.length;
      passes = 0;
      await manager.updateAllSessions(1);
      expect(store.batches.length).toBe(before);
      passes = 1;
      await turn();
    }
    expect(store.batches).toEqual([...Array.from({ length: 15 }, () => 32), 20]);
    expect(manager.getGlobalMetrics().checkpoints).toBe(1);
  });

  it.each([
    ['leave the event loop no turn', 0],
    ['take all its turns', 1],
    ['take many turns each', 5],
  ])('where ticks follow each other that %s it goes on with some of every other', async (_, turns) => {
    const clock = new ManualClock();
    const scheduler = turns === 0 ? serialScheduler() : slowly(turns);
    const { manager, store } = await startKeeper(new Disk(), {}, { clock, checkpointEveryMs: 1000, scheduler } as never);
    manager.createSessionBatch(accounts(320));
    clock.advance(1000);
    let ticks = 0;
    for (; manager.getGlobalMetrics().checkpoints === 0 && ticks < 60; ticks++) {
      await manager.updateAllSessions(1);
    }
    expect(store.batches).toEqual(Array.from({ length: 10 }, () => 32));
    expect(ticks).toBeLessThan(60);
  });

  it.each([
    [0, 1, 1],
    [0, 3, 2],
    [1, 1, 3],
    [1, 4, 1],
    [2, 2, 6],
  ])(
    'it comes to its end while 40 wake and sleep again in each tick: %i turns between ticks, a store of %i, ticks of %i',
    async (...turns) => {
      const [between, ofStore, ofTick] = turns;
      const clock = new ManualClock();
      const scheduler = slowly(ofTick);
      const { manager, store } = await startKeeper(new Disk(), {}, { clock, checkpointEveryMs: 1000, scheduler } as never);
      const handles = manager.createSessionBatch(accounts(1000));
      manager.createSessionBatch(accounts(100, 2001));
      store.turns = ofStore;
      clock.advance(1000);
      let ticks = 0;
      for (; manager.getGlobalMetrics().checkpoints === 0 && ticks < 1500; ticks++) {
        await manager.updateAllSessions(1);
        for (let at = 0; at < 40; at++) {
          const handle = handles[(ticks * 40 + at) % 1000];
          handle.wake();
          handle.hibernate();
        }
        for (let at = 0; at < between; at++) await turn();
      }
      expect(ticks).toBeLessThan(1500);
    },
  );

  it('one that is due begins when a tick ends, however long none does', async () => {
    const clock = new ManualClock();
    const { manager, store } = await startKeeper(new Disk(), {}, { clock, checkpointEveryMs: 1 });
    const [handle] = manager.createSessionBatch(accounts(10));
    clock.advance(1);
    await manager.updateAllSessions(1);
    while (manager.getGlobalMetrics().checkpoints === 0) await turn();
    for (let at = 0; at < 20; at++) {
      handle.state.value++;
      clock.advance(1);
      await turn();
    }
    expect([store.batches, manager.getGlobalMetrics().checkpoints]).toEqual([[10], 1]);
    await manager.updateAllSessions(1);
    while (manager.getGlobalMetrics().checkpoints === 1) await turn();
    expect(store.batches).toEqual([10, 1]);
  });

  it('no row is put while a tick is in flight that was begun by who heard of the store', async () => {
    const clock = new ManualClock();
    let isInFlight = false;
    const slow = slowly(2);
    const scheduler: IScheduler = {
      ...slow,
      async parallelFor(batchCount, epoch) {
        isInFlight = true;
        await slow.parallelFor(batchCount, epoch);
        isInFlight = false;
      },
    };
    const { manager, store } = await startKeeper(new Disk(), {}, { clock, checkpointEveryMs: 1000, scheduler } as never);
    const handles = manager.createSessionBatch(accounts(100));
    let late = 0;
    const { put } = store;
    store.put = (batch) => {
      if (isInFlight) late++;
      return put.call(store, batch);
    };
    let begun = 0;
    let ticking: Promise<unknown> | undefined;
    on('dormouse:store:recovered', () => {
      // Where one is in flight already this one is refused.
      ticking ??= manager.updateAllSessions(1).then(
        () => begun++,
        () => {},
      );
    });
    for (let round = 0; round < 50; round++) {
      for (const handle of handles.slice(0, 1 + ((round * 37) % 100))) handle.state.value++;
      store.putError = new Error('disk full');
      clock.advance(1_000_000);
      await manager.updateAllSessions(1);
      await turn();
      store.putError = undefined;
      clock.advance(1_000_000);
      await manager.updateAllSessions(1);
      for (let at = 0; at < 12; at++) await turn();
      await ticking;
      ticking = undefined;
      for (let at = 0; at < 12; at++) await turn();
    }
    expect(begun).toBeGreaterThan(10);
    expect(late).toBe(0);
  });

  it('0: none by itself', async () => {
    const clock = new ManualClock();
    const disk = new Disk();
    const { manager } = await startKeeper(disk, {}, { clock });
    manager.createSession(1);
    clock.advance(1_000_000_000);
    await manager.updateAllSessions(1);
    expect(disk.records.size).toBe(0);
  });

  it('is of no meaning to a store that ends with the process', async () => {
    const clock = new ManualClock();
    const { manager, store } = await startSleepy({}, { clock, checkpointEveryMs: 1 });
    manager.createSession(1);
    clock.advance(1000);
    await manager.updateAllSessions(1);
    await manager.shutdown();
    expect(store.batches).toEqual([]);
  });
});
