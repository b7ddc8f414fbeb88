import { defineBehavior, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { type Calls, expectCounts, startCalling } from './calling-behavior.js';
import { failure, startWith, thrownBy } from './test-manager.js';

describe('a create hook', () => {
  it('may create other sessions, whose hooks do not disturb its own session', async () => {
    const order: string[] = [];
    const pair = defineBehavior(import.meta.url, {
      state: { before: u32(), after: u32() },
      create(session) {
        session.state.before = session.accountId;
        if (session.accountId < 5) manager.createSession(session.accountId + 1);
        session.state.after = session.accountId;
        order.push(String(session.accountId));
      },
      update() {},
    });
    const manager = await startWith({ behavior: pair, scheduler: serialScheduler() });
    manager.createSession(1);
    expect(order).toEqual(['5', '4', '3', '2', '1']);
    for (const { accountId, state } of manager.sessions()) expect([state.before, state.after]).toEqual([accountId, accountId]);
    expectCounts(manager as never, 5);
  });

  it('cannot release its own session: the creation is undone, unless it catches that', async () => {
    const calls: Calls = { create: (account) => void manager.releaseSession(account) };
    const { manager } = await startCalling(calls);
    const error = thrownBy(() => manager.createSession(1));
    expect(error).toEqual(failure('ERR_SESSION_HOOK', /^the create hook failed for account 1: account 1 cannot be released in its own/));
    expectCounts(manager, 0);
    calls.create = (account) => void thrownBy(() => manager.getSession(account)?.release());
    expect(manager.createSession(1).isLive).toBe(true);
    expectCounts(manager, 1);
    expect((await manager.updateAllSessions(100)).sessions).toBe(1);
  });

  it('cannot create its own account again', async () => {
    const { manager } = await startCalling({ create: (account) => void manager.createSession(account) });
    expect(thrownBy(() => manager.createSession(1))).toMatchObject({ code: 'ERR_SESSION_HOOK', cause: { code: 'ERR_SESSION_EXISTS' } });
    expectCounts(manager, 0);
  });

  it('cannot push the number of sessions over the limit', async () => {
    const calls: Calls = { create: (account) => account < 100 && manager.createSession(account + 100) };
    const { manager } = await startCalling(calls as Calls, { maxConcurrentSessions: 3 });
    manager.createSession(1);
    expect(thrownBy(() => manager.createSession(2))).toMatchObject({ code: 'ERR_SESSION_HOOK', cause: { code: 'ERR_SESSION_LIMIT' } });
    expectCounts(manager, 2);
    expect(thrownBy(() => manager.createSessionBatch([2, 3]))).toEqual(failure('ERR_SESSION_LIMIT'));
    expectCounts(manager, 2);
  });

  it('in a batch leaves room for the sessions that are yet to come', async () => {
    const calls: Calls = { create: (account) => account === 1 && manager.createSession(50) };
    const { manager } = await startCalling(calls as Calls, { maxConcurrentSessions: 3 });
    expect(thrownBy(() => manager.createSessionBatch([1, 2, 3]))).toMatchObject({
      code: 'ERR_SESSION_HOOK',
      cause: { code: 'ERR_SESSION_LIMIT', message: 'at most 3 sessions (maxConcurrentSessions): there are 3, asked for 1 more' },
    });
    expectCounts(manager, 0);
    expect(manager.createSessionBatch([1, 2])).toHaveLength(2);
    expectCounts(manager, 3);
  });

  it('in a batch may create an account that the batch has yet to: the batch is undone, that account stays', async () => {
    const { manager } = await startCalling({ create: (account) => account === 1 && manager.createSession(3) } as Calls);
    expect(thrownBy(() => manager.createSessionBatch([1, 2, 3]))).toMatchObject({ code: 'ERR_SESSION_EXISTS', accountId: 3 });
    expect([...manager.sessions()].map(({ accountId }) => accountId)).toEqual([3]);
    expectCounts(manager, 1);
  });

  it('in a batch may release an earlier one of it, created anew or not, and rolling back leaves that alone', async () => {
    const calls: Calls = {
      create(account) {
        if (account !== 3) return;
        manager.releaseSession(1);
        manager.createSession(1);
        throw new Error('no');
      },
    };
    const { manager } = await startCalling(calls);
    expect(thrownBy(() => manager.createSessionBatch([1, 2, 3, 4]))).toEqual(failure('ERR_SESSION_HOOK'));
    expect([...manager.sessions()].map(({ accountId }) => accountId)).toEqual([1]);
    expectCounts(manager, 1);
  });

  it('cannot start a tick', async () => {
    const ticks: Promise<unknown>[] = [];
    const { manager } = await startCalling({ create: () => void ticks.push(manager.updateAllSessions(100)) });
    manager.createSession(1);
    await expect(ticks[0]).rejects.toEqual(failure('ERR_SESSION_HOOK', 'a tick was asked for in a hook'));
    expect((await manager.updateAllSessions(100)).tick).toBe(1);
  });
});

describe('a release hook', () => {
  it('that releases its own session changes nothing: it runs once', async () => {
    const released: number[] = [];
    const { manager } = await startCalling({
      release(account) {
        released.push(account);
        expect(manager.releaseSession(account)).toBe(false);
      },
    });
    manager.createSessionBatch([1, 2]);
    expect(manager.releaseSession(1)).toBe(true);
    expect(released).toEqual([1]);
    expectCounts(manager, 1);
  });

  it('may release others, in a ring too', async () => {
    const released: number[] = [];
    const { manager } = await startCalling({
      release(account) {
        released.push(account);
        manager.releaseSession((account % 3) + 1);
      },
    });
    manager.createSessionBatch([1, 2, 3, 4]);
    manager.releaseSession(1);
    expect(released).toEqual([1, 2, 3]);
    expectCounts(manager, 1);
  });

  it('cannot create its own account anew yet, but others, within the limit', async () => {
    const errors: unknown[] = [];
    const { manager } = await startCalling(
      {
        release: (account) =>
          void errors.push(
            thrownBy(() => manager.createSession(account)),
            thrownBy(() => manager.createSession(9)),
          ),
      },
      { maxConcurrentSessions: 1 },
    );
    manager.createSession(1);
    manager.releaseSession(1);
    expect(errors).toEqual([failure('ERR_SESSION_EXISTS'), failure('ERR_SESSION_LIMIT')]);
    expectCounts(manager, 0);
  });
});

describe('an update on the calling thread', () => {
  it('may ask the manager for anything: it is queued until the tick has ended', async () => {
    const calls: Calls = {
      update(account) {
        if (account === 1) manager.createSession(100 + manager.tick.number);
        if (account === 2) manager.releaseSession(2);
        if (account === 3) manager.getSession(4)?.push(7);
      },
    };
    const { manager } = await startCalling(calls);
    const handles = manager.createSessionBatch([1, 2, 3, 4]);
    const report = await manager.updateAllSessions(100);
    expect([report.sessions, report.faults, report.refused]).toEqual([4, [], []]);
    expect([...manager.sessions()].map(({ accountId }) => accountId)).toEqual([1, 3, 4, 101]);
    expect(handles.map(({ isLive }) => isLive)).toEqual([true, false, true, true]);
    expect(handles[3].packetsIn).toBe(1);
  });

  it('that reads another session’s state through a handle fails alone', async () => {
    const { manager } = await startCalling({ update: (account) => account === 1 && manager.getSession(2)?.state.updates } as Calls);
    manager.createSessionBatch([1, 2]);
    const { faults } = await manager.updateAllSessions(100);
    expect(faults.map(({ accountId, error }) => [accountId, (error as { code: string }).code])).toEqual([[1, 'ERR_TICK_IN_FLIGHT']]);
  });

  it('that asks for another tick is refused, and that one goes on', async () => {
    const ticks: Promise<unknown>[] = [];
    const { manager } = await startCalling({ update: () => void ticks.push(manager.updateAllSessions(100)) });
    manager.createSession(1);
    expect((await manager.updateAllSessions(100)).faults).toEqual([]);
    await expect(ticks[0]).rejects.toEqual(failure('ERR_TICK_IN_FLIGHT'));
  });

  it('may shut the manager down: that happens when the tick has ended', async () => {
    const ended: Promise<void>[] = [];
    const { manager } = await startCalling({ update: () => void ended.push(manager.shutdown()) });
    manager.createSessionBatch([1, 2]);
    expect((await manager.updateAllSessions(100)).sessions).toBe(2);
    await ended[0];
    await expect(manager.updateAllSessions(100)).rejects.toEqual(failure('ERR_MANAGER_STOPPED'));
  });
});
