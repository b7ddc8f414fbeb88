import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { defineBehavior, PushOutcome, replay, type SessionManager, u32 } from '@dormouse/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeStore } from '../manager/fake-store.js';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { replayed, startRecorded } from './recorded-run.js';

const MINUTE = 60_000;

/** The manager that the hook below calls: there while recording, gone in a replay. */
let host: SessionManager<typeof sleeper> | undefined;

/** Hears, and tells its neighbour of every other packet; its hook writes to its neighbour where there is a host. */
const sleeper = defineBehavior(import.meta.url, {
  name: 'sleeper',
  state: { heard: u32(), naps: u32(), gifts: u32() },
  hibernate(session) {
    session.state.naps += 1;
    const neighbour = host?.getSession(session.accountId + 1);
    if (neighbour !== undefined && !neighbour.isAsleep) neighbour.state.gifts += 1;
    return session.state.heard !== 13;
  },
  update(session) {
    const { state } = session;
    for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) state.heard += 100;
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      state.heard += packet.opcode;
      if (packet.opcode % 2 === 0) session.sendTo((session.accountId % 9) + 1, 1);
      if (packet.opcode === 5) session.after(30_000, 1);
    }
    for (let id = session.takeDue(); id !== null; id = session.takeDue()) state.heard += id;
  },
});

type Manager = SessionManager<typeof sleeper>;

async function start(options: { store?: FakeStore } = {}) {
  const started = await startRecorded({ behavior: sleeper, scheduler: serialScheduler(), ...options });
  started.manager.createSessionBatch([1, 2, 3, 4, 5, 6, 7, 8, 9], (accountId) => ({ mapId: accountId % 3, groupId: accountId % 2 }));
  return started;
}

/** A host that sleeps and wakes in all ways; returns the digests after each tick. */
async function live(manager: Manager): Promise<string[]> {
  const digests: string[] = [];
  const tick = async (diffMs: number): Promise<void> => {
    await manager.updateAllSessions(diffMs);
    digests.push(manager.stateDigest());
  };
  await tick(1000);
  for (const accountId of [1, 2, 5]) manager.hibernateSession(accountId);
  await tick(1000);
  manager.getSession(1)?.push(4);
  manager.getSession(3)?.push(13);
  await tick(5 * MINUTE);
  expect(manager.getHibernatedSessionCount()).toBeGreaterThan(4);
  manager.broadcast({ mapId: 1, wake: false }, 1);
  manager.broadcast({ groupId: 1 }, 1);
  await tick(2 * MINUTE);
  manager.setHibernationThreshold(1);
  await tick(1000);
  manager.reactivateSessionsForMap(0);
  manager.getSession(5)?.push(5);
  await tick(1000);
  manager.reactivateSessionsForGroup(0);
  manager.reactivateSession(7);
  expect(manager.hibernateInactiveSessions()).toBe(0);
  await tick(31_000);
  const [asleep] = [...manager.sessions()].filter(({ isAsleep }) => isAsleep);
  if (asleep !== undefined) {
    asleep.mapId = 77;
    asleep.groupId = 78;
  }
  await tick(2 * MINUTE);
  expect(manager.getHibernatedSessionCount()).toBe(9);
  manager.releaseSession(4);
  manager.getSession(2)?.touch();
  manager.createSession(4, { mapId: 9 });
  await tick(1000);
  return digests;
}

describe('a recording of sessions that sleep', () => {
  it('is replayed: who slept when, and what woke whom (R-21 … R-23)', async () => {
    const { manager, recording, file } = await start();
    const digests = await live(manager);
    const asleep = manager.getHibernatedSessionCount();
    await recording.stop();
    const { report, digests: again } = await replayed(file, [sleeper]);
    expect(report).toMatchObject({ ticks: digests.length, sessions: 9, difference: undefined, truncated: false });
    expect(again).toEqual(digests);
    expect(asleep).toBeGreaterThan(0);
  });

  it('is replayed the same when the store had taken its time, or nothing at all', async () => {
    const expected = await live((await start()).manager);
    for (const trouble of ['isAsync', 'putError'] as const) {
      const store = new FakeStore();
      if (trouble === 'isAsync') store.isAsync = true;
      else store.putError = new Error('full');
      const { manager, recording, file } = await start({ store });
      expect(await live(manager)).toEqual(expected);
      await recording.stop();
      const { report, digests } = await replayed(file, [sleeper]);
      expect(report.difference).toBeUndefined();
      expect(digests).toEqual(expected);
      await store.settle();
    }
  });

  it('shows those asleep among the accounts of a replayed tick, without their state', async () => {
    const { manager, recording, file } = await start();
    manager.hibernateSession(3);
    await manager.updateAllSessions(1000);
    await recording.stop();
    await replay(file, {
      behavior: sleeper,
      scheduler: serialScheduler(),
      logger: false,
      onTick({ accountIds, stateOf }) {
        expect(accountIds()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect([stateOf(2), stateOf(3), stateOf(30)]).toEqual([{ heard: 0, naps: 0, gifts: 0 }, undefined, undefined]);
      },
    });
  });

  it('has what is asked for in flight when it is carried out', async () => {
    const scheduler = deferredScheduler();
    const { manager, recording, file } = await startRecorded({ behavior: sleeper, scheduler });
    manager.createSessionBatch([1, 2, 3, 4]);
    const digests: string[] = [];
    const tick = async (meanwhile: () => void): Promise<void> => {
      const ticking = manager.updateAllSessions(1000);
      meanwhile();
      if (scheduler.isWaiting) scheduler.open();
      await ticking;
      digests.push(manager.stateDigest());
    };
    await tick(() => {
      for (const accountId of [1, 2, 3]) manager.hibernateSession(accountId);
    });
    expect(manager.getHibernatedSessionCount()).toBe(3);
    await tick(() => {
      manager.getSession(1)?.push(2);
      manager.reactivateSession(2);
      manager.hibernateInactiveSessions();
      manager.setHibernationThreshold(1);
    });
    expect(manager.getHibernatedSessionCount()).toBe(1);
    await tick(() => void manager.releaseSession(3));
    await recording.stop();
    const { report, digests: again } = await replayed(file, [sleeper]);
    expect([report.difference, again]).toEqual([undefined, digests]);
  });

  it('has what hooks and subscribers do meanwhile in its place', async () => {
    const { manager, recording, file } = await start();
    host = manager;
    const busy = ({ accountId }: { accountId: number }): void => {
      const other = host?.getSession((accountId % 9) + 1);
      if (other !== undefined && !other.isAsleep && manager.tick.number < 50) other.state.gifts += 10;
    };
    for (const event of ['dormouse:session:hibernated', 'dormouse:session:woken']) {
      subscribe(event, busy as never);
      onTestFinished(() => void unsubscribe(event, busy as never));
    }
    const digests = await live(manager);
    await recording.stop();
    host = undefined;
    const { report, digests: again } = await replayed(file, [sleeper]);
    expect([report.difference?.message, again]).toEqual([undefined, digests]);
  });

  it('ends where a record cannot be read that the digest of a tick is taken of, though it can later', async () => {
    const store = new FakeStore();
    const { manager, recording, file } = await start({ store });
    await manager.updateAllSessions(1000);
    manager.hibernateSession(3);
    manager.hibernateSession(6);
    await manager.updateAllSessions(1000);
    expect([store.records.size, recording.isActive]).toEqual([2, true]);
    store.readError = new Error('a disk that is gone');
    await manager.updateAllSessions(1000);
    store.readError = undefined;
    await manager.updateAllSessions(1000);
    expect([recording.isActive, recording.ticks]).toEqual([false, 2]);
    expect(recording.error?.message).toMatch(/no replay can repeat: the record of account \d could not be read: a disk that is gone/);
    expect(recording.error?.cause).toMatchObject({ code: 'ERR_STORE_FAILED', cause: { cause: { message: 'a disk that is gone' } } });
    const { report } = await replayed(file, [sleeper]);
    expect(report).toMatchObject({ ticks: 2, sessions: 9, difference: undefined });
  });

  it('has what whoever heard of one awake did to that one: released it, put it to sleep, or created it anew', async () => {
    const { manager, recording, file } = await start();
    const deeds = new Map<number, () => void>([
      [1, () => void manager.releaseSession(1)],
      [2, () => void manager.hibernateSession(2)],
      [3, () => manager.releaseSession(3) && manager.createSession(3, { mapId: 8 })],
      [4, () => void manager.releaseSession(4)],
      [5, () => void manager.hibernateSession(5)],
      [6, () => void manager.hibernateSession(6)],
    ]);
    const listen = ({ accountId }: { accountId: number }): void => {
      deeds.get(accountId)?.();
      deeds.delete(accountId);
    };
    subscribe('dormouse:session:woken', listen as never);
    onTestFinished(() => void unsubscribe('dormouse:session:woken', listen as never));
    await manager.updateAllSessions(5 * MINUTE);
    expect(manager.getHibernatedSessionCount()).toBe(9);
    const told = [1, 2, 3].map((accountId) => manager.reactivateSession(accountId));
    const pushed = [4, 5, 7].map((accountId) => manager.getSession(accountId)?.push(3));
    manager.getSession(6)?.touch();
    expect([told, pushed, deeds.size]).toEqual([[false, false, false], [PushOutcome.stale, PushOutcome.full, PushOutcome.delivered], 0]);
    const digests: string[] = [];
    for (let i = 0; i < 3; i++) {
      await manager.updateAllSessions(1000);
      digests.push(manager.stateDigest());
    }
    await recording.stop();
    const { report, digests: again } = await replayed(file, [sleeper]);
    expect([report.difference?.message, again.slice(1)]).toEqual([undefined, digests]);
    expect(report.sessions).toBe(7);
  });

  it('has what whoever heard that the pool grew for one did to that one', async () => {
    const { manager, recording, file } = await startRecorded({
      behavior: sleeper,
      scheduler: serialScheduler(),
      poolSize: 64,
      poolGrowth: 1,
    });
    const deeds = [() => manager.releaseSession(99), () => manager.reactivateSession(98), () => {}];
    const listen = (): void => void deeds.shift()?.();
    manager.createSessionBatch([97, 98, 99]);
    for (const accountId of [97, 98, 99]) manager.hibernateSession(accountId);
    await manager.updateAllSessions(1000);
    manager.createSessionBatch(Array.from({ length: 64 }, (_, index) => index + 1));
    subscribe('dormouse:pool:grown', listen);
    onTestFinished(() => void unsubscribe('dormouse:pool:grown', listen));
    expect([99, 98].map((accountId) => manager.getSession(accountId)?.push(3))).toEqual([PushOutcome.stale, PushOutcome.delivered]);
    await manager.updateAllSessions(1000);
    const digest = manager.stateDigest();
    await recording.stop();
    const { report, digests: again } = await replayed(file, [sleeper]);
    expect([report.difference?.message, again.at(-1), report.sessions]).toEqual([undefined, digest, 66]);
  });

  it('ends where a session cannot be woken, which depends on no input', async () => {
    const store = new FakeStore();
    const { manager, recording, file } = await start({ store });
    manager.hibernateSession(3);
    await manager.updateAllSessions(1000);
    store.readError = new Error('a disk that is gone');
    manager.getSession(3)?.push(1);
    expect(recording.isActive).toBe(false);
    expect(recording.error?.message).toMatch(/account 3 could not be woken, which no replay can repeat: .*a disk that is gone/);
    await manager.updateAllSessions(1000);
    const { report } = await replayed(file, [sleeper]);
    expect(report).toMatchObject({ ticks: 1, sessions: 9, difference: undefined });
  });
});
