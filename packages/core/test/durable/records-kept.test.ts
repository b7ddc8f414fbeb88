import { describe, expect, it } from 'vitest';
import { emptyHead, type IndexHead, RecordKind, readHead } from '../../src/record/record-head.js';
import { asleep, type Doings, MINUTE, type Sleeper, startSleepy } from '../manager/sleeping.js';
import { Disk, DiskStore } from './disk-fixture.js';

/** What is on a disk: each account's head. */
function headsOn(disk: Disk): IndexHead[] {
  return [...disk.byAccount().values()]
    .map(({ head }) => readHead(new DataView(head.buffer, head.byteOffset, head.length), 0, emptyHead()))
    .sort((a, b) => a.accountId - b.accountId);
}

async function startOn(disk: Disk, doings: Doings = {}) {
  const store = new DiskStore(disk);
  const { manager } = await startSleepy(doings, { store, checkpointEveryMs: 0 });
  return { manager, store };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('in a store that outlives the process', () => {
  it('a record has a head that says whose it is, where it is and when it wakes', async () => {
    const disk = new Disk();
    const { manager } = await startOn(disk, { update: (session: Sleeper) => session.wakeAt(12 * MINUTE) });
    const [handle] = await asleep(manager, 5);
    handle.mapId = 530;
    expect(handle.status).toBe('hibernated');
    const [head] = headsOn(disk);
    expect(head).toMatchObject({ accountId: 5, incarnation: handle.incarnation, mapId: 0, groupId: 0, shape: 0, kind: RecordKind.asleep });
    expect(head.dueMs).toBe(12 * MINUTE);
    expect(Math.abs(head.storedAt - Date.now() / 1000)).toBeLessThan(1000);
    await manager.shutdown();
  });

  it('what is known of the records of those awake takes no memory any more once they sleep and the pool is as small as it was', async () => {
    const { manager } = await startOn(new Disk());
    const { storeBytes } = manager.getMemoryUsage();
    const handles = await asleep(manager, ...Array.from({ length: 2100 }, (_, index) => index + 1));
    for (const handle of handles) handle.wake();
    await manager.updateAllSessions(1);
    await manager.defragmentMemory();
    expect(manager.getMemoryUsage().storeBytes - storeBytes).toBe(12 * 3 * 1024);
    expect(manager.getActiveSessionCount()).toBe(2100);
    for (const handle of handles) handle.hibernate();
    await manager.updateAllSessions(1);
    await manager.defragmentMemory();
    expect(manager.getMemoryUsage().storeBytes).toBe(storeBytes);
  });

  it('a record stays when its session wakes, and the next one takes its place', async () => {
    const disk = new Disk();
    const { manager } = await startOn(disk);
    const handles = await asleep(manager, 1, 2, 3);
    const before = disk.byAccount();
    for (const handle of handles) handle.wake();
    await manager.updateAllSessions(1);
    expect(disk.byAccount()).toEqual(before);
    handles[1].state.mark = 77;
    const locations = [...disk.records.keys()];
    await manager.updateAllSessions(5 * MINUTE);
    expect([...disk.records.keys()]).toEqual(locations);
    expect(disk.byAccount().get(2)).not.toEqual(before.get(2));
    await manager.shutdown();
  });

  it.each([
    ['asleep', false],
    ['awake again', true],
  ])('no record stays of a session that is released %s', async (_, wakes) => {
    const disk = new Disk();
    const { manager, store } = await startOn(disk);
    const [first] = await asleep(manager, 1, 2);
    if (wakes) first.wake();
    first.release();
    await store.durable.flush();
    expect([...disk.byAccount().keys()]).toEqual([2]);
    await manager.shutdown();
    expect([...disk.byAccount().keys()]).toEqual([2]);
  });

  it('one that rises while its record is taken keeps it, and replaces it when it sleeps again', async () => {
    const disk = new Disk();
    const { manager, store } = await startOn(disk);
    store.turns = 1;
    const [handle] = await asleep(manager, 1);
    handle.wake();
    handle.state.mark = 5;
    await turn();
    await turn();
    await manager.updateAllSessions(1);
    expect([handle.status, [...disk.byAccount().keys()]]).toEqual(['active', [1]]);
    store.turns = 0;
    await manager.updateAllSessions(5 * MINUTE);
    expect([handle.status, disk.records.size]).toEqual(['hibernated', 1]);
    expect(handle.wake()).toBe(true);
    expect(handle.state.mark).toBe(5);
    await manager.shutdown();
  });

  it.each([
    ['is taken', undefined],
    ['is refused', new Error('full')],
  ])('one that is released while the record that replaces its own %s leaves none', async (_, error) => {
    const disk = new Disk();
    const { manager, store } = await startOn(disk);
    const [handle] = await asleep(manager, 1);
    handle.wake();
    store.turns = 1;
    await manager.updateAllSessions(5 * MINUTE);
    handle.release();
    const anew = manager.createSession(1, { init: 9 });
    store.putError = error;
    await turn();
    await turn();
    store.turns = 0;
    await manager.updateAllSessions(1);
    await store.durable.flush();
    expect([anew.status, disk.records.size]).toEqual(['active', 0]);
    await manager.shutdown();
  });

  it('a session that is moved together with others keeps its record', async () => {
    const disk = new Disk();
    const { manager } = await startOn(disk);
    const handles = await asleep(manager, ...Array.from({ length: 130 }, (_, at) => at + 1));
    for (const handle of handles) handle.wake();
    for (const handle of handles.slice(0, 120)) handle.release();
    expect((await manager.optimizeMemoryLayout()).movedSessions).toBeGreaterThan(0);
    await manager.updateAllSessions(5 * MINUTE);
    expect([...disk.byAccount().keys()].sort((a, b) => a - b)).toEqual(handles.slice(120).map(({ accountId }) => accountId));
    for (const handle of handles.slice(120)) expect(handle.wake() && handle.state.mark).toBe(handle.accountId);
    await manager.shutdown();
  });
});
