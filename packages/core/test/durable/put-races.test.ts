import { describe, expect, it } from 'vitest';
import { RecordKind } from '../../src/record/record-head.js';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { accounts } from '../manager/test-manager.js';
import { Disk } from './disk-fixture.js';
import { headsOn, type KeeperHandle, type KeeperManager, startKeeper, turn } from './durable-fixture.js';

const { asleep, active } = RecordKind;

/** What is done to the session of account 7 while the store takes its record. Returns the handle that counts from then on. */
type Meanwhile = (handle: KeeperHandle, manager: KeeperManager) => KeeperHandle | undefined | Promise<KeeperHandle>;

const change: Meanwhile = (handle) => {
  handle.state.value = 71;
  return handle;
};
const rise: Meanwhile = (handle) => {
  handle.wake();
  return handle;
};
const riseAndChange: Meanwhile = (handle, manager) => change(handle.wake() ? handle : handle, manager);
const riseAndSleep: Meanwhile = async (handle, manager) => {
  const risen = await riseAndChange(handle, manager);
  risen?.hibernate();
  return handle;
};
const fallAsleep: Meanwhile = (handle) => {
  handle.hibernate();
  return handle;
};
const changeAndFallAsleep: Meanwhile = (handle, manager) => fallAsleep(change(handle, manager) as KeeperHandle, manager);
const move: Meanwhile = async (handle, manager) => {
  for (let accountId = 100; accountId < 165; accountId++) manager.createSession(accountId).release();
  await manager.optimizeMemoryLayout();
  return handle;
};
const release: Meanwhile = (handle) => {
  handle.release();
  return undefined;
};
const createAnew: Meanwhile = (handle, manager) => {
  handle.release();
  return manager.createSession(7, { init: 72 });
};

/** Sessions 1 to 10 that have all been stored; of account 7's, changed since, the store is taking another record. */
async function midPut(sleeps: boolean) {
  const disk = new Disk();
  const clock = new ManualClock();
  const { manager, store } = await startKeeper(disk, {}, { clock });
  const handles = manager.createSessionBatch(accounts(10));
  await manager.checkpoint();
  const handle = handles[6];
  handle.state.value = 70;
  if (sleeps) handle.hibernate();
  store.turns = 2;
  const checkpoint = manager.checkpoint().catch(() => {});
  while (store.batches.length < 2) await turn();
  return { disk, clock, manager, store, handle, checkpoint };
}

const cases: [what: string, sleeps: boolean, meanwhile: Meanwhile, value: number | undefined][] = [
  ['sleeps on', true, (handle) => handle, 70],
  ['has risen', true, rise, 70],
  ['has risen and changed', true, riseAndChange, 71],
  ['has risen, changed and sleeps again', true, riseAndSleep, 71],
  ['slept and was moved to another slot', true, move, 70],
  ['slept and was released', true, release, undefined],
  ['slept and was released and created anew', true, createAnew, 72],
  ['is awake, as it was', false, (handle) => handle, 70],
  ['was awake and has changed', false, change, 71],
  ['was awake and fell asleep', false, fallAsleep, 70],
  ['was awake, has changed and fell asleep', false, changeAndFallAsleep, 71],
  ['was awake and was moved to another slot', false, move, 70],
  ['was awake and was released', false, release, undefined],
  ['was awake and was released and created anew', false, createAnew, 72],
];

describe.each([false, true])('a session whose record the store is taking (and fails: %s)', (fails) => {
  it.each(cases)('that %s has one record in the end, which says what it is', async (_, sleeps, meanwhile, value) => {
    const { disk, clock, manager, store, handle, checkpoint } = await midPut(sleeps);
    if (fails) store.putError = new Error('disk full');
    const after = await meanwhile(handle, manager);
    // The put ends, one way or the other.
    await checkpoint;
    for (let turns = 0; turns < 6; turns++) await turn();
    store.putError = undefined;
    store.turns = 0;
    clock.advance(60_000);
    await manager.updateAllSessions(1);
    await manager.checkpoint();
    const head = headsOn(disk).find(({ accountId }) => accountId === 7);
    expect(disk.byAccount().size).toBe(value === undefined ? 9 : 10);
    expect(head?.incarnation).toBe(after?.incarnation);
    if (after !== undefined) expect(head?.kind).toBe(after.status === 'active' ? active : asleep);
    store.kill();
    const { manager: next } = await startKeeper(disk, {}, { resume: true });
    const back = next.getSession(7);
    back?.wake();
    expect(back?.state.value).toBe(value);
  });
});

it('a record that is being replaced is one that was, if the process dies then', async () => {
  const { disk, store } = await midPut(false);
  store.kill();
  const { manager } = await startKeeper(disk, {}, { resume: true });
  expect(manager.getSession(7)?.state.value).toBe(700);
});

it('a row that was encoded awake does not leave for that record when it sleeps by then', async () => {
  const disk = new Disk();
  const { manager, store } = await startKeeper(disk);
  const handles = manager.createSessionBatch(accounts(96));
  store.turns = 3;
  void manager.checkpoint();
  await manager.updateAllSessions(1);
  // All are encoded, and the store is at the first 32.
  expect(store.batches).toEqual([32]);
  handles[90].state.value = 5;
  handles[90].hibernate();
  while (disk.records.size < 96) await turn();
  for (let turns = 0; turns < 10; turns++) await turn();
  expect(headsOn(disk)[90].kind).toBe(asleep);
  handles[90].wake();
  expect(handles[90].state.value).toBe(5);
});

it('a row that is encoded is not put for whoever has its slot by then', async () => {
  const clock = new ManualClock();
  const disk = new Disk();
  const { manager, store } = await startKeeper(disk, {}, { clock, checkpointEveryMs: 1000 });
  const handles = manager.createSessionBatch(accounts(96));
  store.turns = 3;
  clock.advance(1000);
  await manager.updateAllSessions(1);
  for (const handle of handles.slice(64)) handle.release();
  for (let accountId = 101; accountId <= 132; accountId++) manager.createSession(accountId);
  for (let turns = 0; turns < 20; turns++) await turn();
  await manager.checkpoint();
  const expected = [...accounts(64), ...accounts(32).map((at) => at + 100)];
  expect([...disk.byAccount().keys()].sort((a, b) => a - b)).toEqual(expected);
  for (const [accountId, { record }] of disk.byAccount()) expect(Buffer.from(record).readUInt32LE(4)).toBe(accountId);
});

it('a session that is moved from where a checkpoint has not looked to where it has is in it', async () => {
  const disk = new Disk();
  const { manager, store } = await startKeeper(disk);
  const handles = manager.createSessionBatch(accounts(256));
  for (const handle of [...handles.slice(0, 10), ...handles.slice(196)]) handle.release();
  store.turns = 4;
  const checkpoint = manager.checkpoint();
  while (store.batches.length === 0) await turn();
  // The last of them, into the first block's rows that are free.
  for (const accountId of [300, 301, 302]) manager.createSession(accountId);
  const { movedSessions } = await manager.optimizeMemoryLayout();
  expect(movedSessions).toBeGreaterThan(2);
  expect(await checkpoint).toMatchObject({ tick: 0 });
  expect([...disk.byAccount().keys()]).toEqual(expect.arrayContaining(accounts(186).map((at) => at + 10)));
});

describe('a store that takes its time', () => {
  it('is given the next batch as soon as one is done, between ticks', async () => {
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk);
    for (const handle of manager.createSessionBatch(accounts(320))) handle.hibernate();
    store.turns = 1;
    await manager.updateAllSessions(1);
    for (let turns = 0; store.batches.length < 10 && turns < 100; turns++) await turn();
    expect([store.batches, store.isOverlapped]).toEqual([Array(10).fill(32), false]);
    while (disk.records.size < 320) await turn();
    expect(manager.pool.allocatedCount).toBe(0);
  });

  it('is given no batch while a tick is in flight', async () => {
    const { deferredScheduler } = await import('../scheduler/test-schedulers.js');
    const scheduler = deferredScheduler();
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk, {}, { scheduler });
    const handles = manager.createSessionBatch(accounts(40));
    for (const handle of handles.slice(1)) handle.hibernate();
    store.turns = 1;
    const first = manager.updateAllSessions(1);
    scheduler.open();
    await first;
    const second = manager.updateAllSessions(1);
    for (let turns = 0; turns < 10; turns++) await turn();
    expect([store.batches, disk.records.size, manager.pool.allocatedCount]).toEqual([[32], 32, 40]);
    scheduler.open();
    await second;
    for (let turns = 0; turns < 10; turns++) await turn();
    expect([store.batches, disk.records.size, manager.pool.allocatedCount]).toEqual([[32, 7], 39, 1]);
  });
});
