import { DormouseError, data, defineBehavior, type TickReport, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { accounts, failure, startWith, thrownBy } from './test-manager.js';

/** Fails in every update while its `fails` says so, after having written and claimed. */
const frail = defineBehavior(import.meta.url, {
  name: 'frail',
  state: { updates: u32(), fails: u32() },
  update(session) {
    session.state.updates += 1;
    if (session.state.fails === 0) return;
    session.claim(9, 4);
    throw new Error(`account ${session.accountId} fell`);
  },
});

const told = ({ faults }: TickReport) => faults.map(({ accountId, tick, faults: n, quarantined }) => [accountId, tick, n, quarantined]);

describe('a session whose update throws', () => {
  it('stands in the report with what it threw, by account; the others are updated and it keeps what it wrote', async () => {
    const manager = await startWith({ behavior: frail, scheduler: serialScheduler() });
    const handles = manager.createSessionBatch(accounts(150).reverse()).reverse();
    for (const account of [100, 3, 64]) handles[account - 1].state.fails = 1;
    const report = await manager.updateAllSessions(100);
    expect(told(report)).toEqual([
      [3, 1, 1, false],
      [64, 1, 1, false],
      [100, 1, 1, false],
    ]);
    expect(report.faults[0].error).toEqual(new Error('account 3 fell'));
    expect(report.sessions).toBe(150);
    expect(handles.every(({ state }) => state.updates === 1)).toBe(true);
    expect(manager.drainOutbound(() => {})).toBe(0);
  });

  it('is quarantined after the third fault, counted but updated no more, until it is revived', async () => {
    const manager = await startWith({ behavior: frail, scheduler: serialScheduler() });
    const [bad, good] = manager.createSessionBatch([1, 2]);
    bad.state.fails = 1;
    for (const expected of [false, false, true]) {
      expect((await manager.updateAllSessions(100)).faults[0].quarantined).toBe(expected);
    }
    expect([bad.status, bad.isLive, bad.updateCount]).toEqual(['quarantined', true, 3]);
    const fourth = await manager.updateAllSessions(100);
    expect([fourth.sessions, fourth.faults]).toEqual([1, []]);
    expect([bad.state.updates, bad.updateCount, good.updateCount]).toEqual([3, 3, 4]);
    expect([manager.getActiveSessionCount(), manager.getGlobalMetrics().quarantinedSessions, manager.pool.allocatedCount]).toEqual([
      1, 1, 2,
    ]);
    expect(bad.push(1)).toBe(0);
    bad.state.fails = 0;
    expect(manager.reviveSession(1)).toBe(true);
    expect(manager.reviveSession(1)).toBe(false);
    expect(bad.status).toBe('active');
    expect((await manager.updateAllSessions(100)).sessions).toBe(2);
    expect([bad.state.updates, bad.updateCount, good.updateCount]).toEqual([4, 4, 5]);
  });

  it('begins at no faults again when revived, and when its slot is given to another', async () => {
    const manager = await startWith({ behavior: frail, scheduler: serialScheduler(), quarantineAfter: 2 });
    const bad = manager.createSession(1);
    bad.state.fails = 1;
    await manager.updateAllSessions(100);
    await manager.updateAllSessions(100);
    manager.reviveSession(1);
    expect(told(await manager.updateAllSessions(100))).toEqual([[1, 3, 1, false]]);
    bad.release();
    manager.createSession(2).state.fails = 1;
    expect(told(await manager.updateAllSessions(100))).toEqual([[2, 4, 1, false]]);
  });

  it('counts faults that are not in a row, up to quarantineAfter', async () => {
    const manager = await startWith({ behavior: frail, scheduler: serialScheduler(), quarantineAfter: 2 });
    const { state } = manager.createSession(1);
    const seen: unknown[] = [];
    for (const fails of [1, 0, 0, 1]) {
      state.fails = fails;
      seen.push(...told(await manager.updateAllSessions(100)));
    }
    expect(seen).toEqual([
      [1, 1, 1, false],
      [1, 4, 2, true],
    ]);
  });

  it('with quarantineAfter 1 is quarantined at once; released from there its slot is free', async () => {
    const manager = await startWith({ behavior: frail, scheduler: serialScheduler(), quarantineAfter: 1, maxConcurrentSessions: 1 });
    manager.createSession(1).state.fails = 1;
    await manager.updateAllSessions(100);
    expect(thrownBy(() => manager.createSession(2))).toEqual(failure('ERR_SESSION_LIMIT'));
    expect(manager.releaseSession(1)).toBe(true);
    expect(manager.getGlobalMetrics().quarantinedSessions).toBe(0);
    manager.createSession(2);
    expect((await manager.updateAllSessions(100)).sessions).toBe(1);
  });

  it('whose tick failed for another reason is told in the next report', async () => {
    let isBroken = true;
    const onPacket = () => {
      if (isBroken) throw new Error('handler broke');
    };
    const behavior = defineBehavior(import.meta.url, {
      state: {},
      update(session) {
        session.send(1);
        if (session.tick.number === 1) throw new Error('fell');
      },
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler(), onPacket });
    manager.createSession(1);
    await expect(manager.updateAllSessions(100)).rejects.toEqual(failure('ERR_PACKET_HANDLER'));
    isBroken = false;
    expect(told(await manager.updateAllSessions(100))).toEqual([[1, 1, 1, false]]);
    expect(told(await manager.updateAllSessions(100))).toEqual([]);
  });

  it('reviving while a tick is in flight takes effect when that has ended', async () => {
    const scheduler = deferredScheduler();
    const manager = await startWith({ behavior: frail, scheduler, quarantineAfter: 1 });
    const tick = () => {
      const ticking = manager.updateAllSessions(100);
      scheduler.open();
      return ticking;
    };
    const [bad] = manager.createSessionBatch([1, 2]);
    bad.state.fails = 1;
    await tick();
    bad.state.fails = 0;
    const ticking = manager.updateAllSessions(100);
    expect([manager.reviveSession(1), bad.status]).toEqual([true, 'quarantined']);
    scheduler.open();
    expect((await ticking).sessions).toBe(1);
    expect(bad.status).toBe('active');
    expect((await tick()).sessions).toBe(2);
    expect([bad.updateCount, bad.state.updates]).toEqual([2, 2]);
  });

  it('reviving an account without a session, or one that is well, returns false', async () => {
    const manager = await startWith({ behavior: frail, scheduler: serialScheduler() });
    manager.createSession(1);
    expect([manager.reviveSession(1), manager.reviveSession(2)]).toEqual([false, false]);
  });

  it('whatever it throws is reported as it is', async () => {
    for (const thrown of [undefined, null, 'text', 7, { code: 'X' }]) {
      const behavior = defineBehavior(import.meta.url, {
        state: {},
        update() {
          throw thrown;
        },
      });
      const manager = await startWith({ behavior, scheduler: serialScheduler() });
      manager.createSession(1);
      expect((await manager.updateAllSessions(100)).faults).toMatchObject([{ accountId: 1, error: thrown }]);
    }
  });
});

describe('what cannot be looked at', () => {
  it('is a fault of its session like anything else, and a hook that throws it fails like any other', async () => {
    const unreadable = Object.defineProperty(new Error('hidden'), 'stack', {
      get() {
        throw new Error('no stack');
      },
    });
    const trap = (): never => {
      throw new Error('no look');
    };
    const opaque = new Proxy({}, { get: trap, getPrototypeOf: trap });
    const behavior = defineBehavior(import.meta.url, {
      state: {},
      create(_session, init: string | undefined) {
        if (init !== undefined) throw opaque;
      },
      update(session) {
        session.spawn(3, 'unborn');
        throw session.accountId === 1 ? unreadable : opaque;
      },
      release() {
        throw opaque;
      },
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    manager.createSessionBatch([1, 2]);
    const { faults, refused } = await manager.updateAllSessions(100);
    expect(faults.map(({ accountId }) => accountId)).toEqual([1, 2]);
    expect(refused.map(({ error }) => error.message)).toEqual(
      Array(2).fill('the create hook failed for account 3: something was thrown that cannot be looked at'),
    );
    expect([manager.releaseSession(1), manager.releaseSession(2), manager.getActiveSessionCount()]).toEqual([true, true, 0]);
    expect(DormouseError.isInstance(opaque)).toBe(false);
  });
});

describe('an update that returns a promise', () => {
  it('is an error naming the account, and its rejection ends nothing', async () => {
    const behavior = defineBehavior(import.meta.url, {
      state: {},
      update: (async (session: { accountId: number }) => {
        throw new Error(`late ${session.accountId}`);
      }) as never,
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    manager.createSession(42);
    const { faults } = await manager.updateAllSessions(100);
    expect(faults).toMatchObject([{ accountId: 42, error: { code: 'ERR_BEHAVIOR_ASYNC', accountId: 42 } }]);
    expect((faults[0].error as Error).message).toBe(
      'update returned a promise (account 42): it must be synchronous; ask the host for what takes time (session.ask)',
    );
    await new Promise(setImmediate);
    expect((faults[0].error as Error).cause).toEqual(new Error('late 42'));
  });

  it('from updateBatch is a fault of each of its sessions', async () => {
    const behavior = defineBehavior(import.meta.url, { state: {}, updateBatch: (async () => {}) as never });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    manager.createSessionBatch([7, 8]);
    const { faults } = await manager.updateAllSessions(100);
    expect(faults.map(({ accountId }) => accountId)).toEqual([7, 8]);
    for (const { error } of faults) {
      expect(error).toEqual(failure('ERR_BEHAVIOR_ASYNC', /^updateBatch returned a promise \(account 7\): it must be synchronous/));
    }
  });
});

describe('what is logged of a fault', () => {
  it('says how a value of a data field is changed, where one was changed in place', async () => {
    const lines: string[] = [];
    const nothing = (): void => {};
    const logger = { debug: nothing, info: nothing, warn: nothing, error: (message: string) => void lines.push(message) };
    const behavior = defineBehavior(import.meta.url, {
      state: { bag: data<number[]>({ maxBytes: 64, initial: [] }) },
      update: ({ state }) => void state.bag.value.push(1),
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler(), logger });
    manager.createSession(5);
    await manager.updateAllSessions(100);
    expect(lines).toEqual([expect.stringMatching(/account 5 failed[\s\S]*not extensible[\s\S]*change it with edit\(\)\)$/)]);
  });
});
