import { PushOutcome } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { on } from './calling-behavior.js';
import { asleep, type Doings, type SleepyManager, startSleepy, taken } from './sleeping.js';
import { accounts, failure, startEcho, thrownBy } from './test-manager.js';

const NOTHING = new Uint8Array(0);

/** Sessions note what they are given, by account. */
function noting(): { doings: Doings; heard: number[][] } {
  const heard: number[][] = [];
  const update: Doings['update'] = (session) => {
    const opcodes = taken(session);
    if (opcodes.length > 0) heard.push([session.accountId, ...opcodes]);
  };
  return { doings: { update }, heard };
}

/** Does something once, when an account is told to be awake. */
function whenWoken(account: number, work: () => void): void {
  let isDone = false;
  on('dormouse:session:woken', ({ accountId }: { accountId: number }) => {
    if (accountId !== account || isDone) return;
    isDone = true;
    work();
  });
}

/** The next session to get a slot makes the pool grow, and this is done then. */
async function atGrowth(work: (manager: SleepyManager) => void) {
  const { doings, heard } = noting();
  const { manager, store } = await startSleepy(doings, { poolSize: 64, poolGrowth: 64, enableAutoHibernation: false });
  const sleeper = manager.createSession(999);
  sleeper.hibernate();
  await manager.updateAllSessions(1);
  manager.createSessionBatch(accounts(64));
  expect([sleeper.status, manager.pool.availableCount]).toEqual(['hibernated', 0]);
  let isDone = false;
  on('dormouse:pool:grown', () => {
    if (isDone) return;
    isDone = true;
    work(manager);
  });
  return { manager, store, sleeper, heard };
}

describe('who hears that a session is awake', () => {
  it('may release others of the same batch: their packets are stale, and nobody else’s', async () => {
    const { doings, heard } = noting();
    const { manager } = await startSleepy(doings);
    const [sleeper] = await asleep(manager, 9);
    const [first, second] = manager.createSessionBatch([1, 2]);
    whenWoken(9, () => {
      manager.releaseSessionBatch([1, 2]);
      manager.createSession(3);
    });
    const outcomes = new Uint8Array(3).fill(9);
    expect(manager.pushBatch([sleeper, first, second], [5, 6, 7], NOTHING, 0, outcomes)).toBe(1);
    expect([...outcomes]).toEqual([PushOutcome.delivered, PushOutcome.stale, PushOutcome.stale]);
    await manager.updateAllSessions(1);
    expect([heard, manager.getSession(3)?.packetsIn]).toEqual([[[9, 5]], 0]);
  });

  it('may push a batch of its own in the middle of one', async () => {
    const { doings, heard } = noting();
    const { manager } = await startSleepy(doings);
    const [sleeper] = await asleep(manager, 9);
    const [a, b, c, d] = manager.createSessionBatch([1, 2, 3, 4]);
    whenWoken(9, () => expect(manager.pushBatch([c, d, c], 7, NOTHING, 0)).toBe(3));
    expect(manager.pushBatch([sleeper, a, b], 5, NOTHING, 0)).toBe(3);
    await manager.updateAllSessions(1);
    expect(heard.sort((one, other) => one[0] - other[0])).toEqual([
      [1, 5],
      [2, 5],
      [3, 7, 7],
      [4, 7],
      [9, 5],
    ]);
  });

  it('may put it to sleep again: a packet finds it full, and nothing lies unread in a sleeper', async () => {
    const { doings, heard } = noting();
    const { manager } = await startSleepy(doings);
    const [sleeper] = await asleep(manager, 9);
    whenWoken(9, () => expect(manager.hibernateSession(9)).toBe(true));
    expect([sleeper.push(5), sleeper.isAsleep, sleeper.packetsIn]).toEqual([PushOutcome.full, true, 0]);
    expect(sleeper.push(6)).toBe(PushOutcome.delivered);
    await manager.updateAllSessions(1);
    expect(heard).toEqual([[9, 6]]);
  });

  it('may put it to sleep again: a message and a broadcast find it full', async () => {
    const { doings } = noting();
    const { manager } = await startSleepy(doings, { enableAutoHibernation: false });
    const [sleeper, sender] = manager.createSessionBatch([9, 1], { mapId: 4 });
    on('dormouse:session:woken', () => void manager.hibernateSession(9));
    sleeper.hibernate();
    doings.hibernate = (session) => void (session.accountId === 1 && session.sendTo(9, 5));
    expect([sender.hibernate(), sleeper.isAsleep]).toEqual([true, true]);
    expect(manager.broadcast({ mapId: 4 }, 6)).toEqual({ delivered: 1, full: 1, queued: false });
    expect(await manager.updateAllSessions(1)).toMatchObject({ messagesFull: 2, messagesUnknown: 0 });
  });

  it('may release it and create its account anew: what was for it is not for the other', async () => {
    const { doings, heard } = noting();
    const { manager } = await startSleepy(doings);
    const [one, two, three] = await asleep(manager, 7, 8, 9);
    for (const account of [7, 8, 9]) {
      whenWoken(account, () => {
        manager.releaseSession(account);
        manager.createSession(account, { mapId: 3 });
      });
    }
    expect([one.push(5), two.wake(), three.touch(), one.isLive]).toEqual([PushOutcome.stale, false, undefined, false]);
    expect([...manager.sessions()].map(({ mapId, packetsIn, dropped }) => [mapId, packetsIn, dropped])).toEqual(
      new Array(3).fill([3, 0, 0]),
    );
    await manager.updateAllSessions(1);
    expect(heard).toEqual([]);
  });

  it('may release others of the same broadcast, and create them anew: those do not get it', async () => {
    const { doings, heard } = noting();
    const { manager } = await startSleepy(doings);
    await asleep(manager, 1, 2);
    whenWoken(1, () => {
      manager.releaseSession(2);
      manager.createSession(2, { mapId: 3 });
    });
    expect(manager.broadcast({ mapId: 0 }, 5)).toEqual({ delivered: 1, full: 0, queued: false });
    await manager.updateAllSessions(1);
    expect(heard).toEqual([[1, 5]]);
  });

  it('may release the sender of the message that has woken it: all that is in its outbox is carried out, once', async () => {
    const { doings, heard } = noting();
    const { manager } = await startSleepy(doings, { enableAutoHibernation: false });
    const [sender, ...others] = manager.createSessionBatch([1, 2, 3, 4]);
    for (const other of others) other.hibernate();
    doings.hibernate = (session) => {
      for (const [to, opcode] of [
        [2, 5],
        [3, 6],
        [2, 7],
        [4, 8],
      ])
        session.sendTo(to, opcode);
    };
    whenWoken(3, () => {
      sender.release();
      manager.createSession(5);
    });
    expect([sender.hibernate(), sender.status]).toEqual([false, 'released']);
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 4, messagesDelivered: 4 });
    expect(heard.sort((one, other) => one[0] - other[0])).toEqual([
      [2, 5, 7],
      [3, 6],
      [4, 8],
    ]);
  });
});

describe('who hears that the pool has grown for a sleeper', () => {
  it('may release it: it does not come back', async () => {
    const { manager, sleeper, store } = await atGrowth((host) => void host.releaseSession(999));
    expect([sleeper.push(5), sleeper.status, manager.getSession(999)]).toEqual([PushOutcome.stale, 'released', undefined]);
    expect([manager.pool.allocatedCount, manager.getActiveSessionCount(), manager.getHibernatedSessionCount()]).toEqual([64, 64, 0]);
    expect([store.records.size, manager.createSession(999).updateCount]).toEqual([0, 0]);
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 65, refused: [] });
  });

  it('may release it and create its account anew: the other is not released in its place', async () => {
    const { manager, sleeper } = await atGrowth((host) => {
      host.releaseSession(999);
      host.createSession(999, { mapId: 3 });
    });
    sleeper.release();
    expect([sleeper.status, manager.getSession(999)?.status, manager.getSession(999)?.mapId]).toEqual(['released', 'active', 3]);
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 65, refused: [] });
  });

  it('may move it: it wakes where it is by then', async () => {
    const { manager, sleeper, heard } = await atGrowth((host) => {
      const handle = host.getSession(999);
      if (handle !== undefined) handle.mapId = 3;
    });
    expect([sleeper.push(5), sleeper.mapId]).toEqual([PushOutcome.delivered, 3]);
    await manager.updateAllSessions(1);
    expect(heard).toEqual([[999, 5]]);
  });

  it('may wake it, or put it to sleep again: it is in one place', async () => {
    for (const isToSleep of [false, true]) {
      const { manager, sleeper } = await atGrowth((host) => {
        host.reactivateSession(999);
        if (isToSleep) host.hibernateSession(999);
      });
      expect(sleeper.push(5)).toBe(isToSleep ? PushOutcome.full : PushOutcome.delivered);
      expect([sleeper.status, sleeper.packetsIn]).toEqual(isToSleep ? ['hibernating', 0] : ['active', 1]);
      expect([manager.pool.allocatedCount, manager.getHibernatedSessionCount()]).toEqual([65, Number(isToSleep)]);
    }
  });

  it('may create the account that it has grown for: there is one session of it', async () => {
    const manager = await startEcho({ poolSize: 64, poolGrowth: 64 });
    manager.createSessionBatch(accounts(64));
    on('dormouse:pool:grown', () => void (manager.getSession(99) ?? manager.createSession(99, { mapId: 3 })));
    expect(thrownBy(() => manager.createSession(99))).toEqual(failure('ERR_SESSION_EXISTS'));
    expect([manager.getSession(99)?.mapId, manager.pool.allocatedCount]).toEqual([3, 65]);
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 65 });
  });
});

it('nobody hears that a session is awake that wakes to be released: its release hook has its state, and all hear that it is gone', async () => {
  const told: string[] = [];
  const { manager } = await startSleepy({ release: (session) => void told.push(`its mark is ${session.state.mark}`) });
  const [stored] = await asleep(manager, 7);
  const [, other] = manager.createSessionBatch([8, 9]);
  other.hibernate();
  on('dormouse:session:woken', () => told.push('woken'));
  on('dormouse:session:released', () => told.push('released'));
  expect([stored.status, other.status]).toEqual(['hibernated', 'hibernating']);
  expect([stored.release(), other.release()]).toEqual([true, true]);
  expect(told).toEqual(['its mark is 7', 'released', 'its mark is 0', 'released']);
  expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 1, woke: 0 });
});
