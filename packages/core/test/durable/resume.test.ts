import { PushOutcome } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { RecordKind } from '../../src/record/record-head.js';
import { asleep, MINUTE, type SleepyManager, startSleepy } from '../manager/sleeping.js';
import { accounts, failure } from '../manager/test-manager.js';
import { editHeads, headOf, setClock, spoil } from './disk-edits.js';
import { Disk, DiskStore } from './disk-fixture.js';
import { type KeeperHandle, startKeeper } from './durable-fixture.js';
import { diskWith, resumeOn, startOn } from './resume-fixture.js';

const marks = (manager: SleepyManager): [number, number][] =>
  [...manager.sessions()].map((handle): [number, number] => [handle.accountId, handle.state.mark]).sort((a, b) => a[0] - b[0]);

describe('a manager that is started with resume', () => {
  it('has those that slept back by their heads alone, and wakes them as they were', async () => {
    const disk = await diskWith(...accounts(70));
    const { manager, store } = await resumeOn(disk);
    expect(manager.resumed).toMatchObject({ asleep: 70, active: 0, quarantined: 0, refused: 0, refusals: [] });
    expect(manager.getHibernatedSessionCount()).toBe(70);
    store.readError = new Error('not now');
    const handle = manager.getSession(7);
    expect([handle?.status, handle?.behavior.name]).toEqual(['hibernated', 'sleepy']);
    expect(() => handle?.updateCount).toThrow('not now');
    store.readError = undefined;
    expect([handle?.updateCount, handle?.wake(), handle?.state.mark]).toEqual([1, true, 7]);
    for (const one of manager.sessions()) one.wake();
    expect(marks(manager)).toEqual(accounts(70).map((account) => [account, account]));
  });

  it('goes on at the tick, the time and the incarnation that were noted', async () => {
    const disk = await diskWith(1, 2);
    setClock(disk, { tick: 4711, nowMs: 9 * MINUTE + 0.5, incarnations: 99 });
    const { manager } = await resumeOn(disk, { startTimeMs: 5 });
    expect(manager.tick).toEqual({ number: 4711, nowMs: 9 * MINUTE + 0.5, diffMs: 0 });
    expect(manager.resumed).toMatchObject({ tick: 4711, nowMs: 9 * MINUTE + 0.5 });
    expect(manager.config.startTimeMs).toBe(9 * MINUTE + 0.5);
    expect(manager.createSession(9).incarnation).toBe(100);
    await manager.updateAllSessions(100);
    expect(manager.tick.number).toBe(4712);
  });

  it('gives no incarnation again that a record has, whatever was noted', async () => {
    const disk = await diskWith(1, 2);
    setClock(disk, { incarnations: -5 });
    editHeads(disk, { incarnation: 0x7fff_fffe }, 2);
    const { manager } = await resumeOn(disk);
    expect(manager.createSession(9).incarnation).toBe(0x7fff_ffff);
  });

  it('has the map, the group and the time of waking of the head', async () => {
    const disk = await diskWith(1, 2);
    editHeads(disk, { mapId: 530, groupId: 7, dueMs: 5 * MINUTE + 200 }, 2);
    const { manager } = await resumeOn(disk);
    expect([manager.getSession(2)?.mapId, manager.getSession(2)?.groupId]).toEqual([530, 7]);
    await manager.updateAllSessions(100);
    expect(manager.getSession(2)?.status).toBe('hibernated');
    await manager.updateAllSessions(100);
    expect([manager.getSession(1)?.status, manager.getSession(2)?.status]).toEqual(['hibernated', 'active']);
    expect([manager.getSession(2)?.mapId, manager.getSession(2)?.groupId]).toEqual([530, 7]);
  });

  it('wakes a sleeper that waits for an answer in its first tick: nobody will answer', async () => {
    const disk = await diskWith(1, 2);
    editHeads(disk, { isAsking: true }, 2);
    const { manager } = await resumeOn(disk);
    await manager.updateAllSessions(1);
    expect([manager.getSession(1)?.status, manager.getSession(2)?.status]).toEqual(['hibernated', 'active']);
  });

  it('has those awake that were awake, and in quarantine that were', async () => {
    const disk = await diskWith(...accounts(130));
    editHeads(disk, { kind: RecordKind.active });
    editHeads(disk, { kind: RecordKind.quarantined }, 5, 6);
    const { manager } = await resumeOn(disk);
    expect(manager.resumed).toMatchObject({ asleep: 0, active: 128, quarantined: 2, refused: 0 });
    expect(manager.getHibernatedSessionCount()).toBe(0);
    expect(marks(manager)).toEqual(accounts(130).map((account) => [account, account]));
    expect([manager.getSession(5)?.status, manager.getSession(7)?.status]).toEqual(['quarantined', 'active']);
    await manager.updateAllSessions(100);
    expect([manager.getSession(5)?.updateCount, manager.getSession(7)?.updateCount]).toEqual([1, 2]);
    expect(manager.reviveSession(5)).toBe(true);
    await manager.updateAllSessions(100);
    expect([manager.getSession(5)?.updateCount, manager.getSession(7)?.updateCount]).toEqual([2, 3]);
  });

  it('keeps the record of who is awake, and puts the next one in its place', async () => {
    const disk = await diskWith(1, 2, 3);
    const locations = [...disk.records.keys()];
    editHeads(disk, { kind: RecordKind.active }, 2);
    const { manager, store } = await resumeOn(disk);
    manager.getSession(3)?.release();
    await store.durable.flush();
    expect([...disk.byAccount().keys()].sort()).toEqual([1, 2]);
    manager.releaseSession(1);
    manager.hibernateSession(2);
    await manager.updateAllSessions(100);
    expect(disk.records.size).toBe(1);
    expect(locations).toContain([...disk.records.keys()][0]);
    expect(headOf([...disk.records.values()][0].head).kind).toBe(RecordKind.asleep);
  });

  it('writes nobody again who is as the store has it', async () => {
    const disk = new Disk();
    const { manager } = await startKeeper(disk);
    for (const account of accounts(40)) manager.createSession(account);
    for (let tick = 0; tick < 3; tick++) await manager.updateAllSessions(100);
    await manager.checkpoint();
    await manager.updateAllSessions(100);
    await manager.shutdown();
    const { manager: next } = await startKeeper(disk, {}, { resume: true });
    expect(await next.checkpoint()).toMatchObject({ sessions: 40, written: 0 });
    await next.updateAllSessions(100);
    const handle = next.getSession(5) as KeeperHandle;
    handle.state.value = 6;
    expect(await next.checkpoint()).toMatchObject({ sessions: 40, written: 1 });
    expect(handle.updateCount).toBe(5);
  });

  it('writes everybody once whose updates count from another tick on, since ticks were lost', async () => {
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk);
    for (const account of accounts(10)) manager.createSession(account);
    await manager.updateAllSessions(100);
    await manager.checkpoint();
    for (let tick = 0; tick < 4; tick++) await manager.updateAllSessions(100);
    manager.hibernateSession(10);
    await manager.updateAllSessions(100);
    store.kill();
    await manager.shutdown();
    const { manager: next } = await startKeeper(disk, {}, { resume: true });
    expect(next.resumed).toMatchObject({ active: 9, asleep: 1, tick: 6 });
    expect([next.getSession(1)?.updateCount, next.getSession(10)?.updateCount]).toEqual([1, 5]);
    expect((await next.checkpoint()).written).toBe(9);
    await next.updateAllSessions(100);
    expect((await next.checkpoint()).written).toBe(0);
    expect(next.getSession(1)?.updateCount).toBe(2);
  });

  it('lets those sleep for whom there is no slot, and wakes them as soon as there is', async () => {
    const disk = await diskWith(...accounts(100));
    editHeads(disk, { kind: RecordKind.active });
    const settings = { sessionCeiling: 64, poolSize: 64, poolGrowth: 64 };
    const { manager } = await resumeOn(disk, settings);
    expect(manager.resumed).toMatchObject({ asleep: 36, active: 64, refused: 0 });
    expect(manager.releaseSessionBatch(accounts(64))).toBe(64);
    await manager.updateAllSessions(100);
    expect(marks(manager)).toEqual(accounts(36, 65).map((account) => [account, account]));
    expect([...manager.sessions()].map(({ updateCount }) => updateCount)).toEqual(accounts(36).map(() => 2));
  });

  it('tells when the oldest of its records was stored', async () => {
    const disk = await diskWith(1, 2, 3);
    const seconds = Math.floor(Date.now() / 1000) - 86_400;
    editHeads(disk, { storedAt: seconds }, 2);
    const { manager } = await resumeOn(disk);
    expect(manager.resumed?.oldestStateAt).toEqual(new Date(seconds * 1000));
    expect(manager.resumed?.oldestAgeMs).toBeGreaterThanOrEqual(86_400_000);
  });

  it('waits for a store that takes its time', async () => {
    const disk = await diskWith(...accounts(40));
    const store = new DiskStore(disk);
    store.turns = 3;
    const { manager } = await startOn(disk, { store, resume: true });
    expect(manager.resumed?.asleep).toBe(40);
  });

  it('begins as any other does where the store is empty, and has nothing to tell of one that ends with the process', async () => {
    const { manager } = await resumeOn(new Disk(), { startTimeMs: 7, seed: 3 });
    expect(manager.resumed).toMatchObject({
      asleep: 0,
      active: 0,
      refused: 0,
      oldestStateAt: undefined,
      oldestAgeMs: 0,
      tick: 0,
      nowMs: 7,
    });
    expect([manager.config.seed, manager.tick.nowMs]).toEqual([3, 7]);
    const { manager: other } = await startSleepy({}, { resume: true });
    expect(other.resumed).toBeUndefined();
  });

  it('cannot be recorded', async () => {
    const { manager } = await resumeOn(await diskWith(1));
    expect(() => manager.recordInputs('never-written.rec')).toThrow(
      failure('ERR_RECORDING_STATE', /the manager goes on where an earlier one has stopped/),
    );
  });
});

describe('a record that cannot be read', () => {
  it('is refused where its session was awake, and the others come back', async () => {
    const disk = await diskWith(1, 2, 3);
    editHeads(disk, { kind: RecordKind.active });
    spoil(disk, 2);
    const { manager, store } = await resumeOn(disk);
    const { active, refused, refusals } = manager.resumed ?? {};
    expect([active, refused]).toEqual([2, 1]);
    expect(refusals).toEqual([{ accountId: 2, code: 'ERR_RECORD_CORRUPT', message: expect.stringMatching(/its checksum must be/) }]);
    expect(() => manager.createSession(2)).toThrow(failure('ERR_SESSION_EXISTS'));
    expect([manager.getSession(2)?.push(1), manager.reactivateSession(2)]).toEqual([PushOutcome.stale, false]);
    for (let tick = 0; tick < 3; tick++) await manager.updateAllSessions(100);
    expect(disk.byAccount().has(2)).toBe(true);
    expect(manager.releaseSession(2)).toBe(true);
    await store.durable.flush();
    expect([...disk.byAccount().keys()].sort()).toEqual([1, 3]);
    expect(manager.createSession(2).state.mark).toBe(0);
  });

  it('sleeps on if its session was awake, or in quarantine, where the store cannot be read now, and is that again when it can', async () => {
    const disk = await diskWith(1, 2);
    editHeads(disk, { kind: RecordKind.active }, 1);
    editHeads(disk, { kind: RecordKind.quarantined }, 2);
    const store = new DiskStore(disk);
    store.readError = new Error('bad sector');
    const { manager } = await startOn(disk, { store, resume: true });
    expect(manager.resumed).toMatchObject({ asleep: 2, active: 0, quarantined: 0, refused: 0 });
    store.readError = undefined;
    await manager.updateAllSessions(100);
    expect([manager.getSession(1)?.status, manager.getSession(2)?.status]).toEqual(['active', 'quarantined']);
  });

  it('is told of 100 times at most, and counted as often as there are', async () => {
    const disk = await diskWith(...accounts(120));
    editHeads(disk, { shape: 77 });
    const { manager } = await resumeOn(disk);
    expect(manager.resumed).toMatchObject({ asleep: 0, refused: 120 });
    expect(manager.resumed?.refusals).toHaveLength(100);
    expect(manager.resumed?.refusals[0]).toEqual({
      accountId: 1,
      code: 'ERR_RECORD_SHAPE',
      message: 'the record of account 1 cannot be read: its shape, number 77, is not in the list of shapes of its store',
    });
  });
});

describe('a store that is not empty', () => {
  it('is refused without resume, by the number of its sessions, and nothing is left behind', async () => {
    const disk = await diskWith(1, 2, 3);
    const store = new DiskStore(disk);
    const message = 'store disk has 3 sessions of an earlier run: start with resume: true to have them back, or with an empty store';
    await expect(startOn(disk, { store })).rejects.toEqual(failure('ERR_STORE_NOT_EMPTY', message));
    expect(disk.records.size).toBe(3);
    const { manager } = await startOn(disk, { store, resume: true });
    expect(manager.resumed?.asleep).toBe(3);
  });

  it('binds nobody by what a start has left in which nothing was stored', async () => {
    const disk = new Disk();
    disk.notes = new Map([['format', JSON.stringify({ version: 1, dormouse: '0.0.0', createdAt: '2026-01-01T00:00:00Z', seed: 5 })]]);
    const { manager } = await resumeOn(disk, { seed: 6, startTimeMs: 9000 });
    expect([manager.config.seed, manager.tick.nowMs]).toEqual([6, 9000]);
    await asleep(manager, 1);
    await manager.shutdown();
    expect(JSON.parse(disk.notes.get('format') ?? '')).toMatchObject({ seed: 6 });
  });

  it('decides the seed', async () => {
    const disk = new Disk();
    const { manager } = await startOn(disk, { seed: 5 });
    await asleep(manager, 1);
    await manager.shutdown();
    await expect(resumeOn(disk, { seed: 6 })).rejects.toEqual(
      failure('ERR_CONFIG_INVALID', /^seed must be 5, as store disk has it, or be left out: got 6; /),
    );
    for (const settings of [{}, { seed: 5 }]) {
      const { manager: next } = await resumeOn(disk, settings);
      expect(next.config.seed).toBe(5);
      await next.shutdown();
    }
  });

  it('is refused with notes that cannot be read, and left as it was', async () => {
    const disk = await diskWith(1);
    disk.notes = new Map([...disk.notes, ['format', '{"version":9}']]);
    await expect(resumeOn(disk)).rejects.toEqual(failure('ERR_STORE_FILE', /its format must be 1, .*: got 9/));
    expect([disk.records.size, disk.notes.get('format')]).toEqual([1, '{"version":9}']);
  });
});
