import { NO_LOCATION } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { ManualClock } from './ask-fixture.js';
import { on } from './calling-behavior.js';
import { FakeStore } from './fake-store.js';
import { asleep, MINUTE, startSleepy } from './sleeping.js';
import { accounts, failure, startEcho, thrownBy } from './test-manager.js';

describe('a store that does not take records', () => {
  it('leaves sessions asleep in memory; it is told once, and tried again later', async () => {
    const told: unknown[] = [];
    on('dormouse:store:failed', (message) => told.push(message));
    const clock = new ManualClock();
    const { manager, store } = await startSleepy({}, { clock });
    store.putError = new Error('disk full');
    const [handle] = await asleep(manager, 1);
    expect([handle.status, store.batches.length]).toEqual(['hibernating', 1]);
    await manager.updateAllSessions(1);
    clock.advance(999);
    await manager.updateAllSessions(1);
    expect(store.batches.length).toBe(1);
    clock.advance(1);
    await manager.updateAllSessions(1);
    expect(store.batches.length).toBe(2);
    expect(told).toEqual([{ store: 'fake', error: failure('ERR_STORE_FAILED', 'store fake did not take records: disk full') }]);
    store.putError = undefined;
    clock.advance(2000);
    await manager.updateAllSessions(1);
    expect([handle.status, store.records.size, handle.wake(), handle.state.mark]).toEqual(['hibernated', 1, true, 1]);
  });

  it('is left alone for its pause, which a defragmentation meanwhile makes no longer', async () => {
    const clock = new ManualClock();
    const { manager, store } = await startSleepy({}, { clock });
    store.putError = new Error('disk full');
    const [handle] = await asleep(manager, 1);
    await manager.defragmentMemory();
    expect([handle.status, store.batches]).toEqual(['hibernating', [1]]);
    clock.advance(1000);
    await manager.defragmentMemory();
    expect(store.batches).toEqual([1, 1]);
    store.putError = undefined;
    clock.advance(2000);
    await manager.updateAllSessions(1);
    expect(handle.status).toBe('hibernated');
  });

  it('is tried once a tick where somebody needs room in its pause; once it takes records, all are stored', async () => {
    const clock = new ManualClock();
    const limits = { sessionCeiling: 64, maxConcurrentSessions: 64, enableAutoHibernation: false };
    const { manager, store } = await startSleepy({}, { clock, ...limits });
    for (const handle of manager.createSessionBatch(accounts(64))) handle.hibernate();
    store.putError = new Error('disk full');
    await manager.updateAllSessions(1);
    for (const expected of [2, 3, 4, 5]) {
      for (let call = 0; call < 3; call++) expect(thrownBy(() => manager.createSession(100))).toEqual(failure('ERR_SESSION_LIMIT'));
      expect(store.batches.length).toBe(expected);
      await manager.updateAllSessions(1);
    }
    // None of these has made the pause longer.
    clock.advance(1000);
    await manager.updateAllSessions(1);
    expect(store.batches.length).toBe(6);
    store.putError = undefined;
    expect(manager.createSession(100).status).toBe('active');
    await manager.updateAllSessions(1);
    expect([store.records.size, manager.pool.allocatedCount]).toEqual([64, 1]);
  });

  it('after a while does no harm to who has woken meanwhile', async () => {
    const { manager, store } = await startSleepy();
    store.isAsync = true;
    const handles = await asleep(manager, 1, 2, 3);
    expect([store.isPutting, handles.map(({ status }) => status)]).toEqual([true, ['hibernating', 'hibernating', 'hibernating']]);
    handles[1].wake();
    handles[1].state.mark = 22;
    await store.settle(new Error('disk full'));
    await manager.updateAllSessions(1);
    expect(handles.map(({ status }) => status)).toEqual(['hibernating', 'active', 'hibernating']);
    expect(handles[1].state.mark).toBe(22);
  });
});

describe('a store that does not tell where a record is', () => {
  it.each([false, true])('has not taken its batch: rows stay, and what it has of them is deleted; later: %s', async (isAsync) => {
    const told: unknown[] = [];
    on('dormouse:store:failed', (message) => told.push(message));
    const clock = new ManualClock();
    const { manager, store } = await startSleepy({}, { clock });
    const { put } = FakeStore.prototype;
    store.put = (batch) => {
      store.isAsync = isAsync;
      const done = put.call(store, batch);
      if (!isAsync) batch.locations[1] = NO_LOCATION;
      return done?.then(() => void batch.locations.fill(NO_LOCATION, 1, 2));
    };
    const handles = await asleep(manager, 1, 2, 3);
    await store.settle();
    await manager.updateAllSessions(1);
    expect(handles.map(({ status }) => status)).toEqual(['hibernating', 'hibernating', 'hibernating']);
    const message = 'store fake did not take records: it has not told where the record of account 2 is';
    expect(told).toEqual([{ store: 'fake', error: failure('ERR_STORE_FAILED', message) }]);
    // That of account 2, which nobody can name.
    expect(store.records.size).toBe(1);
    store.records.clear();
    store.put = put;
    store.isAsync = false;
    clock.advance(1000);
    await manager.updateAllSessions(1);
    expect([store.records.size, ...handles.map(({ status }) => status)]).toEqual([3, 'hibernated', 'hibernated', 'hibernated']);
    expect(handles.map((handle) => [handle.wake(), handle.state.mark])).toEqual([
      [true, 1],
      [true, 2],
      [true, 3],
    ]);
  });
});

describe('a store that cannot read now', () => {
  it('leaves its session asleep: told once, and woken by what comes when it can', async () => {
    const { manager, store } = await startSleepy();
    const [handle] = await asleep(manager, 1);
    store.readError = new Error('gone for lunch');
    expect([handle.push(1), handle.push(2), handle.wake(), handle.status]).toEqual([2, 2, false, 'hibernated']);
    const error = failure('ERR_STORE_FAILED', 'the record of account 1 could not be read: gone for lunch');
    expect((await manager.updateAllSessions(1)).refused).toEqual([{ request: 'wake', accountId: 1, error }]);
    store.readError = undefined;
    expect([handle.push(3), handle.packetsIn, handle.state.mark]).toEqual([0, 1, 1]);
  });

  it('refuses a release whose hook needs its session awake, with why that one sleeps on, however often and whoever else does', async () => {
    const { manager, store } = await startSleepy();
    const [first, second] = await asleep(manager, 1, 2);
    for (const handle of [first, second, first, second, first]) {
      const reason = `gone for ${handle === first ? 'lunch' : 'good'}`;
      store.readError = new Error(reason);
      const message = `the record of account ${handle.accountId} could not be read: ${reason}`;
      expect(thrownBy(() => handle.release())).toMatchObject({
        code: 'ERR_STORE_FAILED',
        message: `account ${handle.accountId} sleeps and cannot be woken to be released now: ${message}`,
        cause: failure('ERR_STORE_FAILED', message),
      });
      // Told in the first report.
      await manager.updateAllSessions(1);
    }
    store.readError = undefined;
    expect([first.release(), second.release(), store.records.size]).toEqual([true, true, 0]);
  });

  it('tells of the next session of an account as well, when that cannot be read', async () => {
    const store = new FakeStore();
    const manager = await startEcho({ store });
    for (const round of [1, 2]) {
      manager.createSession(7);
      await manager.updateAllSessions(5 * MINUTE);
      store.readError = new Error('gone for lunch');
      expect(manager.reactivateSession(7)).toBe(false);
      expect((await manager.updateAllSessions(1)).refused, `session ${round}`).toHaveLength(1);
      expect(manager.releaseSession(7)).toBe(true);
      store.readError = undefined;
    }
  });

  it('does not keep a sleeper from waking in its time: it is tried when the next tick begins', async () => {
    const { manager, store } = await startSleepy({ update: (session) => session.updateCount === 1 && session.wakeAt(6 * MINUTE) });
    const [handle] = await asleep(manager, 1);
    store.readError = new Error('gone for lunch');
    expect(await manager.updateAllSessions(MINUTE)).toMatchObject({ sessions: 0, woke: 0 });
    store.readError = undefined;
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 1, woke: 1 });
    expect(handle.updateCount).toBe(2);
  });
});
