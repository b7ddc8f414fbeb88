import { memoryStore } from '@dormouse/core';
import { ManualClock } from '@dormouse/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { u32 } from '../../src/layout/field.js';
import { Storing } from '../../src/manager/sleep/storing.js';
import { Compaction } from '../../src/manager/upkeep/compaction.js';
import type { Garbage } from '../../src/manager/upkeep/garbage.js';
import { MemorySurvey, memoryUsage } from '../../src/session/memory-usage.js';
import { batchOf, openedStore, SILENT } from '../hibernation/store-fixture.js';
import { makeStore } from '../session/store-fixture.js';
import { FakeStore } from './fake-store.js';
import { storingStand } from './storing-fixture.js';

const NOTHING_BESIDE = { storeBytes: 0, droppedBytes: 0 };

/** Ten blocks with every eighth session left, on five maps. */
function sparseStore() {
  const { store, create } = makeStore({ value: u32() });
  for (let accountId = 1; accountId <= 640; accountId++) create(accountId);
  for (let accountId = 1; accountId <= 640; accountId++) {
    if (accountId % 8 === 0) store.setWord(store.index.get(accountId), 1, accountId % 5);
    else store.release(store.index.get(accountId), () => {});
  }
  return store;
}

describe('the work of one step, after which the clock is looked at', () => {
  it.each(['evacuate', 'layOut', 'trim'] as const)(
    '%s moves at most one session, lets go of at most one block and adds at most one',
    (pass) => {
      const store = sparseStore();
      const counts = { movedSessions: 0, droppedBlocks: 0, bytesGivenBack: 0 };
      const garbage = { dropped() {} } as unknown as Garbage;
      const compaction = new Compaction({ store, garbage, moved() {} }, counts);
      if (pass === 'trim') for (let accountId = 8; accountId <= 320; accountId += 8) store.release(store.index.get(accountId), () => {});
      let steps = 0;
      let before = { ...counts, blocks: store.pool.blockCount };
      for (const _ of compaction[pass]()) {
        steps++;
        expect(counts.movedSessions - before.movedSessions).toBeLessThanOrEqual(1);
        const dropped = counts.droppedBlocks - before.droppedBlocks;
        expect(dropped).toBeLessThanOrEqual(1);
        expect(store.pool.blockCount + dropped - before.blocks).toBeLessThanOrEqual(1);
        before = { ...counts, blocks: store.pool.blockCount };
      }
      expect(steps).toBeGreaterThanOrEqual(counts.movedSessions + (pass === 'trim' ? counts.droppedBlocks : 0));
      expect(counts.droppedBlocks).toBeGreaterThan(0);
    },
  );

  it('storing without time has one batch of 32 encoded, by the host, and hands it to the store', async () => {
    const { store, clock, storing: rounds, sleepers, rounds: opened } = storingStand();
    for (const slot of sleepers(600)) {
      const accountId = store.word(slot, 0) >>> 0;
      store.sleepers.add(accountId, store.word(slot, 3), 0, 0, 0, 0, Number.POSITIVE_INFINITY);
    }
    const records = new FakeStore();
    const storing = new Storing({ store, records, rounds, clock, wallClock: new ManualClock(), logger: SILENT });
    const stored: number[] = [];
    while (store.hibernatingCount > 0) {
      const before = store.hibernatingCount;
      await storing.step(Number.NEGATIVE_INFINITY);
      stored.push(before - store.hibernatingCount);
    }
    expect(Math.max(...stored)).toBe(32);
    expect(opened).toEqual([]);
    expect(records.batches).toEqual(stored);
  });

  it.each([false, true])('a memory store moves at most 64 records, deflate: %s', async (deflate) => {
    const { store, locations } = await openedStore(memoryStore({ deflate, chunkBytes: 65_536 }));
    const record = new Uint8Array(300).map((_, at) => (at * 7919) & 255);
    for (let first = 1; first < 4000; first += 32) {
      const batch = batchOf(new Map(Array.from({ length: 32 }, (_, at) => [first + at, record])));
      await store.put(batch);
      for (let at = 0; at < 32; at++) locations.set(first + at, batch.locations[at]);
    }
    for (const [accountId, location] of [...locations]) if (accountId % 4 !== 0) store.delete(accountId, location);
    const moved = vi.spyOn(locations, 'set');
    let together = 0;
    for (let isMore = true; isMore; together += moved.mock.calls.length) {
      moved.mockClear();
      isMore = store.compact(0);
      expect(moved.mock.calls.length).toBeLessThanOrEqual(64);
    }
    expect(together).toBeGreaterThan(64);
  });

  it('a survey of memory looks at so many blocks, and comes to what counting all at once does', () => {
    const store = sparseStore();
    const look = vi.spyOn(store.mail, 'survey');
    const survey = new MemorySurvey(store, 4);
    const looks: number[] = [];
    for (let pass = 0; pass < 2; pass++) {
      let usage = survey.step(() => NOTHING_BESIDE);
      looks.push(look.mock.calls.length);
      while (usage === undefined) {
        look.mockClear();
        usage = survey.step(() => NOTHING_BESIDE);
        looks.push(look.mock.calls.length);
      }
      expect(usage).toEqual(memoryUsage(store, NOTHING_BESIDE));
      look.mockClear();
    }
    expect(looks).toEqual([4, 4, 2, 4, 4, 2]);
  });
});
