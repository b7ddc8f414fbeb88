import { defineBehavior, SessionManager, u32 } from '@dormouse/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { asleep, startSleepy } from './sleeping.js';
import { accounts, failure, startEcho, startWith, thrownBy } from './test-manager.js';

let hooksRun = 0;
const create = () => {
  hooksRun++;
};
const orc = defineBehavior(import.meta.url, { name: 'orc', state: { rage: u32() }, create, update() {} });
const elf = defineBehavior(import.meta.url, { name: 'elf', state: { mana: u32() }, create, update() {} });

const startBoth = () => startWith({ behaviors: [orc, elf], scheduler: serialScheduler(), sessionCeiling: 4096, maintenanceSliceMs: 1000 });

async function startBothDeferred() {
  const scheduler = deferredScheduler();
  const manager = await SessionManager.start({ logger: false, behaviors: [orc, elf], scheduler, sessionCeiling: 4096 });
  onTestFinished(async () => {
    const stopped = manager.shutdown();
    if (scheduler.isWaiting) scheduler.open();
    await stopped;
  });
  return { manager, scheduler };
}

describe('adopt: true', () => {
  it('leaves a session as it is, and gives a handle to it', async () => {
    const manager = await startBoth();
    const first = manager.createSession(7, { mapId: 530, groupId: 3 });
    await manager.updateAllSessions(100);
    const before = [manager.stateDigest(), hooksRun];
    const handle = manager.createSession(7, { adopt: true, mapId: 1, init: 5 });
    expect([handle.incarnation, handle.mapId, handle.groupId, handle.updateCount]).toEqual([first.incarnation, 530, 3, 1]);
    expect([manager.stateDigest(), hooksRun]).toEqual(before);
  });

  it('creates a session where there is none', async () => {
    const manager = await startBoth();
    const handle = manager.createSession(7, { adopt: true, mapId: 530 });
    expect([handle.status, handle.mapId]).toEqual(['active', 530]);
  });

  it('lets a sleeper sleep, stored or not', async () => {
    const { manager, store } = await startSleepy();
    const [stored] = await asleep(manager, 1);
    store.putError = new Error('not now');
    const [here] = await asleep(manager, 2);
    const handles = manager.createSessionBatch([1, 2, 3], { adopt: true, init: 99 });
    expect(handles.map(({ status }) => status)).toEqual(['hibernated', 'hibernating', 'active']);
    expect(handles.slice(0, 2).map(({ incarnation }) => incarnation)).toEqual([stored.incarnation, here.incarnation]);
    expect([handles[0].wake(), handles[0].state.mark, handles[2].state.mark]).toEqual([true, 1, 99]);
  });

  it('refuses a session of another behaviour, awake or asleep, and says of which it is', async () => {
    const manager = await startBoth();
    manager.createSession(7, { behavior: elf });
    const error = failure(
      'ERR_SESSION_EXISTS',
      'account 7 has a session already, of behaviour "elf": it cannot be adopted as one of "orc"',
    );
    expect(thrownBy(() => manager.createSession(7, { adopt: true }))).toEqual(error);
    expect(thrownBy(() => manager.createSessionBatch([8, 7], { behavior: orc, adopt: true }))).toEqual(error);
    expect(manager.getSession(8)).toBeUndefined();
    expect(manager.hibernateSession(7)).toBe(true);
    expect(thrownBy(() => manager.createSession(7, { adopt: true }))).toEqual(error);
    await manager.updateAllSessions(100);
    expect(manager.getSession(7)?.status).toBe('hibernated');
    expect(thrownBy(() => manager.createSession(7, { adopt: true }))).toEqual(error);
    expect(manager.createSession(7, { behavior: elf, adopt: true }).status).toBe('hibernated');
  });

  it('needs no room for those that are there, in one call for many either', async () => {
    const manager = await startEcho({ maxConcurrentSessions: 5 });
    manager.createSessionBatch(accounts(4));
    expect(manager.createSession(2, { adopt: true }).status).toBe('active');
    expect(thrownBy(() => manager.createSessionBatch(accounts(6), { adopt: true }))).toEqual(failure('ERR_SESSION_LIMIT'));
    expect(manager.createSessionBatch(accounts(5), { adopt: true }).map(({ accountId }) => accountId)).toEqual(accounts(5));
    expect(manager.createSessionBatch(accounts(5), { adopt: true })).toHaveLength(5);
  });

  it('must be true or false, and an account stands once in a batch all the same', async () => {
    const manager = await startBoth();
    expect(thrownBy(() => manager.createSession(7, { adopt: 1 as unknown as boolean }))).toEqual(
      failure('ERR_INVALID_ARGUMENT', 'adopt must be true or false: got 1'),
    );
    manager.createSession(7);
    expect(thrownBy(() => manager.createSessionBatch([7, 7], { adopt: true }))).toEqual(failure('ERR_SESSION_EXISTS', /stands twice/));
  });

  it('gives each handle of a batch its own session, whoever of them was there', async () => {
    const manager = await startBoth();
    manager.createSessionBatch([3, 5], { mapId: 9 });
    const handles = manager.createSessionBatch(accounts(6), { adopt: true });
    expect(handles.map(({ accountId, mapId }) => [accountId, mapId])).toEqual(accounts(6).map((id) => [id, id === 3 || id === 5 ? 9 : 0]));
  });

  it('counts in the report of an admission', async () => {
    const manager = await startBoth();
    manager.createSessionBatch([2, 4]);
    manager.createSession(6, { behavior: elf });
    const { done } = manager.admitSessions(accounts(6), { options: { adopt: true } });
    await manager.updateAllSessions(100);
    const { created, adopted, failed, remaining } = await done;
    expect([created, adopted, failed.map(({ accountId }) => accountId), remaining]).toEqual([3, 2, [6], []]);
  });

  describe('while a tick is in flight', () => {
    it('goes by what will be: who is to be created is adopted, who is to be released is created anew', async () => {
      const { manager, scheduler } = await startBothDeferred();
      const [stays, goes] = manager.createSessionBatch([1, 2]);
      const tick = manager.updateAllSessions(100);
      goes.release();
      const queued = manager.createSession(3, { behavior: elf });
      const handles = manager.createSessionBatch([1, 2], { adopt: true });
      const again = manager.createSession(3, { behavior: elf, adopt: true });
      expect(thrownBy(() => manager.createSession(3, { adopt: true }))).toEqual(failure('ERR_SESSION_EXISTS', /of behaviour "elf"/));
      expect([handles[0].incarnation, again.incarnation]).toEqual([stays.incarnation, queued.incarnation]);
      expect(handles[1].incarnation).not.toBe(goes.incarnation);
      expect([handles[0].status, handles[1].status, again.status]).toEqual(['active', 'queued', 'queued']);
      scheduler.open();
      expect((await tick).refused).toEqual([]);
      expect([handles[0].status, handles[1].status, again.status, goes.status]).toEqual(['active', 'active', 'active', 'released']);
    });
  });
});
