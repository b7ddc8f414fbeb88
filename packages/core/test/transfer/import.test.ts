import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { defineBehavior } from '@dormouse/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Disk, DiskStore } from '../durable/disk-fixture.js';
import { FakeStore } from '../manager/fake-store.js';
import { failure, startWith } from '../manager/test-manager.js';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { settle, startLived } from './lived.js';
import { doings, hooks, startTravellers, type TravellerHandle } from './traveller.js';

const MINUTE = 60_000;

describe('importSession', () => {
  it('gives a handle to a session of its own number, on the map and in the group it was, and runs no hook', async () => {
    const { manager: here, handle } = await startLived();
    const blob = here.exportSession(7);
    const there = await startTravellers();
    const created: unknown[] = [];
    const note = (message: unknown): void => void created.push(message);
    subscribe('dormouse:session:created', note);
    onTestFinished(() => void unsubscribe('dormouse:session:created', note));
    const arrived = there.importSession(blob);
    expect(created).toEqual([{ accountId: 7 }]);
    expect(hooks).toEqual([]);
    expect([arrived.accountId, arrived.mapId, arrived.groupId, arrived.status, arrived.incarnation]).toEqual([7, 530, 4, 'active', 1]);
    expect(JSON.parse(JSON.stringify(arrived.state))).toEqual(JSON.parse(JSON.stringify(handle.state)));
    expect([arrived.updateCount, arrived.packetsIn, arrived.bytesIn]).toEqual([handle.updateCount, handle.packetsIn, handle.bytesIn]);
    await there.updateAllSessions(1);
    expect(arrived.updateCount).toBe(2);
  });

  it('may make another account of it, elsewhere: also beside the session itself', async () => {
    const { manager, handle } = await startLived();
    const twin = manager.importSession(manager.exportSession(7), { accountId: 4_000_000_000, mapId: 1, groupId: 0 });
    expect([twin.accountId, twin.mapId, twin.groupId, twin.state.heard]).toEqual([4_000_000_000, 1, 0, handle.state.heard]);
    expect(manager.getSession(4_000_000_000)?.incarnation).toBe(twin.incarnation);
    twin.release();
    expect([twin.isLive, handle.isLive]).toEqual([false, true]);
  });

  it.each([
    ['in quarantine', 'quarantined'],
    ['asleep, its row still there', 'hibernating'],
    ['asleep and stored', 'hibernated'],
  ] as const)('leaves a session %s as it was', async (_, status) => {
    const store = new FakeStore();
    if (status === 'hibernating') store.putError = new Error('not now');
    const { manager: here, handle } = await startLived({ store, quarantineAfter: 1 });
    await settle(here);
    if (status === 'quarantined') {
      doings.set(7, () => {
        throw new Error('enough');
      });
      await here.updateAllSessions(1);
      doings.clear();
    } else {
      handle.hibernate();
      await here.updateAllSessions(0);
    }
    expect(handle.status).toBe(status);
    const there = await startTravellers({ startTimeMs: here.tick.nowMs });
    const arrived = there.importSession(here.exportSession(7));
    expect(there.stateDigest()).toBe(here.stateDigest());
    expect([arrived.status, arrived.updateCount]).toEqual([status === 'hibernated' ? 'hibernating' : status, handle.updateCount]);
    await there.updateAllSessions(0);
    if (status === 'quarantined') expect([arrived.status, there.reviveSession(7), arrived.status]).toEqual(['quarantined', true, 'active']);
    else expect([arrived.status, arrived.wake(), arrived.status]).toEqual(['hibernated', true, 'active']);
    expect(arrived.updateCount).toBe(handle.updateCount);
    await there.updateAllSessions(1);
    expect(arrived.updateCount).toBe(handle.updateCount + 1);
  });

  it('moves timers and idleness to the simulated time that is there', async () => {
    const here = await startTravellers({ startTimeMs: 1_000_000 });
    const handle = here.createSession(7);
    doings.set(7, (session) => {
      session.after(5000, 1);
      session.every(2000);
      doings.delete(7);
    });
    await here.updateAllSessions(500);
    await here.updateAllSessions(500);
    const there = await startTravellers({ startTimeMs: 30 });
    const arrived = there.importSession(here.exportSession(7));
    expect(arrived.idleMs).toBe(handle.idleMs);
    const rung: number[] = [];
    doings.set(7, (session) => {
      if (session.every(2000)) rung.push(session.tick.nowMs);
    });
    for (let i = 0; i < 12; i++) await there.updateAllSessions(500);
    // Both were armed 500 ms before it left.
    expect(rung).toEqual([1530, 3530, 5530]);
    expect(arrived.state.mood).toBe('4530 ms');
  });

  it('wakes a sleeper when it would have woken', async () => {
    const dozer = defineBehavior(import.meta.url, {
      name: 'dozer',
      state: {},
      update(session) {
        if (session.updateCount === 1) session.wakeAt(8 * MINUTE);
      },
    });
    const here = await startWith({ behavior: dozer, scheduler: serialScheduler(), store: new FakeStore(), maintenanceSliceMs: 1000 });
    const handle = here.createSession(7);
    await here.updateAllSessions(1);
    handle.hibernate();
    await here.updateAllSessions(MINUTE - 1);
    expect(handle.status).toBe('hibernated');
    const there = await startWith({ behavior: dozer, scheduler: serialScheduler(), startTimeMs: 500_000, enableAutoHibernation: false });
    const arrived = there.importSession(here.exportSession(7));
    await there.updateAllSessions(7 * MINUTE - 1);
    expect([arrived.isAsleep, arrived.idleMs]).toEqual([true, 8 * MINUTE - 1]);
    await there.updateAllSessions(1);
    expect([arrived.isAsleep, arrived.updateCount]).toEqual([false, 2]);
  });

  it.each([
    ['has not begun', false],
    ['has begun', true],
  ])('has a random stream go on, or begin, as it would have there, that %s', async (_, hasBegun) => {
    const here = await startTravellers({ seed: 11 });
    const handle = here.createSession(7);
    if (hasBegun) doings.set(7, (session) => void session.random());
    await here.updateAllSessions(1);
    const there = await startTravellers({ seed: 12 });
    const arrived = there.importSession(here.exportSession(7), { accountId: 8 });
    const drawn: number[] = [];
    for (const account of [7, 8]) doings.set(account, (session) => void drawn.push(session.random()));
    await here.updateAllSessions(1);
    await there.updateAllSessions(1);
    expect(drawn[0]).toBe(drawn[1]);
    expect([handle.isLive, arrived.isLive]).toEqual([true, true]);
  });

  it('answers requests that were not answered there, and takes those that nobody has heard of yet', async () => {
    const here = await startTravellers();
    here.createSession(7);
    here.handle('news', () => new Promise(() => {}));
    doings.set(7, (session) => void session.ask('news', session.updateCount));
    await here.updateAllSessions(1);
    await here.updateAllSessions(1);
    doings.clear();
    const there = await startTravellers();
    const asked: unknown[] = [];
    there.handle('news', (value) => {
      asked.push(value);
      return 'fresh';
    });
    there.importSession(here.exportSession(7));
    const answers: unknown[] = [];
    doings.set(7, (session) => {
      for (const answer of session.answers('news')) answers.push(answer);
      if (session.updateCount === 3) session.ask('news', 'again');
    });
    await there.updateAllSessions(1);
    const error = expect.stringContaining('in another manager: nobody will answer it');
    const failed = (id: number) => ({ id, topic: 'news', status: 'error', error });
    expect(answers).toEqual([failed(1), failed(2)]);
    await there.updateAllSessions(1);
    expect(answers.slice(2)).toEqual([{ id: 3, topic: 'news', status: 'ok', value: 'fresh' }]);
    expect(asked).toEqual(['again']);
    const { asked: count, answered, failed: failures } = there.getAskMetrics();
    expect([count, answered, failures.error]).toEqual([3, 3, 2]);
  });

  it('is queued while a tick is in flight, as a creation', async () => {
    const { manager: here } = await startLived();
    const scheduler = deferredScheduler();
    const there = await startTravellers({ scheduler, startTimeMs: 5000, maxConcurrentSessions: 2 });
    there.createSession(1);
    const ticking = there.updateAllSessions(250);
    const blob = here.exportSession(7);
    const arrived = there.importSession(blob);
    // What was given is not looked at again.
    blob.fill(0);
    expect(arrived.status).toBe('queued');
    expect(() => there.importSession(here.exportSession(7))).toThrow(failure('ERR_SESSION_EXISTS'));
    expect(() => there.importSession(here.exportSession(7), { accountId: 9 })).toThrow(failure('ERR_SESSION_LIMIT'));
    expect(() => there.importSession(blob)).toThrow(failure('ERR_BLOB_INVALID'));
    scheduler.open();
    await ticking;
    expect([arrived.status, arrived.idleMs, arrived.updateCount]).toEqual(['active', 100, 1]);
  });

  it('changes nothing where there is a session already, or no room', async () => {
    const { manager: here, handle } = await startLived();
    const there = await startTravellers({ maxConcurrentSessions: 1 });
    const other = there.createSession(7);
    const before = there.stateDigest();
    expect(() => there.importSession(here.exportSession(7))).toThrow(failure('ERR_SESSION_EXISTS'));
    expect(() => there.importSession(here.exportSession(7), { accountId: 8 })).toThrow(failure('ERR_SESSION_LIMIT'));
    expect([there.stateDigest(), other.isLive, there.pool.allocatedCount]).toEqual([before, true, 1]);
    // A sleeper counts against no limit but that of memory.
    await settle(here);
    handle.hibernate();
    expect(there.importSession(here.exportSession(7), { accountId: 8 }).isAsleep).toBe(true);
  });

  it('refuses rings that hold more than there is room for, and gives the slot back', async () => {
    const { manager: here, handle } = await startLived({ ringBytes: 4096 });
    for (let i = 0; i < 12; i++) handle.push(3, new Uint8Array(250));
    const there = await startTravellers({ ringBytes: 1024 });
    expect(() => there.importSession(here.exportSession(7))).toThrow(
      failure('ERR_BLOB_INVALID', /packets need more than the 1024 bytes of a ring \(ringBytes\)$/),
    );
    expect([there.pool.allocatedCount, there.getSession(7)]).toEqual([0, undefined]);
    expect(there.createSession(7).packetsIn).toBe(0);
  });

  it.each<[string, unknown, string]>([
    ['an unknown option', { account: 1 }, 'unknown option of importSession "account": known are accountId, mapId, groupId'],
    ['account 0', { accountId: 0 }, 'accountId must be an integer 1…4294967295: got 0'],
    ['half a map', { mapId: 0.5 }, 'mapId must be an integer 0…4294967295: got 0.5'],
    ['no options', null, 'options must be an object: got null'],
  ])('refuses %s', async (_, options, message) => {
    const { manager } = await startLived();
    const blob = manager.exportSession(7);
    expect(() => manager.importSession(blob, options as object)).toThrow(failure('ERR_INVALID_ARGUMENT', message));
  });
});

describe('a session that was moved', () => {
  it('is gone from where it was once it is released there, and both managers go on', async () => {
    const { manager: here, handle } = await startLived();
    const there = await startTravellers();
    const arrived: TravellerHandle = there.importSession(here.exportSession(7));
    here.releaseSession(7);
    expect([handle.isLive, arrived.isLive]).toEqual([false, true]);
    await here.updateAllSessions(1);
    await there.updateAllSessions(1);
    // Back again.
    const again = here.importSession(there.exportSession(7));
    expect([again.updateCount, again.incarnation > handle.incarnation]).toEqual([2, true]);
  });

  it('is in a store that outlives the process with the next checkpoint, once, and comes back from there', async () => {
    const { manager: here } = await startLived();
    const disk = new Disk();
    const store = new DiskStore(disk);
    const there = await startTravellers({ store, checkpointEveryMs: 0, startTimeMs: here.tick.nowMs });
    there.createSession(7).release();
    const arrived = there.importSession(here.exportSession(7));
    const twin = there.importSession(here.exportSession(7), { accountId: 8 });
    expect(disk.records.size).toBe(0);
    await there.checkpoint();
    expect([...disk.byAccount().keys()].sort()).toEqual([7, 8]);
    const digest = there.stateDigest();
    store.kill();
    await there.shutdown();
    const again = await startTravellers({ store: new DiskStore(disk), resume: true, checkpointEveryMs: 0 });
    expect([again.resumed?.active, again.stateDigest()]).toEqual([2, digest]);
    expect([7, 8].map((accountId) => again.getSession(accountId)?.incarnation)).toEqual([arrived.incarnation, twin.incarnation]);
  });
});
