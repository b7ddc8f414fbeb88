import { defineBehavior } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { asleep, MINUTE, startSleepy, taken } from './sleeping.js';
import { failure, startWith } from './test-manager.js';

describe('a hibernate hook', () => {
  it('is asked before its session falls asleep, and keeps it awake by false: it is asked again a threshold later', async () => {
    const asked: number[] = [];
    const doings = { hibernate: (session: { tick: { nowMs: number } }): unknown => asked.push(session.tick.nowMs / MINUTE) < 0 };
    const { manager } = await startSleepy(doings);
    const [handle] = await asleep(manager, 1);
    expect([handle.status, handle.idleMs, asked]).toEqual(['active', 0, [5]]);
    for (let minutes = 0; minutes < 5; minutes++) await manager.updateAllSessions(MINUTE);
    expect(asked).toEqual([5, 10]);
    doings.hibernate = () => undefined;
    expect([handle.hibernate(), handle.isAsleep]).toEqual([true, true]);
  });

  it('that throws keeps its session awake, and is reported', async () => {
    const { manager } = await startSleepy({
      hibernate() {
        throw new Error('not yet');
      },
    });
    const refused: unknown[] = [];
    const { subscribe, unsubscribe } = await import('node:diagnostics_channel');
    const listen = (message: unknown): void => void refused.push(message);
    subscribe('dormouse:request:refused', listen);
    const [handle] = await asleep(manager, 1);
    unsubscribe('dormouse:request:refused', listen);
    expect([handle.status, handle.idleMs]).toEqual(['active', 0]);
    const error = failure('ERR_SESSION_HOOK', 'the hibernate hook failed for account 1: not yet');
    expect(refused).toEqual([{ request: 'hibernate', accountId: 1, error }]);
  });

  it('may change its session’s state, and send: messages are there at once, packets when the next tick ends', async () => {
    const heard: number[][] = [];
    const { manager } = await startSleepy({
      update(session) {
        const opcodes = taken(session);
        if (opcodes.length > 0) heard.push([session.accountId, ...opcodes]);
      },
      hibernate(session) {
        session.state.mark = 99;
        session.sendTo(2, 5);
        session.send(6);
      },
    });
    const [handle, other] = manager.createSessionBatch([1, 2]);
    expect([handle.hibernate(), handle.isAsleep]).toEqual([true, true]);
    await manager.updateAllSessions(1);
    expect([heard, other.updateCount]).toEqual([[[2, 5]], 1]);
    const packets: number[][] = [];
    expect(manager.drainOutbound((accountId, { opcode }) => void packets.push([accountId, opcode]))).toBe(1);
    expect([packets, handle.isAsleep, handle.packetsOut]).toEqual([[[1, 6]], true, 1]);
    handle.wake();
    expect(handle.state.mark).toBe(99);
  });

  it('that has something due soon by then leaves its session awake', async () => {
    const { manager } = await startSleepy({ hibernate: (session) => session.after(1000) });
    const [handle] = await asleep(manager, 1);
    expect(handle.status).toBe('active');
  });

  it('may release its session', async () => {
    const released: number[] = [];
    const { manager } = await startSleepy({
      hibernate: (session) => void session.releaseSelf(),
      release: (session) => released.push(session.accountId),
    });
    const [handle] = await asleep(manager, 1);
    expect([handle.status, released, manager.pool.allocatedCount]).toEqual(['released', [1], 0]);
  });

  it('may have the host release its session, or others that are about to fall asleep', async () => {
    const doings: Parameters<typeof startSleepy>[0] = {};
    const { manager } = await startSleepy(doings, { enableAutoHibernation: false });
    const handles = manager.createSessionBatch([1, 2, 3]);
    await manager.updateAllSessions(5 * MINUTE);
    doings.hibernate = (session) => {
      if (session.accountId === 1) manager.releaseSessionBatch([1, 2]);
    };
    expect(manager.hibernateInactiveSessions()).toBe(1);
    expect(handles.map(({ status }) => status)).toEqual(['released', 'released', 'hibernating']);
  });

  it('gets no packet lost that the host pushes to its session meanwhile', async () => {
    const doings: Parameters<typeof startSleepy>[0] = {};
    const { manager } = await startSleepy(doings, { enableAutoHibernation: false });
    const handle = manager.createSession(1);
    doings.hibernate = () => handle.push(1);
    expect([handle.hibernate(), handle.status, handle.packetsIn]).toEqual([false, 'active', 1]);
  });

  it('may have another come to the slot of one that is about to fall asleep: R-21 that is not idle, and stays awake', async () => {
    const doings: Parameters<typeof startSleepy>[0] = {};
    const { manager } = await startSleepy(doings, { enableAutoHibernation: false });
    manager.createSessionBatch([1, 2, 3]);
    await manager.updateAllSessions(5 * MINUTE);
    doings.hibernate = (session) => {
      if (session.accountId !== 1) return;
      manager.releaseSessionBatch([2, 3]);
      manager.createSessionBatch([4, 3]);
    };
    expect(manager.hibernateInactiveSessions()).toBe(1);
    expect([1, 3, 4].map((account) => manager.getSession(account)?.status)).toEqual(['hibernating', 'active', 'active']);
  });

  it('may have another come to its own slot: what that has asked for is carried out when a tick has ended, as anybody’s', async () => {
    const heard: number[] = [];
    const heir = defineBehavior(import.meta.url, {
      name: 'heir',
      state: {},
      create: (session) => void (session.accountId === 3 && session.sendTo(2, 5)),
      hibernate(session) {
        if (session.accountId !== 1) return;
        manager.releaseSession(1);
        manager.createSession(3);
      },
      update(session) {
        for (let message = session.receiveMessage(); message !== null; message = session.receiveMessage()) heard.push(session.updateCount);
      },
    });
    const manager = await startWith({ behavior: heir, scheduler: serialScheduler() });
    manager.createSessionBatch([1, 2]);
    expect(manager.hibernateSession(1)).toBe(false);
    expect(await manager.updateAllSessions(1)).toMatchObject({ sessions: 2, messagesDelivered: 1 });
    expect(heard).toEqual([]);
    await manager.updateAllSessions(1);
    expect(heard).toEqual([2]);
  });
});
