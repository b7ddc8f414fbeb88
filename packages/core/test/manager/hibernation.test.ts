import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { on } from './calling-behavior.js';
import { FakeStore } from './fake-store.js';
import { published } from './hibernation-seen.js';
import { asleep, MINUTE, startSleepy, taken } from './sleeping.js';
import { accounts, failure, startDeferred, startEcho, startWith, thrownBy } from './test-manager.js';

describe('R-21 an idle session', () => {
  it('falls asleep when the tick ends in which the threshold has passed, and is updated no more', async () => {
    const manager = await startEcho();
    const handle = manager.createSession(7);
    await manager.updateAllSessions(5 * MINUTE - 1);
    expect(handle.status).toBe('active');
    const report = await manager.updateAllSessions(1);
    expect([report.fellAsleep, report.woke]).toEqual([1, 0]);
    expect([handle.isAsleep, handle.updateCount, manager.getActiveSessionCount(), manager.getHibernatedSessionCount()]).toEqual([
      true,
      2,
      0,
      1,
    ]);
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 0, fellAsleep: 0 });
    expect([handle.status, handle.updateCount, handle.isLive]).toEqual(['hibernated', 2, true]);
  });

  it('is one that had no packet either way and no touch for as long; messages do not count', async () => {
    const { manager } = await startSleepy({ update: taken });
    const [pushed, touched, told] = manager.createSessionBatch([1, 2, 3], (_, index) => ({ mapId: index }));
    await manager.updateAllSessions(4 * MINUTE);
    pushed.push(1);
    touched.touch();
    manager.broadcast({ mapId: 2 }, 1);
    await manager.updateAllSessions(MINUTE);
    expect([pushed.status, touched.status, told.status]).toEqual(['active', 'active', 'hibernated']);
    await manager.updateAllSessions(4 * MINUTE);
    expect(manager.getHibernatedSessionCount()).toBe(3);
  });

  it('is looked for whenever another whole second of simulated time has passed', async () => {
    const manager = await startEcho({ startTimeMs: 500 });
    manager.createSession(1);
    await manager.updateAllSessions(5 * MINUTE - 500);
    // Idle for five minutes less 500 ms at 300 000; again looked for at 301 000.
    await manager.updateAllSessions(999);
    expect(manager.getHibernatedSessionCount()).toBe(0);
    await manager.updateAllSessions(1);
    expect(manager.getHibernatedSessionCount()).toBe(1);
  });

  it('stays awake with enableAutoHibernation false, until it is asked for', async () => {
    const manager = await startEcho({ enableAutoHibernation: false });
    const [busy, idle] = manager.createSessionBatch([1, 2]);
    await manager.updateAllSessions(60 * MINUTE);
    expect(manager.getHibernatedSessionCount()).toBe(0);
    busy.touch();
    expect(manager.hibernateInactiveSessions()).toBe(1);
    expect([busy.status, idle.status]).toEqual(['active', 'hibernating']);
    await manager.updateAllSessions(1);
    expect(idle.status).toBe('hibernated');
  });

  it('is decided by the threshold as it is now', async () => {
    const manager = await startEcho();
    manager.createSession(1);
    manager.setHibernationThreshold(1);
    await manager.updateAllSessions(MINUTE);
    expect(manager.getHibernatedSessionCount()).toBe(1);
  });
});

describe('a session stays awake', () => {
  it('with a packet unread, a message unread, a packet that nobody has taken', async () => {
    const { manager } = await startSleepy({
      update: (session) => void (session.accountId === 3 && session.updateCount === 1 && session.send(1)),
    });
    const [unread, told, sent] = manager.createSessionBatch([1, 2, 3]);
    unread.push(1);
    manager.broadcast({ mapId: 0 }, 1);
    await manager.updateAllSessions(10 * MINUTE);
    await manager.updateAllSessions(10 * MINUTE);
    expect([unread.status, told.status, sent.status]).toEqual(['active', 'active', 'active']);
    expect([unread, told, sent].map((handle) => handle.hibernate())).toEqual([false, false, false]);
  });

  it('with something due within ten seconds of simulated time; what was due already keeps nobody awake', async () => {
    const { manager } = await startSleepy({
      update(session) {
        if (session.updateCount > 1) return;
        if (session.accountId === 1) session.wakeAt(session.tick.nowMs + 10_000);
        if (session.accountId === 2) session.after(10_001);
        if (session.accountId === 3) session.every(5000);
        if (session.accountId === 4) session.after(0);
      },
    });
    const handles = manager.createSessionBatch([1, 2, 3, 4]);
    await manager.updateAllSessions(5 * MINUTE);
    expect(handles.map(({ status }) => status)).toEqual(['active', 'hibernated', 'active', 'hibernated']);
  });

  it('in quarantine', async () => {
    const { manager } = await startSleepy(
      {
        update() {
          throw new Error('no');
        },
      },
      { quarantineAfter: 1 },
    );
    const handle = manager.createSession(1);
    await manager.updateAllSessions(10 * MINUTE);
    expect([handle.status, handle.hibernate(), manager.hibernateInactiveSessions()]).toEqual(['quarantined', false, 0]);
  });
});

describe('a sleeper', () => {
  it('keeps its handle, and shows what it has but for its state', async () => {
    const manager = await startEcho();
    const handle = manager.createSession(7, { mapId: 3, groupId: 4 });
    handle.push(1, new Uint8Array(10));
    await manager.updateAllSessions(1000);
    manager.drainOutbound(() => {});
    await manager.updateAllSessions(5 * MINUTE);
    expect(handle.status).toBe('hibernated');
    const { mapId, groupId, packetsIn, packetsOut, bytesIn, bytesOut, dropped, updateCount, idleMs, behavior } = handle;
    expect([mapId, groupId, packetsIn, packetsOut, bytesIn, bytesOut, dropped, updateCount, idleMs]).toEqual([
      3,
      4,
      1,
      1,
      10,
      10,
      0,
      2,
      5 * MINUTE,
    ]);
    expect([behavior, handle.is(echo), `${handle}`, manager.getSession(7)?.incarnation]).toEqual([
      echo,
      true,
      `session 7#${handle.incarnation}`,
      handle.incarnation,
    ]);
    expect(thrownBy(() => handle.state.updates)).toEqual(
      failure(
        'ERR_SESSION_ASLEEP',
        `session 7#${handle.incarnation} is asleep: its state can be read and written once it is awake (handle.wake())`,
      ),
    );
    expect(handle.wake()).toBe(true);
    expect([handle.state.updates, handle.state.heard]).toEqual([2, 1]);
  });

  it('whose row is yet to be stored cannot be told from one that is, but by its status', async () => {
    const { manager, store } = await startSleepy();
    store.putError = new Error('not now');
    const [handle] = await asleep(manager, 7);
    expect([handle.status, handle.isAsleep, handle.updateCount, handle.idleMs]).toEqual(['hibernating', true, 1, 5 * MINUTE]);
    expect(thrownBy(() => handle.state.mark)).toEqual(failure('ERR_SESSION_ASLEEP'));
    expect(thrownBy(() => manager.createSession(7))).toEqual(failure('ERR_SESSION_EXISTS'));
    expect([handle.hibernate(), manager.hibernateSession(7)]).toEqual([false, false]);
  });

  it('is among the sessions of its manager, once', async () => {
    const { manager, store } = await startSleepy();
    await asleep(manager, 1, 2);
    store.putError = new Error('not now');
    await asleep(manager, 3);
    manager.createSession(4);
    expect([...manager.sessions()].map(({ accountId }) => accountId).sort()).toEqual([1, 2, 3, 4]);
    expect([...manager.sessions()].map((handle) => handle.isAsleep && handle.wake())).toEqual([false, true, true, true]);
    expect(manager.getActiveSessionCount()).toBe(4);
  });

  it('R-14 keeps its account: creating it anew is an error', async () => {
    const { manager } = await startSleepy();
    await asleep(manager, 7);
    const error = failure('ERR_SESSION_EXISTS', 'account 7 has a session already: give adopt: true to go on with it');
    expect(thrownBy(() => manager.createSession(7))).toEqual(error);
    expect(thrownBy(() => manager.createSessionBatch([8, 7]))).toEqual(error);
    expect(manager.getSession(8)).toBeUndefined();
  });

  it('R-18 counts against no limit', async () => {
    const { manager } = await startSleepy({}, { maxConcurrentSessions: 2 });
    await asleep(manager, 1, 2);
    manager.createSessionBatch([3, 4]);
    expect(thrownBy(() => manager.createSession(5))).toEqual(failure('ERR_SESSION_LIMIT'));
    // Waking does not obey it: nothing is lost.
    expect(manager.getSession(1)?.push(1)).toBe(0);
    expect([manager.getActiveSessionCount(), manager.getHibernatedSessionCount()]).toEqual([3, 1]);
  });

  it('is seen by no other session, be it stored or not', async () => {
    const seen: unknown[] = [];
    const store = new FakeStore();
    const manager = await startWith({
      behavior: published(seen),
      scheduler: serialScheduler(),
      sessionCeiling: 4096,
      store,
      enableAutoHibernation: false,
    });
    const [, other] = manager.createSessionBatch([1, 2]);
    await manager.updateAllSessions(1);
    store.putError = new Error('not now');
    other.hibernate();
    await manager.updateAllSessions(1);
    expect(other.status).toBe('hibernating');
    other.wake();
    await manager.updateAllSessions(1);
    expect(seen).toEqual([
      [true, [2]],
      [false, []],
      [true, [2]],
    ]);
  });

  it('is told of by events, and by the metrics', async () => {
    const told: unknown[] = [];
    on('dormouse:session:hibernated', (message) => told.push(['asleep', message]));
    on('dormouse:session:woken', (message) => told.push(['awake', message]));
    const { manager } = await startSleepy();
    const [handle] = await asleep(manager, 7);
    expect(manager.getGlobalMetrics()).toMatchObject({ activeSessions: 0, hibernatedSessions: 1 });
    handle.wake();
    expect(told).toEqual([
      ['asleep', { accountId: 7 }],
      ['awake', { accountId: 7 }],
    ]);
    expect(await manager.updateAllSessions(1)).toMatchObject({ fellAsleep: 0, woke: 1, sessions: 1 });
  });

  it('R-22 saves memory: what its row took less what its record takes', async () => {
    const manager = await startEcho({ enableAutoDefragmentation: false });
    const handles = manager.createSessionBatch(accounts(640));
    expect(manager.getMemorySaved()).toBe(0);
    for (const handle of handles) handle.push(1, new Uint8Array(4000));
    await manager.updateAllSessions(1000);
    manager.drainOutbound(() => {});
    while (manager.pool.allocatedCount > 0) await manager.updateAllSessions(5 * MINUTE);
    expect(manager.getMemorySaved()).toBeGreaterThan(640 * 4000);
    for (const handle of handles) handle.wake();
    expect(manager.getMemorySaved()).toBe(0);
  });
});

describe('while a tick is in flight', () => {
  it('R-08 sleep and waking are queued, answered by what is known then', async () => {
    const { manager, scheduler } = await startDeferred();
    const [one, two] = manager.createSessionBatch([1, 2]);
    expect(one.hibernate()).toBe(true);
    const ticking = manager.updateAllSessions(1);
    expect([one.wake(), two.hibernate(), two.wake(), manager.hibernateInactiveSessions()]).toEqual([true, true, false, 0]);
    expect([one.isAsleep, two.isAsleep]).toEqual([true, false]);
    scheduler.open();
    expect((await ticking).refused).toEqual([]);
    expect([one.isAsleep, two.isAsleep]).toEqual([false, true]);
  });

  it('a session that may not sleep when its turn comes stands in the report', async () => {
    const { manager, scheduler } = await startDeferred();
    const handle = manager.createSession(1);
    const ticking = manager.updateAllSessions(1);
    handle.push(1);
    expect(handle.hibernate()).toBe(true);
    scheduler.open();
    expect((await ticking).refused).toEqual([
      { request: 'hibernate', accountId: 1, error: failure('ERR_SESSION_FAILED', 'account 1 may not sleep now') },
    ]);
    expect(handle.status).toBe('active');
  });
});
