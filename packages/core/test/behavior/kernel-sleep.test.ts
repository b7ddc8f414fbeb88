import { residentScheduler } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { rawLauncher } from '../dispatch/threads/raw-launcher.mjs';
import { FakeStore } from '../manager/fake-store.js';
import { accounts, startWith } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { counted, countedInJavaScript } from './threads/kernel-behavior.mjs';

const WAYS = [
  ['on the calling thread', () => ({ scheduler: serialScheduler() })],
  ['on threads', () => ({ scheduler: residentScheduler(rawLauncher()), workerThreads: 2 })],
] as const;

/** What the kernel adds in each update. */
const AMOUNT = 3;

describe.each(WAYS)('sessions of a kernel that sleep, %s', (_, options) => {
  const start = async (behavior = counted, store = new FakeStore()) => {
    const manager = await startWith({ behavior, ...options(), store, maintenanceSliceMs: 1000, poolSize: 64 });
    const handles = manager.createSessionBatch(accounts(200), (accountId) => ({ mapId: accountId % 5 }));
    await manager.updateAllSessions(100);
    return { manager, handles, store };
  };

  it.each([
    ['still there', true],
    ['stored', false],
  ])('are not updated, and wake as they were, with their rows %s', async (_where, isAsync) => {
    const store = new FakeStore();
    store.isAsync = isAsync;
    const { manager, handles } = await start(counted, store);
    const sleepers = handles.filter(({ accountId }) => accountId % 3 === 0);
    for (const handle of sleepers) expect(handle.hibernate()).toBe(true);
    for (let tick = 0; tick < 4; tick++) {
      expect(await manager.updateAllSessions(100)).toMatchObject({ sessions: handles.length - sleepers.length, faults: [] });
    }
    expect(new Set(sleepers.map(({ status }) => status))).toEqual(new Set([isAsync ? 'hibernating' : 'hibernated']));
    for (const handle of sleepers) handle.wake();
    await manager.updateAllSessions(100);
    for (const { accountId, state, updateCount } of handles) {
      const updates = accountId % 3 === 0 ? 2 : 6;
      expect([accountId, state.updates, updateCount, state.cold, state.heavy]).toEqual([
        accountId,
        updates * AMOUNT,
        updates,
        accountId,
        0.5,
      ]);
    }
    await store.settle();
  });

  it('leave their rows to others, and wake in the rows of others, with nothing of theirs', async () => {
    const { manager, handles } = await start();
    for (const accountId of accounts(64)) manager.hibernateSession(accountId);
    await manager.updateAllSessions(100);
    expect(handles[0].status).toBe('hibernated');
    const others = manager.createSessionBatch(accounts(64, 1000));
    await manager.updateAllSessions(100);
    manager.releaseSessionBatch(accounts(64, 65));
    for (const accountId of accounts(64)) manager.reactivateSession(accountId);
    await manager.updateAllSessions(100);
    const updates = (account: number) => manager.getSession(account)?.state.updates;
    expect(accounts(64).map(updates)).toEqual(new Array(64).fill(2 * AMOUNT));
    expect(others.map(({ accountId }) => updates(accountId))).toEqual(new Array(64).fill(2 * AMOUNT));
  });

  it('come to the same digest as those in JavaScript, moved or not', async () => {
    const [kernel, plain] = [await start(counted), await start(countedInJavaScript)];
    let moved = 0;
    for (let tick = 0; tick < 12; tick++) {
      for (const { manager } of [kernel, plain]) {
        for (const accountId of accounts(200)) {
          if ((accountId * 7 + tick) % 3 === 0) manager.hibernateSession(accountId);
          if ((accountId + tick) % 10 === 0) manager.reactivateSession(accountId);
        }
        await manager.updateAllSessions(100);
      }
      if (tick % 4 === 3) moved += (await kernel.manager.optimizeMemoryLayout()).movedSessions;
      expect(kernel.manager.stateDigest()).toBe(plain.manager.stateDigest());
    }
    expect([moved > 0, kernel.manager.getHibernatedSessionCount() > 50]).toEqual([true, true]);
  });
});
