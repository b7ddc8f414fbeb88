import { defineBehavior, f32, type Packet, type PacketWriter, type Session, type SessionBatch, SessionManager, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { failure, startWith, thrownBy } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';

describe('setup', () => {
  it('runs once in a thread, however many managers and starts use its behaviour, before everything else of it', async () => {
    const order: string[] = [];
    const behavior = defineBehavior(import.meta.url, {
      state: {},
      async setup() {
        order.push('setup begins');
        await new Promise(setImmediate);
        order.push('setup ends');
      },
      create: () => void order.push('create'),
      update: () => void order.push('update'),
    });
    const start = () => startWith({ behavior, scheduler: serialScheduler() });
    const managers = await Promise.all([start(), start()]);
    for (const manager of [...managers, await start()]) manager.createSession(1);
    await managers[0].updateAllSessions(100);
    expect(order).toEqual(['setup begins', 'setup ends', 'create', 'create', 'create', 'update']);
  });

  it('that failed runs again with the next start', async () => {
    let calls = 0;
    const setup = () => {
      if (++calls === 1) throw new Error('no navmesh');
    };
    const behavior = defineBehavior(import.meta.url, { name: 'late', state: {}, setup, update() {} });
    const options = { behavior, logger: false } as const;
    await expect(SessionManager.start({ ...options, scheduler: serialScheduler() })).rejects.toEqual(
      failure('ERR_START_FAILED', 'setup of behaviour late failed: no navmesh'),
    );
    await startWith({ ...options, scheduler: serialScheduler() });
    expect(calls).toBe(2);
  });

  it('runs for each behaviour of a manager, in their order', async () => {
    const order: string[] = [];
    const make = (name: string) => defineBehavior(import.meta.url, { name, state: {}, setup: () => void order.push(name), update() {} });
    await startWith({ behaviors: [make('first'), make('second')], scheduler: serialScheduler() });
    expect(order).toEqual(['first', 'second']);
  });
});

describe('create and release hooks', () => {
  it('see the session whole: ids, map, group, initial state, tick, init', async () => {
    const seen: unknown[] = [];
    const look = (session: Session<{ x: ReturnType<typeof f32> }>) => {
      const { accountId, mapId, groupId, updateCount, tick, state } = session;
      return { accountId, mapId, groupId, updateCount, tick: { ...tick }, x: state.x };
    };
    const behavior = defineBehavior(import.meta.url, {
      state: { x: f32({ initial: 2 }) },
      create(session, init: string | undefined) {
        seen.push({ ...look(session), init });
        session.state.x = 5;
      },
      release: (session) => void seen.push(look(session)),
      update() {},
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler(), startTimeMs: 50 });
    await manager.updateAllSessions(100);
    manager.createSession(7, { mapId: 3, groupId: 4, init: 'hello' });
    manager.createSession(8);
    await manager.updateAllSessions(10);
    manager.releaseSession(7);
    const tick = { number: 1, nowMs: 150, diffMs: 100 };
    expect(seen).toEqual([
      { accountId: 7, mapId: 3, groupId: 4, updateCount: 0, tick, x: 2, init: 'hello' },
      { accountId: 8, mapId: 0, groupId: 0, updateCount: 0, tick, x: 2, init: undefined },
      { accountId: 7, mapId: 3, groupId: 4, updateCount: 1, tick: { number: 2, nowMs: 160, diffMs: 10 }, x: 5 },
    ]);
  });

  it('a release hook sees unread packets, and what it sends goes with the session', async () => {
    const heard: number[] = [];
    const behavior = defineBehavior(import.meta.url, {
      state: {},
      release(session) {
        heard.push(session.receive()?.opcode ?? -1);
        session.send(9);
      },
      update() {},
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    manager.createSession(1).push(4);
    manager.releaseSession(1);
    expect(heard).toEqual([4]);
    expect(manager.drainOutbound(() => {})).toBe(0);
  });

  it('a create hook that returns a promise undoes the creation, naming the account', async () => {
    const behavior = defineBehavior(import.meta.url, {
      state: {},
      create: (async () => {
        throw new Error('late');
      }) as never,
      update() {},
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    expect(thrownBy(() => manager.createSession(3))).toMatchObject({
      code: 'ERR_SESSION_HOOK',
      accountId: 3,
      message:
        'the create hook failed for account 3: a hook returned a promise (account 3): it must be synchronous; ask the host for what takes time (session.ask)',
      cause: { code: 'ERR_BEHAVIOR_ASYNC' },
    });
    expect([manager.getActiveSessionCount(), manager.pool.allocatedCount]).toEqual([0, 0]);
  });
});

describe('what a behaviour keeps is dead after the call', () => {
  it('a session’s methods throw, its fields read as undefined, its packets throw', async () => {
    let session: Session | undefined;
    let packet: Packet | null = null;
    let writer: PacketWriter | null = null;
    const behavior = defineBehavior(import.meta.url, {
      state: { x: u32() },
      update(given) {
        given.state.x = 5;
        session = given;
        packet = given.receive();
        writer = given.claim(1, 4);
        writer?.setU32(0, 77);
      },
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    const handle = manager.createSession(1);
    handle.push(1, new Uint8Array(4));
    await manager.updateAllSessions(100);
    const kept = session as Session | undefined;
    if (kept === undefined) throw new Error('the update did not run');
    const parked = failure('ERR_SESSION_PARKED', 'a session was used outside the call it was given to: it is dead when the call returns');
    for (const use of [() => kept.receive(), () => kept.send(1), () => kept.claim(1, 4)]) expect(thrownBy(use)).toEqual(parked);
    expect((kept.state as { x: unknown }).x).toBeUndefined();
    (kept.state as { x: unknown }).x = 99;
    const [keptPacket, keptWriter] = [packet as Packet | null, writer as PacketWriter | null];
    expect(thrownBy(() => keptPacket?.u8(0))).toEqual(failure('ERR_SESSION_PARKED'));
    expect(thrownBy(() => keptWriter?.setU8(0, 1))).toEqual(failure('ERR_SESSION_PARKED'));
    expect(handle.state.x).toBe(5);
    expect(manager.drainOutbound((_, out) => expect(out.u32(0)).toBe(77))).toBe(1);
  });

  it('a batch’s columns are empty and its sessions throw', async () => {
    let batch: SessionBatch | undefined;
    const behavior = defineBehavior(import.meta.url, {
      state: { x: u32() },
      updateBatch(given) {
        batch = given;
        for (let row = given.begin; row < given.end; row++) given.session(row).state.x = given.session(row).accountId;
      },
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    const handles = manager.createSessionBatch([5, 6]);
    await manager.updateAllSessions(100);
    expect(handles.map(({ state }) => state.x)).toEqual([5, 6]);
    const kept = batch as SessionBatch | undefined;
    expect(kept?.u32.length).toBe(0);
    expect(thrownBy(() => kept?.session(0))).toEqual(failure('ERR_SESSION_PARKED'));
  });

  it('a row outside its batch is refused by its range', async () => {
    const errors: unknown[] = [];
    const behavior = defineBehavior(import.meta.url, {
      state: {},
      updateBatch(batch) {
        for (const row of [-1, 2, 0.5]) errors.push(thrownBy(() => batch.session(row)));
      },
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    manager.createSessionBatch([1, 2]);
    await manager.updateAllSessions(100);
    expect(errors).toEqual([-1, 2, 0.5].map((row) => failure('ERR_INVALID_ARGUMENT', `row must be an integer 0…1: got ${row}`)));
  });
});

describe('updateCount in hooks', () => {
  it('is what the session’s own handle says: 0 in create, in release what it was, after quarantine too', async () => {
    const counts: [string, number, number | undefined][] = [];
    const note = (hook: string, { accountId, updateCount }: Session): void => {
      counts.push([hook, updateCount, manager.getSession(accountId)?.updateCount]);
    };
    const behavior = defineBehavior(import.meta.url, {
      state: {},
      create: (session) => note('create', session),
      update(session) {
        if (session.accountId === 2) throw new Error('told to');
      },
      release: (session) => note('release', session),
    });
    const manager = await startWith({ behavior, scheduler: serialScheduler(), quarantineAfter: 2 });
    await manager.updateAllSessions(100);
    const handles = manager.createSessionBatch([1, 2]);
    for (let tick = 0; tick < 5; tick++) await manager.updateAllSessions(100);
    expect(handles.map(({ updateCount }) => updateCount)).toEqual([5, 2]);
    for (const handle of handles) handle.release();
    expect(counts).toEqual([
      ['create', 0, 0],
      ['create', 0, 0],
      ['release', 5, 5],
      ['release', 2, 2],
    ]);
  });
});
