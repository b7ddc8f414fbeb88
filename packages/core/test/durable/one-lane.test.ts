import { HEAD_BYTES, type RecordBatch } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { on } from '../manager/calling-behavior.js';
import { accounts } from '../manager/test-manager.js';
import { Disk, DiskStore } from './disk-fixture.js';
import { type KeeperManager, startKeeper, turn } from './durable-fixture.js';

/** Has a store take a batch as it is when it is given it, and tell where its records are when it is done, as one with a thread of its own. */
function copying(store: DiskStore): void {
  store.put = ({ count, bytes, ends, accountIds, locations, heads }: RecordBatch) => {
    const own = { count, bytes: bytes.slice(), ends: ends.slice(), accountIds: accountIds.slice() };
    const taken = { ...own, locations: locations.slice(), heads: (heads as Uint8Array).slice(0, count * HEAD_BYTES) };
    const end = () => locations.set(taken.locations.subarray(0, count));
    const work = DiskStore.prototype.put.call(store, taken);
    return work === undefined ? end() : work.then(end);
  };
}

/** Fills the pool with 100 sleepers, whose rows have to be stored for one session more. */
function wantASlot(manager: KeeperManager): void {
  for (const handle of manager.createSessionBatch(accounts(100, 201))) handle.hibernate();
  // The store is at something by then, or takes its time with what it is given for it.
  expect(() => manager.createSession(1000)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_LIMIT' }));
}

type Told = 'dormouse:checkpoint:done' | 'dormouse:store:failed' | 'dormouse:store:recovered';

describe('a store is given one thing at a time, and each account has one record', () => {
  const cases: [event: Told, fails: boolean, turns: number][] = [
    ['dormouse:checkpoint:done', false, 3],
    ['dormouse:checkpoint:done', false, 0],
    ['dormouse:store:failed', true, 3],
    ['dormouse:store:recovered', true, 3],
    ['dormouse:store:recovered', true, 0],
  ];
  it.each(cases)(
    'where who hears of %s needs a slot of a full pool (fails before: %s, turns of a call: %i)',
    async (event, fails, turns) => {
      const disk = new Disk();
      const { manager, store } = await startKeeper(disk, {}, { sessionCeiling: 128 });
      copying(store);
      manager.createSessionBatch(accounts(28));
      store.turns = turns;
      if (fails) store.putError = new Error('disk full');
      let told = 0;
      on(event, () => {
        if (told++ > 0) return;
        store.putError = undefined;
        store.turns = 3;
        wantASlot(manager);
      });
      await manager.checkpoint().catch(() => {});
      store.putError = undefined;
      await manager.checkpoint();
      for (let tick = 0; tick < 30; tick++) {
        await manager.updateAllSessions(1);
        for (let turns = 0; turns < 4; turns++) await turn();
      }
      await manager.checkpoint();
      expect([told > 0, store.isOverlapped]).toEqual([true, false]);
      expect([...disk.byAccount().keys()].sort((a, b) => a - b)).toEqual([...accounts(28), ...accounts(100, 201)]);
      for (const accountId of accounts(100, 201)) {
        const handle = manager.getSession(accountId);
        expect([accountId, handle?.wake(), handle?.state.value]).toEqual([accountId, true, accountId * 100]);
        handle?.hibernate();
        await manager.checkpoint();
      }
    },
  );

  it('where a tick is begun by who hears of a checkpoint', async () => {
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk, { update: ({ state }) => (state.value += 1) });
    manager.createSessionBatch(accounts(100));
    store.turns = 1;
    let tick: Promise<unknown> | undefined;
    on('dormouse:checkpoint:done', () => (tick ??= manager.updateAllSessions(1)));
    await manager.checkpoint();
    await tick;
    await manager.checkpoint();
    expect([disk.byAccount().size, store.isOverlapped]).toEqual([100, false]);
  });
});
