import { describe, expect, it } from 'vitest';
import { accounts } from '../manager/test-manager.js';
import { Disk } from './disk-fixture.js';
import { headsOn, startKeeper, turn } from './durable-fixture.js';

describe('what a checkpoint has acknowledged comes back', () => {
  it('with all its updates where a session has failed anew in each, and is in quarantine again', async () => {
    const disk = new Disk();
    const doing = {
      update: () => {
        throw new Error('out of order');
      },
    };
    const settings = { quarantineAfter: 1 };
    const { manager, store } = await startKeeper(disk, doing, settings);
    const handle = manager.createSession(1);
    await manager.updateAllSessions(1);
    await manager.checkpoint();
    for (let tries = 0; tries < 5; tries++) {
      manager.reviveSession(1);
      await manager.updateAllSessions(1);
    }
    expect([handle.status, handle.updateCount]).toEqual(['quarantined', 6]);
    expect(await manager.checkpoint()).toMatchObject({ written: 1 });
    expect(await manager.checkpoint()).toMatchObject({ written: 0 });
    const digest = manager.stateDigest();
    store.kill();
    const { manager: next } = await startKeeper(disk, doing, { ...settings, resume: true });
    expect([next.getSession(1)?.updateCount, next.stateDigest()]).toEqual([6, digest]);
  });

  it('where a put before it failed, and was in the file all the same', async () => {
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk);
    const handles = manager.createSessionBatch(accounts(40));
    await manager.checkpoint();
    const digest = manager.stateDigest();
    for (const handle of handles) handle.state.value = 2;
    const { put } = store;
    // Its thread has died behind the commit.
    store.put = (batch) => {
      store.put = put;
      void store.put({ ...batch, locations: batch.locations.slice() });
      throw new Error('its thread has ended');
    };
    await expect(manager.checkpoint()).rejects.toMatchObject({ code: 'ERR_STORE_FAILED' });
    for (const handle of handles) handle.state.value = handle.accountId * 100;
    expect(manager.stateDigest()).toBe(digest);
    // Those of the batch that failed; the rest is as the store has it.
    expect(await manager.checkpoint()).toMatchObject({ written: 32 });
    expect(await manager.checkpoint()).toMatchObject({ written: 0 });
    store.kill();
    const { manager: next } = await startKeeper(disk, {}, { resume: true });
    expect(next.stateDigest()).toBe(digest);
  });
});

describe('a checkpoint', () => {
  it('comes to its end while sleepers are moved faster than the store takes them, with all that were moved before it', async () => {
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk);
    const handles = manager.createSessionBatch(accounts(300));
    for (const handle of handles) handle.hibernate();
    await manager.checkpoint();
    for (const handle of handles) handle.mapId = 1000;
    store.turns = 1;
    let isDone = false;
    const checkpoint = manager.checkpoint().then(() => (isDone = true));
    let ticks = 0;
    for (; ticks < 100 && !isDone; ticks++) {
      for (const handle of handles) handle.mapId = 1001 + ticks;
      await manager.updateAllSessions(50);
      await turn();
    }
    expect(isDone).toBe(true);
    await checkpoint;
    expect(headsOn(disk).filter(({ mapId }) => mapId < 1000)).toEqual([]);
  });

  it.each([1, 2, 3])('comes to its end while many fall asleep in every tick, %i turns of the event loop for each', async (turns) => {
    const { manager, store } = await startKeeper(new Disk(), {}, { maxConcurrentSessions: 4000 });
    const handles = manager.createSessionBatch(accounts(600)).slice(0, 500);
    for (const handle of handles) handle.hibernate();
    store.turns = turns;
    let isDone = false;
    const checkpoint = manager.checkpoint().then(() => (isDone = true));
    for (let ticks = 0; ticks < 200 && !isDone; ticks++) {
      for (const handle of handles) {
        handle.wake();
        handle.hibernate();
      }
      await manager.updateAllSessions(1);
      for (let at = 0; at < turns; at++) await turn();
    }
    expect(isDone).toBe(true);
    await checkpoint;
  });
});
