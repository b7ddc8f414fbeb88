import { DormouseError } from '@dormouse/core';
import { describe, expect, it, vi } from 'vitest';
import { collectGarbage } from '../../src/thread/collect-garbage.js';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { FakeStore } from './fake-store.js';
import { asleep, MINUTE, startSleepy } from './sleeping.js';
import { accounts, failure, startWith } from './test-manager.js';

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

  it('whose manager stops takes nothing more for a defragmentation that was under way; that resolves with what it has done', async () => {
    const scheduler = deferredScheduler();
    const { manager, store } = await startSleepy({}, { scheduler, enableAutoHibernation: false });
    const [, ...sleepers] = manager.createSessionBatch(accounts(100));
    for (const handle of sleepers) handle.hibernate();
    store.isAsync = true;
    const defragmenting = manager.defragmentMemory();
    while (!store.isPutting) await new Promise((resolve) => setImmediate(resolve));
    const ticking = manager.updateAllSessions(1);
    const stopping = manager.shutdown();
    // Its next slice comes behind both.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    store.close = () => store.settle();
    scheduler.open();
    expect(await ticking).toMatchObject({ sessions: 1 });
    await stopping;
    expect(await defragmenting).toMatchObject({ movedSessions: 0, droppedBlocks: 0 });
    expect(store.batches).toEqual([32]);
  });

  it('whose manager has stopped is all that there is of sleepers: a handle that is kept keeps no list of them', async () => {
    const { manager, store } = await startSleepy();
    const handles = manager.createSessionBatch(accounts(100));
    const made: WeakRef<SharedArrayBuffer>[] = [];
    const Watched = class extends SharedArrayBuffer {
      constructor(...how: ConstructorParameters<typeof SharedArrayBuffer>) {
        super(...how);
        made.push(new WeakRef(this));
      }
    };
    vi.stubGlobal('SharedArrayBuffer', Watched);
    await manager.updateAllSessions(5 * MINUTE);
    vi.unstubAllGlobals();
    expect([store.records.size, made.length > 0]).toEqual([100, true]);
    manager.stateDigest();
    await manager.shutdown();
    // Until this turn of the event loop has ended, whoever makes a `WeakRef` keeps what it refers to.
    await new Promise((resolve) => setImmediate(resolve));
    await collectGarbage();
    expect(made.filter((page) => page.deref() !== undefined)).toEqual([]);
    expect(handles.every(({ isLive }) => !isLive)).toBe(true);
  });

  it('that does not open keeps its manager from starting, and is closed', async () => {
    const store = new FakeStore();
    store.open = () => {
      throw new Error('locked');
    };
    const starting = startWith({ behavior: echo, scheduler: serialScheduler(), store });
    await expect(starting).rejects.toMatchObject({ code: 'ERR_START_FAILED', message: 'store fake did not start: locked' });
    expect(store.calls).toEqual(['close']);
  });

  it.each(['ERR_NODE_VERSION', 'ERR_STORE_FILE', 'ERR_STORE_LOCKED'] as const)(
    'is told to whoever starts a manager as it is where it cannot be had: %s',
    async (code) => {
      const error = new DormouseError(code, 'not this one');
      const store = new FakeStore();
      store.open = () => Promise.reject(error);
      await expect(startWith({ behavior: echo, scheduler: serialScheduler(), store })).rejects.toBe(error);
      expect(store.calls).toEqual(['close']);
    },
  );

  it('belongs to one manager at a time', async () => {
    const { manager, store } = await startSleepy();
    const again = () => startWith({ behavior: echo, scheduler: serialScheduler(), store });
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
