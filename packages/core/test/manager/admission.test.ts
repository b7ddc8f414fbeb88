import { defineBehavior, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { type Calls, startCalling } from './calling-behavior.js';
import { accounts, failure, startDeferred, startEcho, startWith, thrownBy } from './test-manager.js';

describe('admitSessions', () => {
  it('brings accounts in at the beginning of ticks, perTick at most, and they are updated in that tick', async () => {
    const manager = await startEcho({ clock: new ManualClock() });
    const { done } = manager.admitSessions(accounts(10), { perTick: 4, options: { mapId: 3 } });
    const sessions: number[] = [];
    expect(manager.getActiveSessionCount()).toBe(0);
    for (let tick = 0; tick < 4; tick++) sessions.push((await manager.updateAllSessions(100)).sessions);
    expect(sessions).toEqual([4, 8, 10, 10]);
    expect(await done).toMatchObject({ created: 10, failed: [], remaining: [], wasCancelled: false, ticks: 3 });
    expect(manager.getSession(10)).toMatchObject({ mapId: 3, updateCount: 2 });
  });

  it('5000 come in by slices', async () => {
    const manager = await startEcho();
    const { done } = manager.admitSessions(accounts(5000), { perTick: 500 });
    let ticks = 0;
    for (; manager.getActiveSessionCount() < 5000 && ticks < 5000; ticks++) await manager.updateAllSessions(100);
    const report = await done;
    expect(report).toMatchObject({ total: 5000, created: 5000 });
    expect(report.ticks).toBe(ticks);
    expect(ticks).toBeGreaterThanOrEqual(10);
  });

  it('lists accounts that have a session, are none, or whose hook throws; nothing of them is left', async () => {
    const calls: Calls = {
      create: (account) => {
        if (account === 4) throw new Error('not today');
      },
    };
    const { manager } = await startCalling(calls);
    manager.createSession(2);
    const admission = manager.admitSessions([1, 2, 0, 3, 4, 3, 5], {});
    while (admission.progress.remaining > 0) await manager.updateAllSessions(100);
    const { created, failed } = await admission.done;
    expect(created).toBe(3);
    expect(failed.map(({ accountId, error }) => [accountId, error.code])).toEqual([
      [2, 'ERR_SESSION_EXISTS'],
      [0, 'ERR_INVALID_ARGUMENT'],
      [4, 'ERR_SESSION_HOOK'],
      [3, 'ERR_SESSION_EXISTS'],
    ]);
    expect([...manager.sessions()].map(({ accountId }) => accountId).sort((a, b) => a - b)).toEqual([1, 2, 3, 5]);
    expect(manager.pool.allocatedCount).toBe(4);
  });

  it('beyond the limit accounts are listed, each with what is there', async () => {
    const manager = await startEcho({ maxConcurrentSessions: 3, enableAutoHibernation: false, clock: new ManualClock() });
    const { done } = manager.admitSessions(accounts(5));
    await manager.updateAllSessions(100);
    expect((await done).failed).toEqual(
      [4, 5].map((accountId) => ({
        accountId,
        error: failure('ERR_SESSION_LIMIT', 'at most 3 sessions (maxConcurrentSessions): there are 3, asked for 1 more'),
      })),
    );
  });

  it('what create hooks ask the manager for waits for the end of the tick', async () => {
    const calls: Calls = {};
    const { manager } = await startCalling(calls);
    calls.create = (account) => account < 100 && manager.createSession(account + 100);
    manager.admitSessions([1]);
    expect((await manager.updateAllSessions(100)).sessions).toBe(1);
    expect([...manager.sessions()].map(({ accountId }) => accountId).sort((a, b) => a - b)).toEqual([1, 101]);
  });

  it('asked for while a tick is in flight it begins with the next one', async () => {
    const { manager, scheduler } = await startDeferred();
    manager.createSession(9);
    const first = manager.updateAllSessions(100);
    manager.admitSessions([1]);
    scheduler.open();
    expect((await first).sessions).toBe(1);
    expect(manager.getActiveSessionCount()).toBe(1);
    const second = manager.updateAllSessions(100);
    expect(manager.getActiveSessionCount()).toBe(2);
    scheduler.open();
    await second;
  });

  it('create hooks see the time before the tick', async () => {
    const seen: number[] = [];
    const behavior = defineBehavior(import.meta.url, {
      name: 'clocked',
      state: { value: u32() },
      create: (session) => void seen.push(session.tick.number, session.tick.nowMs),
      update() {},
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler(), sessionCeiling: 64, maxConcurrentSessions: 64 });
    await manager.updateAllSessions(100);
    manager.admitSessions([1]);
    await manager.updateAllSessions(100);
    expect(seen).toEqual([1, 100]);
  });

  it('shutdown settles it, with who never had a turn', async () => {
    const manager = await startEcho({ clock: new ManualClock() });
    const { done } = manager.admitSessions(accounts(5), { perTick: 2 });
    await manager.updateAllSessions(100);
    await manager.shutdown();
    expect(await done).toMatchObject({ created: 2, remaining: [3, 4, 5], wasCancelled: true });
    expect(thrownBy(() => manager.admitSessions([1]))).toEqual(failure('ERR_MANAGER_STOPPED'));
  });

  it('refuses what is no list of accounts', async () => {
    const manager = await startEcho();
    expect(thrownBy(() => manager.admitSessions(5 as never))).toEqual(failure('ERR_INVALID_ARGUMENT', 'expected an array: got 5'));
  });
});
