import { defineBehavior } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { type AskWorld, heldHandler, startAsking, turn } from './ask-fixture.js';
import { accounts, failure, startWith } from './test-manager.js';

const counts = ({ manager }: AskWorld) => {
  const { asked, answered, dropped, waiting, running, settled, late } = manager.getAskMetrics();
  return { asked, answered, dropped, waiting, running, settled, late };
};

describe('a session that is released', () => {
  it('has its calls told, its waiting requests dropped, and gets nothing, even when its account is created anew', async () => {
    const world = await startAsking(['a'], 2);
    const { manager, script, ask, tick } = world;
    const { calls, handler } = heldHandler();
    manager.handle('a', handler, { concurrency: 1 });
    ask(1, 'a', undefined, 2);
    ask(2, 'a');
    await tick();
    const { signal } = calls[0].context;
    const reasons: unknown[] = [];
    signal.addEventListener('abort', () => reasons.push(signal.reason));
    manager.releaseSession(1);
    expect(reasons).toEqual([]);
    expect(counts(world)).toMatchObject({ asked: 3, dropped: 2, waiting: 1, running: 0 });
    manager.createSession(1);
    ask(1, 'a');
    await tick();
    expect(reasons).toEqual([failure('ERR_SESSION_STALE', 'request 1 of account 1 on topic "a": its session was released')]);
    // It holds its place until it returns: who asked for its concurrency meant the calls that there really are.
    expect(calls).toHaveLength(1);
    calls[0].resolve('for the first');
    await turn();
    expect(calls.map(({ context }) => context.accountId)).toEqual([1, 2]);
    calls[1].resolve('for the second');
    await turn();
    expect(calls[2].context).toMatchObject({ accountId: 1, requestId: 1, tick: 2 });
    calls[2].resolve('for the third');
    await turn();
    await tick();
    expect(script.told()).toEqual(
      [
        [2, 1, 'ok', 'for the second'],
        [1, 1, 'ok', 'for the third'],
      ].sort(([a], [b]) => Number(a) - Number(b)),
    );
    expect(counts(world)).toEqual({ asked: 4, answered: 2, dropped: 2, waiting: 0, running: 0, settled: 0, late: 1 });
  });

  it('loses answers that were settled and not delivered', async () => {
    const world = await startAsking(['a'], 1);
    const { manager, script, ask, tick } = world;
    manager.handle('a', () => 1);
    ask(1, 'a', undefined, 3);
    await tick();
    manager.releaseSession(1);
    manager.createSession(1);
    await tick();
    expect(script.told()).toEqual([]);
    expect(counts(world)).toEqual({ asked: 3, answered: 0, dropped: 3, waiting: 0, running: 0, settled: 0, late: 0 });
  });

  it('and whose handler never returns gives the place back when its time is over', async () => {
    const world = await startAsking(['a'], 2);
    const { manager, clock, ask, tick } = world;
    const { calls, handler } = heldHandler();
    manager.handle('a', handler, { concurrency: 1, timeoutMs: 100 });
    ask(1, 'a');
    ask(2, 'a');
    await tick();
    manager.releaseSession(1);
    await turn();
    clock.advance(100);
    expect(calls.map(({ context }) => [context.accountId, context.signal.aborted])).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(counts(world)).toMatchObject({ dropped: 1, running: 1 });
    expect(manager.getAskMetrics().failed.timeout).toBe(0);
  });

  it('in its release hook may ask, and is not answered', async () => {
    const behavior = defineBehavior(import.meta.url, {
      name: 'leaving',
      state: {},
      update() {},
      release: (session) => {
        session.ask('last');
      },
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    let called = 0;
    manager.handle('last', () => called++);
    manager.createSession(1);
    manager.releaseSession(1);
    await turn();
    await manager.updateAllSessions(100);
    await turn();
    expect([called, manager.getAskMetrics()]).toMatchObject([0, { asked: 1, dropped: 1, settled: 0, waiting: 0 }]);
  });
});

describe('a handler that calls the manager', () => {
  it('may release the session that asks, create others, push to them, and end itself', async () => {
    const world = await startAsking(['a'], 3);
    const { manager, script, ask, tick } = world;
    const end = manager.handle('a', (_, { accountId }) => {
      manager.releaseSession(accountId);
      manager.createSession(accountId + 100).push(7, new Uint8Array(3));
      if (accountId === 3) end();
      return accountId;
    });
    for (const account of accounts(3)) ask(account, 'a');
    await tick();
    expect([...manager.sessions()].map(({ accountId }) => accountId).sort()).toEqual([101, 102, 103]);
    await tick();
    expect(script.told()).toEqual([]);
    expect(counts(world)).toEqual({ asked: 3, answered: 0, dropped: 3, waiting: 0, running: 0, settled: 0, late: 3 });
  });

  it('may have a tick run: answers settled so far arrive in it, and its requests come after those that wait', async () => {
    const world = await startAsking(['a'], 2);
    const { manager, script, ask, tick } = world;
    const order: unknown[] = [];
    manager.handle('a', async (value, { accountId, requestId }) => {
      order.push([accountId, requestId]);
      if (value === 'tick') {
        ask(2, 'a');
        await manager.updateAllSessions(100);
      }
      return requestId;
    });
    ask(1, 'a', 'tick', 1);
    ask(2, 'a', 'wait', 2);
    await tick();
    expect(order).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
      [2, 3],
    ]);
    await tick();
    expect(script.told()).toHaveLength(4);
    expect(counts(world)).toMatchObject({ asked: 4, answered: 4, running: 0 });
  });

  it('may release another session whose call it overtakes, from the listener of a signal too', async () => {
    const world = await startAsking(['a'], 3);
    const { manager, clock, ask, tick } = world;
    const { calls, handler } = heldHandler();
    manager.handle('a', handler, { concurrency: 2, timeoutMs: 50 });
    for (const account of accounts(3)) ask(account, 'a');
    await tick();
    calls[0].context.signal.addEventListener('abort', () => {
      manager.releaseSession(2);
      manager.releaseSession(3);
    });
    clock.advance(50);
    await turn();
    expect(calls.map(({ context }) => context.signal.reason?.code)).toEqual(['ERR_ASK_TIMEOUT', 'ERR_SESSION_STALE']);
    expect(counts(world)).toEqual({ asked: 3, answered: 0, dropped: 2, waiting: 0, running: 0, settled: 1, late: 0 });
  });
});

describe('a mailbox that is full', () => {
  it('keeps answers waiting, in order, until there is room, and nobody else’s', async () => {
    const world = await startAsking([], 2, { mailboxBytes: 1024 });
    const { manager, script, ask, tick } = world;
    manager.handle('a', (length: number, { requestId }) => `${requestId} ${'x'.repeat(length)}`);
    ask(1, 'a', 200, 9);
    ask(2, 'a', 1, 2);
    await tick();
    await tick();
    const first = counts(world);
    expect(first.settled).toBeGreaterThan(4);
    expect(first.answered + first.settled).toBe(11);
    const taken: number[] = [];
    const others: number[] = [];
    for (let ticks = 0; ticks < 12; ticks++) {
      script.once.set(1, (session) => {
        // One a tick, so that there is room for one at a time.
        for (const { id } of session.answers('a')) {
          taken.push(id);
          break;
        }
      });
      script.once.set(2, (session) => {
        for (const { id } of session.answers('a')) others.push(id);
      });
      await tick();
    }
    expect([taken, others]).toEqual([accounts(9), [1, 2]]);
    expect(counts(world)).toMatchObject({ asked: 11, answered: 11, settled: 0 });
    expect(manager.getSession(1)?.dropped).toBe(0);
  });

  it('that nobody empties lets its session ask 64 times, and keeps no more', async () => {
    const world = await startAsking([], 1, { mailboxBytes: 1024 });
    const { manager, script, tick } = world;
    manager.handle('a', () => 'x'.repeat(100));
    script.update = (session) => {
      for (let i = 0; i < 10; i++) session.ask('a');
    };
    for (let ticks = 0; ticks < 30; ticks++) await tick();
    const { asked, answered, settled } = counts(world);
    expect([settled, asked - answered]).toEqual([64, 64]);
    manager.releaseSession(1);
    expect(counts(world)).toMatchObject({ settled: 0, dropped: 64 });
  });
});

describe('shutdown', () => {
  it('tells calls, waits for none of them, drops what they return, and leaves no timer', async () => {
    const world = await startAsking(['a'], 4);
    const { manager, clock, lines, ask, tick } = world;
    const { calls, handler } = heldHandler();
    manager.handle('a', handler, { concurrency: 3 });
    for (const account of accounts(4)) ask(account, 'a');
    await tick();
    manager.releaseSession(3);
    expect(clock.timers.size).toBe(1);
    const signals = calls.map(({ context }) => context.signal);
    await manager.shutdown();
    expect([clock.timers.size, signals.map(({ reason }) => reason.code)]).toEqual([
      0,
      ['ERR_MANAGER_STOPPED', 'ERR_MANAGER_STOPPED', 'ERR_SESSION_STALE'],
    ]);
    calls[0].resolve('late');
    calls[1].reject(new Error('late too'));
    await turn();
    expect([calls.length, lines]).toEqual([3, []]);
    // One that looks only now learns it too.
    expect(calls[0].context.signal.aborted).toBe(true);
    expect(manager.getAskMetrics()).toMatchObject({ asked: 0 });
  });

  it('before handlers have begun calls none of them', async () => {
    const { manager, ask } = await startAsking(['a'], 1);
    const { calls, handler } = heldHandler();
    manager.handle('a', handler);
    ask(1, 'a');
    const ticking = manager.updateAllSessions(100);
    const stopped = manager.shutdown();
    await ticking;
    await stopped;
    await turn();
    for (const { context } of calls) expect(context.signal.aborted).toBe(true);
  });

  it('may be asked for by a handler', async () => {
    const { manager, ask, tick } = await startAsking(['a'], 1);
    manager.handle('a', async () => {
      await manager.shutdown();
      return 'too late';
    });
    ask(1, 'a');
    await tick();
    await manager.shutdown();
    await expect(manager.updateAllSessions(100)).rejects.toEqual(failure('ERR_MANAGER_STOPPED'));
  });
});
