import { describe, expect, it } from 'vitest';
import { type Calls, expectCounts, on, startCalling } from './calling-behavior.js';
import { accounts, failure, thrownBy } from './test-manager.js';

describe('queued requests', () => {
  it('may cause others through hooks, which are carried out behind them, within the limit', async () => {
    const calls: Calls = {};
    const { manager, open } = await startCalling(calls, { deferred: true, maxConcurrentSessions: 4 });
    manager.createSession(1);
    calls.create = (account) => account < 100 && manager.createSession(account + 100);
    const ticking = manager.updateAllSessions(100);
    manager.createSession(2);
    manager.createSession(3);
    open();
    const { refused } = await ticking;
    // 1, 2, then 102 by the hook of 2; 3 was promised its place before, so that 103 finds none and 3 is undone.
    expect(refused.map(({ request, accountId, error }) => [request, accountId, error.code])).toEqual([['create', 3, 'ERR_SESSION_HOOK']]);
    expect([...manager.sessions()].map(({ accountId }) => accountId).sort((a, b) => a - b)).toEqual([1, 2, 102]);
    expectCounts(manager, 3);
  });

  it('released sessions’ hooks cannot create more than the limit', async () => {
    const calls: Calls = {};
    const { manager, open } = await startCalling(calls, { deferred: true, maxConcurrentSessions: 5 });
    manager.createSessionBatch(accounts(5));
    const errors: unknown[] = [];
    calls.release = (account) => {
      for (const extra of [10, 20]) {
        try {
          manager.createSession(account + extra);
        } catch (error) {
          errors.push(error);
        }
      }
    };
    const ticking = manager.updateAllSessions(100);
    manager.releaseSessionBatch(accounts(5));
    open();
    expect((await ticking).refused).toEqual([]);
    expect(manager.getActiveSessionCount()).toBeLessThanOrEqual(5);
    expect(errors.length + manager.getActiveSessionCount()).toBe(10);
    expectCounts(manager, manager.getActiveSessionCount());
  });

  it('of subscribers to the tick’s events are carried out before the next tick; a refusal stands in its report', async () => {
    const { manager } = await startCalling({});
    const handle = manager.createSession(1);
    on('dormouse:tick', ({ tick }: { tick: number }) => {
      if (tick !== 1) return;
      manager.createSession(2);
      handle.release();
      handle.touch();
    });
    expect((await manager.updateAllSessions(100)).refused).toEqual([]);
    expect([...manager.sessions()].map(({ accountId }) => accountId)).toEqual([2]);
    expect((await manager.updateAllSessions(100)).refused.map(({ request, error }) => [request, error.code])).toEqual([
      ['touch', 'ERR_SESSION_STALE'],
    ]);
  });

  it('of subscribers to refusals do not go round for ever, and the counts stay exact', async () => {
    const { manager, open } = await startCalling({}, { deferred: true });
    const handle = manager.createSession(1);
    let heard = 0;
    on('dormouse:request:refused', () => {
      if (heard++ === 0) handle.touch();
      else expect(thrownBy(() => handle.touch())).toEqual(failure('ERR_SESSION_STALE'));
    });
    const ticking = manager.updateAllSessions(100);
    handle.release();
    handle.touch();
    open();
    expect((await ticking).refused).toHaveLength(1);
    expect(heard).toBe(2);
    expectCounts(manager, 0);
  });

  it('a session that a subscriber to its creation releases is gone when createSession returns', async () => {
    const { manager } = await startCalling({});
    on('dormouse:session:created', ({ accountId }: { accountId: number }) => void manager.releaseSession(accountId));
    expect(manager.createSession(1).status).toBe('released');
    expect(manager.createSessionBatch([1, 2]).map(({ status }) => status)).toEqual(['released', 'released']);
    expectCounts(manager, 0);
  });
});
