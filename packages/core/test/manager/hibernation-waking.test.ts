import { PushOutcome } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { deferredScheduler } from '../scheduler/test-schedulers.js';
import { on } from './calling-behavior.js';
import { FakeStore } from './fake-store.js';
import { asleep, MINUTE, type SleepyManager, startSleepy, taken } from './sleeping.js';
import { accounts, failure, startEcho, thrownBy } from './test-manager.js';

/** Sessions note what they are given, by account, in the order of updates. */
async function startNoting(settings: Parameters<typeof startSleepy>[1] = {}) {
  const heard: [account: number, ...opcodes: number[]][] = [];
  const doings: Parameters<typeof startSleepy>[0] = {
    update(session) {
      const opcodes = taken(session);
      if (opcodes.length > 0) heard.push([session.accountId, ...opcodes]);
    },
  };
  return { heard, doings, ...(await startSleepy(doings, settings)) };
}

/** A sleeper whose row is still there, or one that is stored. */
const PLACES = ['hibernating', 'hibernated'] as const;

async function sleeperIn(place: (typeof PLACES)[number], manager: SleepyManager, store: FakeStore, account: number) {
  if (place === 'hibernating') store.putError = new Error('not now');
  const [handle] = await asleep(manager, account);
  expect(handle.status).toBe(place);
  return handle;
}

describe.each(PLACES)('R-23 a session that is %s', (place) => {
  it('is woken by a packet, which is there in its next update, and counts on where it was', async () => {
    const { manager, store, heard } = await startNoting();
    const handle = await sleeperIn(place, manager, store, 7);
    expect(handle.push(3)).toBe(PushOutcome.delivered);
    expect([handle.status, handle.updateCount, handle.idleMs, handle.state.mark]).toEqual(['active', 1, 0, 7]);
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 1, woke: 1, packetsIn: 1 });
    expect([heard, handle.updateCount, handle.state.updates]).toEqual([[[7, 3]], 2, 2]);
    expect(store.records.size).toBe(0);
  });

  it('gets ten packets that come at once, in order', async () => {
    const { manager, store, heard } = await startNoting();
    const handle = await sleeperIn(place, manager, store, 7);
    const opcodes = accounts(10);
    const outcomes = new Uint8Array(10).fill(9);
    const handles = opcodes.map(() => handle);
    expect(manager.pushBatch(handles, opcodes, new Uint8Array(0), 0, outcomes)).toBe(10);
    expect([...outcomes]).toEqual(new Array(10).fill(PushOutcome.delivered));
    await manager.updateAllSessions(1);
    expect(heard).toEqual([[7, ...opcodes]]);
  });

  it('is woken by one packet of a batch, and who hears of it may push another batch in between', async () => {
    const { manager, store, heard } = await startNoting();
    const handle = await sleeperIn(place, manager, store, 7);
    const [first, second, third] = manager.createSessionBatch([10, 11, 12]);
    const inner: number[] = [];
    on('dormouse:session:woken', () => {
      inner.push(manager.pushBatch([third, second, first], [21, 22, 23], new Uint8Array(0), 0));
    });
    expect(manager.pushBatch([first, handle, second, third], [1, 2, 3, 4], new Uint8Array(0), 0)).toBe(4);
    expect(inner).toEqual([3]);
    await manager.updateAllSessions(1);
    expect(heard.sort(([one], [other]) => one - other)).toEqual([
      [7, 2],
      [10, 1, 23],
      [11, 22, 3],
      [12, 21, 4],
    ]);
  });

  it('is woken by packets pushed while a tick is in flight, when that has ended', async () => {
    const scheduler = deferredScheduler();
    const { manager, store, heard } = await startNoting({ scheduler, enableAutoHibernation: false });
    const [handle, other] = manager.createSessionBatch([7, 8]);
    if (place === 'hibernating') store.putError = new Error('not now');
    handle.hibernate();
    const settling = manager.updateAllSessions(1);
    scheduler.open();
    await settling;
    expect(handle.status).toBe(place);
    const ticking = manager.updateAllSessions(1);
    expect([handle.push(1), manager.pushBatch([other, handle], 2, new Uint8Array(0), 0)]).toEqual([PushOutcome.queued, 2]);
    expect(handle.status).toBe(place);
    scheduler.open();
    expect(await ticking).toMatchObject({ sessions: 1, woke: 1, packetsIn: 3, refused: [] });
    const next = manager.updateAllSessions(1);
    scheduler.open();
    await next;
    expect(heard).toEqual([
      [7, 1, 2],
      [8, 2],
    ]);
  });

  it('is woken by a message, which it hears in the update after', async () => {
    const { manager, store, heard, doings } = await startNoting();
    const handle = await sleeperIn(place, manager, store, 7);
    const sender = manager.createSession(1);
    const update = doings.update;
    doings.update = (session) => {
      update?.(session);
      if (session.accountId === 1 && session.updateCount === 1) for (const opcode of [5, 6]) session.sendTo(7, opcode);
    };
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 1, woke: 1, messagesDelivered: 2, messagesUnknown: 0 });
    expect([handle.status, heard]).toEqual(['active', []]);
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 2 });
    expect([heard, handle.updateCount, sender.updateCount]).toEqual([[[7, 5, 6]], 2, 2]);
  });

  it('is woken by a broadcast to its map or group, unless that says not to', async () => {
    const { manager, store, heard } = await startNoting();
    const handle = await sleeperIn(place, manager, store, 7);
    handle.mapId = 3;
    handle.groupId = 4;
    expect([handle.status, handle.mapId, handle.groupId]).toEqual([place, 3, 4]);
    expect(manager.broadcast({ mapId: 3, wake: false }, 1)).toEqual({ delivered: 0, full: 0, queued: false });
    expect(manager.broadcast({ mapId: 3, groupId: 5 }, 1)).toMatchObject({ delivered: 0 });
    expect(handle.isAsleep).toBe(true);
    expect(manager.broadcast({ mapId: 3, groupId: 4 }, 2)).toMatchObject({ delivered: 1 });
    expect([handle.status, handle.mapId, handle.groupId]).toEqual(['active', 3, 4]);
    await manager.updateAllSessions(1);
    expect(heard).toEqual([[7, 2]]);
  });

  it('is woken by the answer to what it has asked', async () => {
    const { manager, store, doings } = await startSleepyAsking();
    let answer: ((value: number) => void) | undefined;
    manager.handle('when', () => new Promise((resolve) => (answer = resolve)), { timeoutMs: 600_000 });
    const got: unknown[] = [];
    doings.update = (session) => {
      if (session.updateCount === 1) session.ask('when');
      for (const { value, status } of session.answers('when') as Iterable<{ value: unknown; status: string }>) got.push([status, value]);
    };
    if (place === 'hibernating') store.putError = new Error('not now');
    const handle = manager.createSession(7);
    await manager.updateAllSessions(1);
    await new Promise((resolve) => setImmediate(resolve));
    await manager.updateAllSessions(5 * MINUTE);
    expect(handle.status).toBe(place);
    answer?.(42);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 1, woke: 1, answered: 1 });
    expect([got, handle.updateCount]).toEqual([[['ok', 42]], 3]);
  });

  it('is woken when its time has come, by wakeAt or the first of its timers, and updated in that tick', async () => {
    const due: number[] = [];
    const { manager, store, doings } = await startSleepyAsking();
    doings.update = (session) => {
      if (session.updateCount > 1) due.push(session.accountId, session.updateCount, session.takeDue() ?? -1);
      else if (session.accountId === 7) session.wakeAt(10 * MINUTE);
      else session.after(12 * MINUTE, 5);
    };
    if (place === 'hibernating') store.putError = new Error('not now');
    const handles = manager.createSessionBatch([7, 8]);
    await manager.updateAllSessions(5 * MINUTE);
    expect(handles.map(({ status }) => status)).toEqual([place, place]);
    expect(await manager.updateAllSessions(5 * MINUTE - 1)).toMatchObject({ sessions: 0, woke: 0 });
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 1, woke: 1 });
    expect(due).toEqual([7, 2, -1]);
    // The other's timer runs from its first update on.
    await manager.updateAllSessions(7 * MINUTE);
    expect(due).toEqual([7, 2, -1, 8, 2, 5]);
  });

  it('is woken by its account, its map and its group, and counts as not idle then', async () => {
    const { manager, store } = await startSleepy();
    const handle = await sleeperIn(place, manager, store, 7);
    const ways = [
      () => manager.reactivateSession(7),
      () => manager.reactivateSessionsForMap(0) === 1,
      () => manager.reactivateSessionsForGroup(0) === 1,
      () => handle.wake(),
      () => handle.touch() === undefined,
    ];
    for (const way of ways) {
      expect([way(), handle.status, handle.idleMs, handle.wake(), manager.reactivateSession(7)]).toEqual([true, 'active', 0, false, false]);
      handle.hibernate();
      await manager.updateAllSessions(1000);
      expect(handle.status).toBe(place);
    }
  });

  it('is released with its release hook, in which it has its state', async () => {
    const released: number[] = [];
    const { manager, store } = await startSleepy({ release: (session) => released.push(session.state.mark, session.updateCount) });
    const handle = await sleeperIn(place, manager, store, 7);
    expect([handle.release(), handle.release(), handle.status, handle.isLive]).toEqual([true, false, 'released', false]);
    expect([released, manager.getHibernatedSessionCount(), store.records.size, manager.pool.allocatedCount]).toEqual([[7, 1], 0, 0, 0]);
    expect([handle.push(1), handle.wake(), manager.releaseSession(7)]).toEqual([PushOutcome.stale, false, false]);
    expect(thrownBy(() => handle.mapId)).toEqual(failure('ERR_SESSION_STALE'));
    expect(manager.createSession(7).updateCount).toBe(0);
  });

  it('R-17 does not wake to be released where it has no release hook: nobody is told that it did', async () => {
    const store = new FakeStore();
    if (place === 'hibernating') store.putError = new Error('not now');
    const manager = await startEcho({ store });
    const [one, two] = manager.createSessionBatch([7, 8]);
    await manager.updateAllSessions(5 * MINUTE);
    expect(one.status).toBe(place);
    const events: string[] = [];
    on('dormouse:session:woken', () => events.push('woken'));
    on('dormouse:session:released', () => events.push('released'));
    expect([one.release(), one.status, two.status, manager.getHibernatedSessionCount()]).toEqual([true, 'released', place, 1]);
    expect(events).toEqual(['released']);
    expect(await manager.updateAllSessions(1)).toMatchObject({ woke: 0, fellAsleep: 0, sessions: 0 });
    expect(manager.createSession(7).updateCount).toBe(0);
    expect([two.wake(), two.updateCount]).toEqual([true, 1]);
  });

  it('is spawned anew by nobody, and messages to it are not unknown', async () => {
    const { manager, store, doings } = await startSleepyAsking();
    await sleeperIn(place, manager, store, 7);
    manager.createSession(1);
    doings.update = (session) => void (session.accountId === 1 && session.spawn(7));
    const { refused } = await manager.updateAllSessions(1);
    expect(refused).toEqual([{ request: 'spawn', accountId: 7, requestedBy: 1, error: failure('ERR_SESSION_EXISTS') }]);
  });
});

/** Sessions that do as the test says. */
async function startSleepyAsking() {
  const doings: Parameters<typeof startSleepy>[0] = {};
  return { doings, ...(await startSleepy(doings)) };
}

describe('waking', () => {
  it('those due in one tick wake by time, then account', async () => {
    const order: number[] = [];
    const { manager, doings } = await startSleepyAsking();
    const times = new Map([
      [1, 9],
      [2, 8],
      [3, 9],
      [4, 8],
    ]);
    doings.update = (session) => {
      if (session.updateCount === 1) session.wakeAt((times.get(session.accountId) ?? 0) * MINUTE);
    };
    const { subscribe, unsubscribe } = await import('node:diagnostics_channel');
    const listen = (message: unknown): void => void order.push((message as { accountId: number }).accountId);
    manager.createSessionBatch([3, 1, 4, 2]);
    await manager.updateAllSessions(5 * MINUTE);
    subscribe('dormouse:session:woken', listen);
    await manager.updateAllSessions(10 * MINUTE);
    unsubscribe('dormouse:session:woken', listen);
    expect(order).toEqual([2, 4, 1, 3]);
  });

  it('R-23 of a map and of a group wakes those alone, and costs nobody else anything', async () => {
    const { manager, store } = await startSleepy();
    manager.createSessionBatch(accounts(60), (account) => ({ mapId: account % 3, groupId: account % 5 }));
    await manager.updateAllSessions(5 * MINUTE);
    expect(store.records.size).toBe(60);
    expect(manager.reactivateSessionsForMap(1)).toBe(20);
    expect([...manager.sessions()].filter(({ isAsleep }) => !isAsleep).every(({ mapId }) => mapId === 1)).toBe(true);
    expect(manager.reactivateSessionsForGroup(2)).toBe(8);
    expect([manager.getActiveSessionCount(), store.records.size]).toEqual([28, 32]);
    expect(thrownBy(() => manager.reactivateSessionsForMap(-1))).toEqual(failure('ERR_INVALID_ARGUMENT'));
  });

  it('needs a slot below sessionCeiling: without one a push finds the session full, and it sleeps on', async () => {
    const { manager, heard } = await startNoting({ sessionCeiling: 64, maxConcurrentSessions: 64 });
    const [sleeper] = await asleep(manager, 999);
    const others = manager.createSessionBatch(accounts(64));
    expect([sleeper.push(1), sleeper.wake(), sleeper.status]).toEqual([PushOutcome.full, false, 'hibernated']);
    expect(thrownBy(() => sleeper.release())).toMatchObject({
      code: 'ERR_SESSION_LIMIT',
      accountId: 999,
      cause: failure('ERR_SESSION_LIMIT', /^at most 64 sessions can be in memory/),
    });
    const { refused } = await manager.updateAllSessions(1);
    expect(refused).toEqual([
      { request: 'wake', accountId: 999, error: failure('ERR_SESSION_LIMIT', /^at most 64 sessions can be in memory/) },
    ]);
    others[0].release();
    expect(sleeper.push(2)).toBe(PushOutcome.delivered);
    await manager.updateAllSessions(1);
    expect(heard).toEqual([[999, 2]]);
  });

  it('makes room by storing those whose rows are still there', async () => {
    const { manager, store } = await startSleepy({}, { sessionCeiling: 64, maxConcurrentSessions: 64, enableAutoHibernation: false });
    const handles = manager.createSessionBatch(accounts(64));
    for (const handle of handles) handle.hibernate();
    expect([store.records.size, manager.pool.allocatedCount]).toEqual([0, 64]);
    expect(manager.createSession(100).status).toBe('active');
    expect([store.records.size, manager.pool.allocatedCount]).toEqual([32, 33]);
  });
});
