import { describe, expect, it } from 'vitest';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { FakeStore } from './fake-store.js';
import { asleep, MINUTE, startSleepy } from './sleeping.js';
import { accounts, failure, startEcho, startWith } from './test-manager.js';

describe('R-22 rows of sleepers', () => {
  it('go to the store 32 at a time, and their slots are free', async () => {
    const { manager, store } = await startSleepy({}, { maintenanceSliceMs: 1000 });
    await asleep(manager, ...accounts(100));
    expect([store.batches, store.records.size, manager.pool.allocatedCount]).toEqual([[32, 32, 32, 4], 100, 0]);
    for (const handle of manager.sessions()) handle.wake();
    expect([store.records.size, manager.pool.allocatedCount]).toEqual([0, 100]);
    expect([...manager.sessions()].every(({ state, accountId }) => state.mark === accountId)).toBe(true);
  });

  it('go there where a tick takes its time, while what the host asks for waits', async () => {
    const scheduler = deferredScheduler();
    const { manager, store } = await startSleepy({}, { scheduler, enableAutoHibernation: false, maintenanceSliceMs: 1000 });
    const handles = manager.createSessionBatch(accounts(100));
    for (const handle of handles) handle.hibernate();
    handles[0].wake();
    const ticking = manager.updateAllSessions(1);
    scheduler.open();
    await new Promise((resolve) => setImmediate(resolve));
    // The round in which they are encoded.
    expect(scheduler.isWaiting).toBe(true);
    expect([handles[5].push(3), handles[6].wake(), handles[7].release()]).toEqual([1, true, true]);
    expect(handles[5].status).toBe('hibernating');
    scheduler.open();
    const report = await ticking;
    expect([report.sessions, report.refused]).toEqual([1, []]);
    expect([5, 6, 7].map((i) => handles[i].status)).toEqual(['active', 'active', 'released']);
    expect([store.records.size, manager.getHibernatedSessionCount()]).toEqual([96, 96]);
  });

  it('wait for what their hibernate hooks have sent', async () => {
    const { manager, store } = await startSleepy({ hibernate: (session) => void session.send(9) });
    const [handle] = await asleep(manager, 1);
    expect([handle.status, store.records.size]).toEqual(['hibernating', 0]);
    const sent: number[] = [];
    manager.drainOutbound((_, packet) => void sent.push(packet.opcode));
    await manager.updateAllSessions(1);
    expect([sent, handle.status, store.records.size]).toEqual([[9], 'hibernated', 1]);
  });
});

describe('a store that takes its time', () => {
  it('keeps no tick waiting; slots are free when it has taken the records', async () => {
    const { manager, store } = await startSleepy();
    store.isAsync = true;
    const [handle] = await asleep(manager, 1);
    for (let ticks = 0; ticks < 3; ticks++) await manager.updateAllSessions(1);
    expect([handle.status, store.batches]).toEqual(['hibernating', [1]]);
    await store.settle();
    await manager.updateAllSessions(1);
    expect([handle.status, manager.pool.allocatedCount, store.records.size]).toEqual(['hibernated', 0, 1]);
  });

  it('loses nothing of a session that wakes meanwhile: its record is deleted when it is there', async () => {
    const { manager, store } = await startSleepy();
    store.isAsync = true;
    const [woken, sleeper] = await asleep(manager, 1, 2);
    expect(woken.push(5)).toBe(0);
    woken.state.mark = 11;
    await manager.updateAllSessions(1);
    await store.settle();
    await manager.updateAllSessions(1);
    expect([woken.status, sleeper.status, store.records.size, woken.packetsIn, woken.state.mark]).toEqual([
      'active',
      'hibernated',
      1,
      1,
      11,
    ]);
  });

  it('has the record of one that woke and fell asleep again thrown away: the later one counts', async () => {
    const { manager, store } = await startSleepy();
    store.isAsync = true;
    const [handle] = await asleep(manager, 1);
    handle.wake();
    handle.state.mark = 2;
    handle.hibernate();
    await store.settle();
    await manager.updateAllSessions(1);
    expect([store.records.size, handle.status, store.isPutting]).toEqual([0, 'hibernating', true]);
    await store.settle();
    await manager.updateAllSessions(1);
    expect([store.records.size, handle.status, handle.wake(), handle.state.mark]).toEqual([1, 'hibernated', true, 2]);
  });

  it('and one that is released meanwhile leaves nothing behind', async () => {
    const { manager, store } = await startSleepy();
    store.isAsync = true;
    const [handle] = await asleep(manager, 1);
    handle.release();
    const again = manager.createSession(1);
    await store.settle();
    await manager.updateAllSessions(1);
    expect([store.records.size, again.status, again.updateCount]).toEqual([0, 'active', 1]);
  });
});

describe('a record that is corrupt', () => {
  it('is refused with account and location; its session gets nothing any more, all others wake', async () => {
    const { manager, store } = await startSleepy();
    const [bad, good] = await asleep(manager, 1, 2);
    const [[location, bytes]] = store.records;
    bytes[bytes.length - 1] ^= 1;
    expect(bad.push(1)).toBe(3);
    expect([bad.push(1), bad.wake(), manager.reactivateSession(1), bad.status]).toEqual([3, false, false, 'hibernated']);
    expect(good.push(1)).toBe(0);
    const error = failure('ERR_RECORD_CORRUPT', new RegExp(`^location ${location}: .*account 1`));
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 1, refused: [{ request: 'wake', accountId: 1, error }] });
    expect(await manager.updateAllSessions(1)).toMatchObject({ refused: [] });
    expect(good.state.mark).toBe(2);
  });

  it('that is another incarnation’s is refused', async () => {
    const { manager, store } = await startSleepy();
    const [first] = await asleep(manager, 1);
    const old = [...store.records.values()][0].slice();
    first.release();
    const [second] = await asleep(manager, 1);
    const [[location]] = store.records;
    store.records.set(location, old);
    expect([second.push(1), second.wake()]).toEqual([3, false]);
    expect((await manager.updateAllSessions(1)).refused).toMatchObject([{ error: failure('ERR_RECORD_CORRUPT', /incarnation/) }]);
  });

  it('is released without its hook, and its account is to be had again', async () => {
    const released: number[] = [];
    const { manager, store } = await startSleepy({ release: (session) => released.push(session.accountId) });
    const [bad] = await asleep(manager, 1);
    const [[location]] = store.records;
    store.records.set(location, new Uint8Array(3));
    expect(bad.push(1)).toBe(3);
    expect([bad.release(), bad.isLive, released, manager.getHibernatedSessionCount()]).toEqual([true, false, [], 0]);
    expect(manager.createSession(1).status).toBe('active');
  });

  it('keeps its message from nobody else: it counts as unknown', async () => {
    const { manager, store } = await startSleepy({
      update: (session) => void (session.accountId === 9 && [1, 2].map((to) => session.sendTo(to, 1))),
    });
    await asleep(manager, 1, 2);
    const [[, bytes]] = store.records;
    bytes[4] ^= 255;
    manager.createSession(9);
    expect(await manager.updateAllSessions(1)).toMatchObject({ messagesDelivered: 1, messagesUnknown: 1 });
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

  it('tells of the next session of an account as well, when that cannot be read', async () => {
    const store = new FakeStore();
    const manager = await startEcho({ hibernationStore: store });
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

describe('a store', () => {
  it('is opened when its manager starts, and closed when that is shut down with sleepers in it', async () => {
    const { manager, store } = await startSleepy();
    const handles = await asleep(manager, 1, 2);
    expect(store.calls).toEqual(['open']);
    await manager.shutdown();
    expect(store.calls).toEqual(['open', 'close']);
    expect(handles.map(({ isLive, status }) => [isLive, status])).toEqual([
      [false, 'released'],
      [false, 'released'],
    ]);
    expect([handles[0].push(1), handles[0].wake(), handles[0].hibernate()]).toEqual([3, false, false]);
  });

  it('that does not open keeps its manager from starting, and is closed', async () => {
    const store = new FakeStore();
    store.open = () => {
      throw new Error('locked');
    };
    const starting = startWith({ behavior: echo, scheduler: serialScheduler(), hibernationStore: store });
    await expect(starting).rejects.toMatchObject({ code: 'ERR_START_FAILED', message: 'store fake did not start: locked' });
    expect(store.calls).toEqual(['close']);
  });

  it('belongs to one manager at a time', async () => {
    const { manager, store } = await startSleepy();
    const again = () => startWith({ behavior: echo, scheduler: serialScheduler(), hibernationStore: store });
    await expect(again()).rejects.toMatchObject({ cause: failure('ERR_STORE_CONTRACT', /^store fake belongs to another manager/) });
    const [handle] = await asleep(manager, 1);
    expect(handle.wake()).toBe(true);
    await manager.shutdown();
    await (await again()).shutdown();
  });

  it('may put a record elsewhere', async () => {
    const { manager, store } = await startSleepy();
    const [handle] = await asleep(manager, 1);
    const [[location, bytes]] = store.records;
    store.records.delete(location);
    store.records.set(7, bytes);
    store.host?.moved(1, 7);
    expect([handle.wake(), handle.state.mark, store.records.size]).toEqual([true, 1, 0]);
  });

  it('may put a record elsewhere before its manager has seen that it has it', async () => {
    const { manager, store } = await startSleepy();
    store.isAsync = true;
    const [handle, woken] = await asleep(manager, 1, 2);
    await store.settle();
    expect(woken.wake()).toBe(true);
    for (const [location, bytes] of [...store.records]) {
      store.records.delete(location);
      store.records.set(location + 10, bytes);
    }
    const [one, two] = store.records.keys();
    store.host?.moved(1, one);
    store.host?.moved(2, two);
    await manager.updateAllSessions(1);
    expect([handle.status, [...store.records.keys()]]).toEqual(['hibernated', [one]]);
    expect([handle.wake(), handle.state.mark, store.records.size]).toEqual([true, 1, 0]);
  });
});
