import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { defineBehavior } from '@dormouse/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { accounts, failure, startEcho, startWith, thrownBy } from './test-manager.js';

describe('R-16 the pool', () => {
  it('shows exactly 1000 at first, and exact counts as sessions come and go', async () => {
    const manager = await startEcho();
    expect(manager.pool).toEqual({ allocatedCount: 0, availableCount: 1000, capacity: 1000 });
    manager.createSessionBatch(accounts(300));
    expect(manager.pool).toEqual({ allocatedCount: 300, availableCount: 700, capacity: 1000 });
    manager.releaseSessionBatch(accounts(100));
    expect(manager.pool).toEqual({ allocatedCount: 200, availableCount: 800, capacity: 1000 });
  });

  it('grows by exactly 100 when exhausted, with one warning for all times and an event for each', async () => {
    const warnings: string[] = [];
    const grown: unknown[] = [];
    const onGrown = (message: unknown) => grown.push(message);
    subscribe('dormouse:pool:grown', onGrown);
    onTestFinished(() => void unsubscribe('dormouse:pool:grown', onGrown));
    const silent = () => {};
    const manager = await startEcho({ logger: { debug: silent, info: silent, error: silent, warn: (text) => warnings.push(text) } });
    manager.createSessionBatch(accounts(1000));
    expect(manager.pool).toEqual({ allocatedCount: 1000, availableCount: 0, capacity: 1000 });
    expect(warnings).toEqual([]);
    manager.createSession(5000);
    expect(manager.pool).toEqual({ allocatedCount: 1001, availableCount: 99, capacity: 1100 });
    manager.createSessionBatch(accounts(100, 6000));
    expect(manager.pool).toEqual({ allocatedCount: 1101, availableCount: 99, capacity: 1200 });
    expect(grown).toEqual([{ capacity: 1100 }, { capacity: 1200 }]);
    expect(warnings).toEqual([
      'module.playerbot.session: the session pool was exhausted and grew to 1100; it will grow on without further warning (poolSize, poolGrowth)',
    ]);
  });

  it('keeps what it has grown to when sessions are released', async () => {
    const manager = await startEcho({ poolSize: 10, poolGrowth: 5 });
    manager.createSessionBatch(accounts(12));
    manager.releaseSessionBatch(accounts(12));
    expect(manager.pool).toEqual({ allocatedCount: 0, availableCount: 15, capacity: 15 });
  });

  it('is settable, need not be whole blocks, and never grows past the ceiling', async () => {
    const manager = await startEcho({ poolSize: 70, poolGrowth: 70, sessionCeiling: 100 });
    expect(manager.pool.capacity).toBe(70);
    manager.createSessionBatch(accounts(71));
    expect(manager.pool).toEqual({ allocatedCount: 71, availableCount: 29, capacity: 100 });
    manager.createSessionBatch(accounts(29, 1000));
    expect(manager.pool).toEqual({ allocatedCount: 100, availableCount: 0, capacity: 100 });
  });

  it('takes sessions created by a subscriber to its own growth', async () => {
    const manager = await startEcho({ poolSize: 64, poolGrowth: 64 });
    const onGrown = () => {
      unsubscribe('dormouse:pool:grown', onGrown);
      manager.createSessionBatch(accounts(64, 1000));
    };
    subscribe('dormouse:pool:grown', onGrown);
    onTestFinished(() => void unsubscribe('dormouse:pool:grown', onGrown));
    manager.createSessionBatch(accounts(65));
    expect(manager.pool).toEqual({ allocatedCount: 129, availableCount: 63, capacity: 192 });
    expect((await manager.updateAllSessions(100)).sessions).toBe(129);
    for (const handle of manager.sessions()) expect(handle.state.updates).toBe(1);
  });
});

describe('R-17 slots and handles', () => {
  /** Accounts by slot, as far as `sessions()` shows it: ascending slot. */
  const order = (manager: Awaited<ReturnType<typeof startEcho>>) => [...manager.sessions()].map(({ accountId }) => accountId);

  it('a new session takes the lowest free slot of the fullest block', async () => {
    const manager = await startEcho({ poolSize: 192 });
    manager.createSessionBatch(accounts(192));
    manager.releaseSessionBatch([10, 20, 30, 100, 150, 151]);
    // Blocks have 61, 63 and 62 sessions: the second fills up first, then the third, then the first.
    for (const account of [1001, 1002, 1003, 1004, 1005, 1006]) manager.createSession(account);
    const now = order(manager);
    expect([now[9], now[19], now[29], now[99], now[149], now[150]]).toEqual([1004, 1005, 1006, 1001, 1002, 1003]);
  });

  it('a block that was emptied stays empty while a fuller one has room', async () => {
    const manager = await startEcho({ poolSize: 128 });
    manager.createSessionBatch(accounts(128));
    manager.releaseSessionBatch(accounts(64));
    manager.releaseSessionBatch([100]);
    manager.createSession(500);
    expect(order(manager)[99 - 64]).toBe(500);
    expect((await manager.updateAllSessions(100)).batches).toBe(1);
  });

  it('a stale handle is found out after its slot is reused', async () => {
    const manager = await startEcho();
    const stale = manager.createSession(1);
    const { state } = stale;
    manager.releaseSession(1);
    const next = manager.createSession(2);
    const refusal = failure('ERR_SESSION_STALE', `session 1#${stale.incarnation} is not there: it was released`);
    for (const use of [() => stale.mapId, () => stale.state.home, () => stale.behavior, () => stale.updateCount, () => state.updates]) {
      expect(thrownBy(use)).toEqual(refusal);
    }
    expect(thrownBy(() => Object.assign(stale, { mapId: 1 }))).toEqual(failure('ERR_SESSION_STALE'));
    expect(thrownBy(() => stale.touch())).toEqual(failure('ERR_SESSION_STALE'));
    expect([stale.isLive, stale.status, stale.push(1), stale.release()]).toEqual([false, 'released', 3, false]);
    expect([next.isLive, next.packetsIn, next.mapId]).toEqual([true, 0, 0]);
  });

  it('a stale handle stays stale when the account is created anew, in the same slot or another', async () => {
    const manager = await startEcho();
    const stale = manager.createSession(1);
    manager.releaseSession(1);
    const anew = manager.createSession(1);
    expect([stale.isLive, anew.isLive]).toEqual([false, true]);
    expect(stale.release()).toBe(false);
    manager.releaseSession(1);
    manager.createSession(2);
    const elsewhere = manager.createSession(1);
    expect([stale.isLive, anew.isLive, elsewhere.isLive]).toEqual([false, false, true]);
    expect([stale.push(1), anew.push(1), elsewhere.push(1)]).toEqual([3, 3, 0]);
  });

  it('incarnations are never used twice, failed creations included', async () => {
    const manager = await startEcho();
    const seen = new Set<number>();
    for (let round = 0; round < 50; round++) {
      seen.add(manager.createSession(1).incarnation);
      expect(thrownBy(() => manager.createSession(1))).toEqual(failure('ERR_SESSION_EXISTS'));
      manager.releaseSession(1);
    }
    expect(seen.size).toBe(50);
  });
});

describe('R-18 the limit', () => {
  it('creating past it is an error naming it, and changes nothing', async () => {
    const manager = await startEcho({ maxConcurrentSessions: 3 });
    manager.createSessionBatch(accounts(3));
    expect(thrownBy(() => manager.createSession(4))).toEqual(
      failure('ERR_SESSION_LIMIT', 'at most 3 sessions (maxConcurrentSessions): there are 3, asked for 1 more'),
    );
    manager.releaseSession(2);
    expect(manager.createSession(4).isLive).toBe(true);
  });

  it('lowered below the present count it refuses new sessions and drops none', async () => {
    const manager = await startEcho({ enableAutoHibernation: false });
    manager.createSessionBatch(accounts(10));
    manager.setMaxConcurrentSessions(4);
    expect(manager.config.maxConcurrentSessions).toBe(4);
    expect((await manager.updateAllSessions(100)).sessions).toBe(10);
    manager.releaseSessionBatch(accounts(6));
    expect(thrownBy(() => manager.createSession(100))).toEqual(failure('ERR_SESSION_LIMIT'));
    manager.releaseSession(7);
    expect(manager.createSession(100).isLive).toBe(true);
  });

  it('can be raised to the ceiling; past that is an error naming the ceiling', async () => {
    const manager = await startEcho({ maxConcurrentSessions: 2, sessionCeiling: 200 });
    manager.createSessionBatch(accounts(2));
    manager.setMaxConcurrentSessions(200);
    manager.createSessionBatch(accounts(198, 10));
    expect(manager.getActiveSessionCount()).toBe(200);
    for (const count of [201, 0, -1, 1.5, Number.NaN]) {
      expect(thrownBy(() => manager.setMaxConcurrentSessions(count))).toEqual(
        failure('ERR_CONFIG_INVALID', `maxConcurrentSessions must be an integer 1…200 (the ceiling reserved at start): got ${count}`),
      );
    }
    expect(manager.config.maxConcurrentSessions).toBe(200);
  });

  it('is 5000 by default, under a ceiling of 1 048 576', async () => {
    const manager = await startEcho({ sessionCeiling: undefined as never });
    expect(manager.config).toMatchObject({ maxConcurrentSessions: 5000, sessionCeiling: 1_048_576 });
  });

  it('asked for past the ceiling at start, it is refused; a lower ceiling bounds the default', async () => {
    await expect(startEcho({ maxConcurrentSessions: 101, sessionCeiling: 100 })).rejects.toEqual(
      failure('ERR_CONFIG_INVALID', 'maxConcurrentSessions must be 1…100 (sessionCeiling): got 101'),
    );
    const manager = await startEcho({ sessionCeiling: 100 });
    expect(manager.config.maxConcurrentSessions).toBe(100);
  });

  it('holds for sessions of several behaviours together, up to the ceiling', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => defineBehavior(import.meta.url, { name, state: {}, update() {} }));
    const manager = await startWith({ behaviors: [a, b, c], scheduler: serialScheduler(), sessionCeiling: 64, maxConcurrentSessions: 64 });
    for (const account of accounts(64)) manager.createSession(account, { behavior: [a, b, c][account % 3] });
    expect(thrownBy(() => manager.createSession(100))).toEqual(failure('ERR_SESSION_LIMIT'));
    expect((await manager.updateAllSessions(100)).sessions).toBe(64);
    manager.releaseSessionBatch(accounts(64));
    for (const account of accounts(64)) manager.createSession(account, { behavior: c });
    expect((await manager.updateAllSessions(100)).sessions).toBe(64);
  });
});
