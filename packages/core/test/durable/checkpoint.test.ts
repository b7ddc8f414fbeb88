import type { DormouseEvents } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { RecordKind } from '../../src/record/record-head.js';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { on } from '../manager/calling-behavior.js';
import { startSleepy } from '../manager/sleeping.js';
import { accounts, failure } from '../manager/test-manager.js';
import { Disk } from './disk-fixture.js';
import { headsOn, type Keeper, startKeeper, turn } from './durable-fixture.js';

const { asleep, active, quarantined } = RecordKind;
const kindsOn = (disk: Disk) => headsOn(disk).map(({ accountId, kind }) => [accountId, kind]);

describe('a checkpoint', () => {
  it('has the store keep all that is awake and in quarantine, and stores the rows of those asleep', async () => {
    const disk = new Disk();
    const doing = {
      update: ({ accountId }: Keeper) => {
        if (accountId === 3) throw new Error('out of order');
      },
    };
    const { manager } = await startKeeper(disk, doing, { quarantineAfter: 1 });
    const handles = manager.createSessionBatch(accounts(100));
    await manager.updateAllSessions(1);
    for (const handle of handles.slice(90)) handle.hibernate();
    expect(disk.records.size).toBe(0);
    const report = await manager.checkpoint();
    expect(report).toMatchObject({ sessions: 90, written: 90, asleep: 10, tick: 1, nowMs: 1 });
    expect(report.bytes).toBe([...disk.records.values()].reduce((sum, { record }) => sum + record.length, 0));
    const expected = accounts(100).map((accountId) => [accountId, accountId === 3 ? quarantined : accountId > 90 ? asleep : active]);
    expect(kindsOn(disk)).toEqual(expected);
    expect([handles[95].status, handles[0].status, handles[2].status]).toEqual(['hibernated', 'active', 'quarantined']);
    expect(manager.getGlobalMetrics()).toMatchObject({ checkpoints: 1, recordsWritten: 100, storePausedMs: 0 });
  });

  it('writes those alone that have changed, and counting updates is no change', async () => {
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk);
    const handles = manager.createSessionBatch(accounts(300));
    await manager.checkpoint();
    for (let tick = 0; tick < 5; tick++) await manager.updateAllSessions(10);
    const locations = [...disk.records.keys()];
    handles[7].state.value = 1;
    handles[290].push(4);
    handles[291].groupId = 5;
    store.batches.length = 0;
    expect(await manager.checkpoint()).toMatchObject({ sessions: 300, written: 3, asleep: 0, tick: 5, nowMs: 50 });
    expect([store.batches, [...disk.records.keys()]]).toEqual([[1, 2], locations]);
    expect(await manager.checkpoint()).toMatchObject({ sessions: 300, written: 0, bytes: 0 });
  });

  it('notes what time it is, and in which tick it began', async () => {
    const disk = new Disk();
    const { manager } = await startKeeper(disk);
    const noted = () => JSON.parse(disk.notes.get('clock') ?? '{}');
    manager.createSessionBatch(accounts(3));
    await manager.updateAllSessions(20);
    await manager.checkpoint();
    expect(noted()).toMatchObject({ tick: 1, nowMs: 20, incarnations: 3, checkpointTick: 1 });
    expect(Math.abs(noted().savedAt - Date.now())).toBeLessThan(100_000);
    await manager.updateAllSessions(20);
    await manager.checkpoint();
    expect(noted()).toMatchObject({ tick: 2, nowMs: 40, incarnations: 3, checkpointTick: 2 });
  });

  it('makes durable that sessions were released, and where sleepers are now', async () => {
    const disk = new Disk();
    const { manager } = await startKeeper(disk);
    const handles = manager.createSessionBatch(accounts(5));
    for (const handle of handles) handle.hibernate();
    await manager.checkpoint();
    handles[0].release();
    handles[1].mapId = 530;
    handles[2].groupId = 7;
    handles[3].mapId = 1;
    handles[3].wake();
    expect(headsOn(disk)).toMatchObject(accounts(5).map((accountId) => ({ accountId, mapId: 0, groupId: 0 })));
    expect(await manager.checkpoint()).toMatchObject({ sessions: 1, written: 3, asleep: 0 });
    expect(headsOn(disk)).toMatchObject([
      { accountId: 2, mapId: 530, groupId: 0, kind: asleep },
      { accountId: 3, mapId: 0, groupId: 7, kind: asleep },
      { accountId: 4, mapId: 1, groupId: 0, kind: active },
      { accountId: 5, mapId: 0, groupId: 0, kind: asleep },
    ]);
    expect([handles[1].wake(), handles[1].state.value, handles[1].mapId]).toEqual([true, 200, 530]);
  });

  it('goes on while ticks come, one batch in each place where there is time, and leaves nobody out', async () => {
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk, { update: ({ state }) => (state.value += 1) }, { maintenanceSliceMs: 0.1 });
    const handles = manager.createSessionBatch(accounts(500));
    store.turns = 2;
    let isDone = false;
    const checkpoint = manager.checkpoint().then((report) => {
      isDone = true;
      return report;
    });
    let ticks = 0;
    for (; !isDone; ticks++) {
      await manager.updateAllSessions(1);
      handles[ticks % 500].mapId = ticks;
      await turn();
    }
    const report = await checkpoint;
    expect(report.sessions).toBe(500);
    expect([...disk.byAccount().keys()].sort((a, b) => a - b)).toEqual(accounts(500));
    expect(ticks).toBeGreaterThan(3);
  });

  it('is told of when it is done, as it is to whoever asked for it', async () => {
    const told: unknown[] = [];
    on('dormouse:checkpoint:done', (message) => told.push(message));
    const { manager } = await startKeeper(new Disk());
    manager.createSession(1);
    const reports = await Promise.all([manager.checkpoint(), manager.checkpoint(), manager.checkpoint()]);
    // The first had begun; those who asked then share the next.
    expect(reports[1]).toBe(reports[2]);
    expect(told).toEqual([reports[0], reports[1]]);
    expect(reports.map(({ written }) => written)).toEqual([1, 0, 0]);
  });

  it('is refused where the store ends with the process', async () => {
    const { manager } = await startSleepy();
    await expect(manager.checkpoint()).rejects.toEqual(
      failure('ERR_INVALID_ARGUMENT', 'store fake ends with the process: it can take no checkpoint'),
    );
  });
});

describe('a store that fails', () => {
  it('ends a checkpoint that somebody waits for, whether it was left alone or not; one asked for later is tried anew', async () => {
    const clock = new ManualClock();
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk, {}, { clock });
    manager.createSessionBatch(accounts(100));
    store.putError = new Error('disk full');
    for (const tries of [1, 2]) {
      await expect(manager.checkpoint()).rejects.toEqual(failure('ERR_STORE_FAILED', 'store disk did not take records: disk full'));
      expect([store.batches.length, disk.records.size]).toEqual([tries, 0]);
    }
    store.putError = undefined;
    expect(await manager.checkpoint()).toMatchObject({ sessions: 100, written: 100 });
    store.flushError = new Error('no space');
    await expect(manager.checkpoint()).rejects.toEqual(failure('ERR_STORE_FAILED', 'store disk did not take records: no space'));
    store.flushError = undefined;
    expect(await manager.checkpoint()).toMatchObject({ sessions: 100, written: 0 });
  });

  it('has one that comes by itself begin anew once it takes records again, which is told with how long it did not', async () => {
    const recovered: unknown[] = [];
    on('dormouse:store:recovered', (message) => recovered.push(message));
    const clock = new ManualClock();
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk, {}, { clock, checkpointEveryMs: 10_000 });
    manager.createSessionBatch(accounts(40));
    store.putError = new Error('disk full');
    clock.advance(10_000);
    await manager.updateAllSessions(1);
    while (store.batches.length === 0) await turn();
    clock.advance(999);
    await manager.updateAllSessions(1);
    expect([store.batches.length, manager.getGlobalMetrics().storePausedMs]).toEqual([1, 999]);
    store.putError = undefined;
    clock.advance(1);
    await manager.updateAllSessions(1);
    while (manager.getGlobalMetrics().checkpoints === 0) await turn();
    expect([disk.records.size, recovered]).toEqual([40, [{ store: 'disk', pausedMs: 1000 }]]);
    clock.advance(77);
    expect(manager.getGlobalMetrics()).toMatchObject({ checkpoints: 1, storePausedMs: 1000 });
  });

  it('is not waited for by whoever asked when it never ends a call', async () => {
    const clock = new ManualClock();
    const { manager, store } = await startKeeper(new Disk(), {}, { clock });
    manager.createSession(1);
    store.turns = Number.POSITIVE_INFINITY;
    const checkpoint = manager.checkpoint();
    const isRefused = expect(checkpoint).rejects.toEqual(
      failure('ERR_STORE_FAILED', 'store disk has been at one batch for 30 s: it is not waited for'),
    );
    for (let at = 0; at < 10; at++) await turn();
    clock.advance(30_000);
    await isRefused;
    // So is shutdown.
    const stopping = manager.shutdown();
    for (let at = 0; at < 10; at++) await turn();
    clock.advance(5000);
    await stopping;
  });
});

describe('shutdown', () => {
  it('writes everything first', async () => {
    const disk = new Disk();
    const { manager } = await startKeeper(disk);
    const handles = manager.createSessionBatch(accounts(200));
    await manager.checkpoint();
    handles[3].state.value = 9;
    handles[4].release();
    handles[5].hibernate();
    await manager.updateAllSessions(1);
    manager.createSession(900);
    await manager.shutdown();
    const kinds = kindsOn(disk);
    expect(kinds).toHaveLength(200);
    expect(kinds.filter(([, kind]) => kind === asleep)).toEqual([[6, asleep]]);
    expect(kinds.at(-1)).toEqual([900, active]);
    expect(JSON.parse(disk.notes.get('clock') ?? '')).toMatchObject({ tick: 1, incarnations: 201 });
  });

  it('comes to its end where the store takes nothing, and tells how many sessions are not as they were at the end', async () => {
    const logged: string[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (message: string) => void logged.push(message) };
    const failed: string[] = [];
    on('dormouse:store:failed', ({ error }: DormouseEvents['dormouse:store:failed']) => failed.push(error.message));
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk, {}, { logger });
    const handles = manager.createSessionBatch(accounts(70));
    await manager.checkpoint();
    for (const handle of handles.slice(0, 12)) handle.state.value = 1;
    store.putError = new Error('disk full');
    await manager.shutdown();
    const message = '12 sessions are not in store disk as they were at the end: store disk did not take records: disk full';
    expect(logged.at(-1)).toContain(message);
    expect(failed.at(-1)).toBe(message);
    expect(disk.records.size).toBe(70);
  });

  it('takes what the store does at the second try', async () => {
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk);
    manager.createSessionBatch(accounts(70));
    const { put } = store;
    store.put = () => {
      store.put = put;
      throw new Error('once');
    };
    await manager.shutdown();
    expect(disk.records.size).toBe(70);
  });
});
