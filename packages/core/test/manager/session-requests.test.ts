import { describe, expect, it } from 'vitest';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { on } from './calling-behavior.js';
import { hear, present, startTalking, type Talk, talker } from './talking.js';
import { accounts, failure, startWith, thrownBy } from './test-manager.js';

describe('requests of sessions', () => {
  it('create a session with what was asked for, when the tick has ended', async () => {
    const created: unknown[] = [];
    const updated: unknown[] = [];
    const talk: Talk = {
      create: (session, init) => created.push([session.accountId, session.mapId, session.groupId, init]),
      update(session) {
        updated.push([session.tick.number, session.accountId]);
        if (session.accountId !== 1) return;
        if (session.tick.number > 1) return;
        session.spawn(20, { name: 'bag', at: [1, 2n, new Map([['a', 1]])] }, { mapId: 0xffff_ffff, groupId: 7 });
        session.spawn(10);
      },
    };
    const manager = await startTalking(talk);
    manager.createSession(1, { mapId: 3, groupId: 4 });
    created.length = 0;
    expect(await manager.updateAllSessions(100)).toMatchObject({ sessions: 1, requestsApplied: 2, refused: [] });
    expect(created).toEqual([
      [20, 0xffff_ffff, 7, { name: 'bag', at: [1, 2n, new Map([['a', 1]])] }],
      [10, 3, 4, undefined],
    ]);
    expect(present(manager)).toEqual([1, 10, 20]);
    expect(await manager.updateAllSessions(100)).toMatchObject({ sessions: 3, requestsApplied: 0 });
    expect(updated.filter((update) => (update as number[])[0] === 2)).toHaveLength(3);
  });

  it('tell null from undefined, and hand on an init that is empty', async () => {
    const inits: unknown[] = [];
    const values = [null, undefined, '', 0, [], {}];
    const manager = await startTalking({
      create: (session, init) => session.accountId > 1 && inits.push(init),
      update: (session) => session.tick.number === 1 && values.forEach((value, i) => void session.spawn(10 + i, value)),
    });
    manager.createSession(1);
    await manager.updateAllSessions(100);
    expect(inits).toEqual(values);
  });

  it('follow the behaviour of who asks, or the one that is named', async () => {
    const names: unknown[] = [];
    const inits = (name: string): Talk => ({ create: (session) => names.push([session.accountId, name]) });
    const behaviors = [
      talker(
        { ...inits('first'), update: (session) => session.tick.number === 1 && session.spawn(10, 0, { behavior: 'zweites – 第二' }) },
        'first',
      ),
      talker(
        {
          ...inits('second'),
          update: (session) => session.tick.number === 1 && session.spawn(20) && session.spawn(30, 0, { behavior: 'third' }),
        },
        'zweites – 第二',
      ),
    ];
    const manager = await startWith({ behaviors, scheduler: serialScheduler() });
    manager.createSession(1);
    manager.createSession(2, { behavior: behaviors[1] });
    names.length = 0;
    const { refused } = await manager.updateAllSessions(100);
    expect(names).toEqual([
      [10, 'second'],
      [20, 'second'],
    ]);
    expect(refused).toEqual([
      {
        request: 'spawn',
        accountId: 30,
        requestedBy: 2,
        error: failure('ERR_BEHAVIOR_UNKNOWN', '"third" is the name of none of this manager\'s behaviours: first, zweites – 第二'),
      },
    ]);
  });

  it('release, and change map and group, as the host would', async () => {
    const released: number[] = [];
    const talk: Talk = {
      release: (session) => released.push(session.accountId),
      update(session) {
        if (session.accountId === 1) session.releaseSelf();
        if (session.accountId === 2) session.setMap(0xffff_fffe);
        if (session.accountId === 3) session.setGroup(9);
      },
    };
    const manager = await startTalking(talk);
    const [one, two, three] = manager.createSessionBatch(accounts(3), { mapId: 1, groupId: 1 });
    expect(await manager.updateAllSessions(100)).toMatchObject({ requestsApplied: 3, refused: [] });
    expect([one.status, two.mapId, two.groupId, three.mapId, three.groupId]).toEqual(['released', 0xffff_fffe, 1, 1, 9]);
    expect(released).toEqual([1]);
    expect(present(manager)).toEqual([2, 3]);
  });

  it('are carried out in the order of messages: an account spawned anew gets what later senders send', async () => {
    const heard: unknown[] = [];
    const talk: Talk = {
      update(session) {
        if (session.tick.number > 1) return void (session.accountId === 5 && heard.push(...hear(session)));
        session.sendTo(5, session.accountId);
        if (session.accountId === 3) session.spawn(5);
        if (session.accountId === 3) session.sendTo(5, 33);
        if (session.accountId === 5) session.releaseSelf();
      },
    };
    const manager = await startTalking(talk);
    // 5 releases itself last, after 3's spawn of it was refused.
    manager.createSessionBatch([7, 5, 3, 1]);
    const first = await manager.updateAllSessions(100);
    expect(first.refused.map(({ request, accountId, requestedBy, error }) => [request, accountId, requestedBy, error.code])).toEqual([
      ['spawn', 5, 3, 'ERR_SESSION_EXISTS'],
    ]);
    expect(first).toMatchObject({ messagesDelivered: 4, messagesUnknown: 1, requestsApplied: 1 });
    expect(present(manager)).toEqual([1, 3, 7]);
    // Now 5 comes to be between the messages of 3 and those of 7.
    talk.update = (session) => {
      if (session.accountId === 5) return void heard.push(...hear(session));
      if (session.tick.number > 2) return;
      session.sendTo(5, session.accountId);
      if (session.accountId === 3) session.spawn(5);
      if (session.accountId === 3) session.sendTo(5, 33);
    };
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 2, messagesUnknown: 2, requestsApplied: 1 });
    await manager.updateAllSessions(100);
    expect(heard).toEqual([
      [3, 33],
      [7, 7],
    ]);
  });

  it('of a session that is released are carried out all the same, but for those about itself', async () => {
    const heard: unknown[] = [];
    const talk: Talk = {
      release(session) {
        session.sendTo(9, 2);
        session.releaseSelf();
        session.setMap(4);
        session.spawn(30);
      },
      update(session) {
        if (session.accountId === 9) heard.push(...hear(session));
        if (session.accountId !== 1 || session.tick.number > 1) return;
        session.releaseSelf();
        session.sendTo(9, 1);
        session.sendTo(1, 3);
        session.setMap(5);
        session.releaseSelf();
        session.spawn(20);
      },
    };
    const manager = await startTalking(talk);
    manager.createSessionBatch([1, 9], { mapId: 6 });
    expect(await manager.updateAllSessions(100)).toMatchObject({
      messagesDelivered: 2,
      messagesUnknown: 1,
      requestsApplied: 3,
      refused: [],
    });
    expect(present(manager)).toEqual([9, 20, 30]);
    expect([20, 30].map((account) => manager.getSession(account)?.mapId)).toEqual([6, 6]);
    await manager.updateAllSessions(100);
    expect(heard).toEqual([
      [1, 1],
      [1, 2],
    ]);
  });

  it('may come from hooks: those of a create hook are carried out when the next tick ends, those of a release hook at once', async () => {
    const heard: unknown[] = [];
    const talk: Talk = {
      create: (session) => session.accountId > 1 && session.sendTo(1, 100 + session.accountId),
      release: (session) => session.sendTo(1, 200 + session.accountId),
      update: (session) => {
        if (session.accountId !== 1) return;
        for (const [sender, opcode] of hear(session)) heard.push([session.tick.number, sender, opcode]);
        if (session.tick.number === 1) session.spawn(3);
      },
    };
    const manager = await startTalking(talk);
    manager.createSession(1);
    manager.createSession(4);
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 1 });
    manager.createSession(2);
    manager.releaseSession(2);
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 3 });
    await manager.updateAllSessions(100);
    expect(heard).toEqual([
      [2, 4, 104],
      [2, 2, 102],
      [2, 2, 202],
      [3, 3, 103],
    ]);
  });

  it('of a release hook that throws are carried out, those before it too', async () => {
    const talk: Talk = {
      release(session) {
        session.sendTo(9, 2);
        throw new Error('on the way out');
      },
      update(session) {
        if (session.accountId !== 1) return;
        session.releaseSelf();
        session.sendTo(9, 1);
      },
    };
    const manager = await startTalking(talk);
    manager.createSessionBatch([1, 9]);
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 2, requestsApplied: 1, refused: [] });
    expect(present(manager)).toEqual([9]);
  });

  it('of a create hook that throws are gone with its session', async () => {
    const talk: Talk = {
      create(session) {
        session.sendTo(1, 1);
        session.spawn(50);
        if (session.accountId === 2) throw new Error('no');
      },
    };
    const manager = await startTalking(talk);
    expect(() => manager.createSession(2)).toThrow(failure('ERR_SESSION_HOOK'));
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesUnknown: 0, requestsApplied: 0 });
    manager.createSession(1);
    expect(await manager.updateAllSessions(100)).toMatchObject({ messagesDelivered: 1, requestsApplied: 1 });
  });

  it('that cannot be carried out stand in the report, are published, and stop no other', async () => {
    const published: unknown[] = [];
    on('dormouse:request:refused', ({ request, accountId }: { request: string; accountId: number }) =>
      published.push([request, accountId]),
    );
    const talk: Talk = {
      create(session) {
        if (session.accountId === 12) throw new Error('not twelve');
      },
      update(session) {
        if (session.tick.number > 1 || session.accountId > 2) return;
        for (const account of [1, 12, 13, 14]) session.spawn(account + session.accountId - 1);
        session.sendTo(1, 7);
      },
    };
    const manager = await startTalking(talk, { maxConcurrentSessions: 4 });
    manager.createSessionBatch(accounts(2));
    const report = await manager.updateAllSessions(100);
    // Of 1: 1 is there, 12 throws, 13 and 14 fill up. Of 2: 2 and 13 and 14 are there, 15 finds no room.
    const told = report.refused.map(({ request, accountId, requestedBy, error }) => [request, accountId, requestedBy, error.code]);
    expect(told).toEqual([
      ['spawn', 1, 1, 'ERR_SESSION_EXISTS'],
      ['spawn', 12, 1, 'ERR_SESSION_HOOK'],
      ['spawn', 2, 2, 'ERR_SESSION_LIMIT'],
      ['spawn', 13, 2, 'ERR_SESSION_LIMIT'],
      ['spawn', 14, 2, 'ERR_SESSION_LIMIT'],
      ['spawn', 15, 2, 'ERR_SESSION_LIMIT'],
    ]);
    expect(published).toEqual(told.map(([request, accountId]) => [request, accountId]));
    expect(report.messagesDelivered).toBe(2);
    expect(present(manager)).toEqual([1, 2, 13, 14]);
  });

  it('come before what the host asked for while the tick was in flight, whatever it asked', async () => {
    const scheduler = deferredScheduler();
    const talk: Talk = {
      update(session) {
        if (session.tick.number > 1) return;
        if (session.accountId === 1) session.spawn(3);
        if (session.accountId === 2) session.releaseSelf();
        if (session.accountId === 4) session.spawn(2);
      },
    };
    const manager = await startTalking(talk, { scheduler, maxConcurrentSessions: 5 });
    const [, two] = manager.createSessionBatch([1, 2, 4]);
    const ticking = manager.updateAllSessions(100);
    const three = manager.createSession(3);
    // This one's release is of the session it stands for, not of the one that has its account by then.
    two.release();
    manager.createSession(5);
    manager.createSession(6);
    scheduler.open();
    const { refused } = await ticking;
    expect(refused.map(({ request, accountId, error }) => [request, accountId, error.code])).toEqual([
      ['create', 3, 'ERR_SESSION_EXISTS'],
      ['create', 6, 'ERR_SESSION_LIMIT'],
    ]);
    expect([two.status, three.status]).toEqual(['released', 'released']);
    expect(present(manager)).toEqual([1, 2, 3, 4, 5]);
  });

  it('ask the manager for more in their hooks: that is queued, and answered at once', async () => {
    const talk: Talk = {
      update: (session) => session.tick.number === 1 && session.spawn(2),
    };
    const manager = await startTalking(talk);
    manager.createSession(1);
    const statuses: unknown[] = [];
    talk.create = (session) => {
      if (session.accountId !== 2) return;
      statuses.push(manager.createSession(3).status, manager.releaseSession(1), manager.broadcast({ mapId: 0 }, 1).queued);
    };
    expect(await manager.updateAllSessions(100)).toMatchObject({ refused: [], messagesDelivered: 2 });
    expect(statuses).toEqual(['queued', true, true]);
    expect(present(manager)).toEqual([2, 3]);
  });

  it('with bad arguments are errors that change nothing', async () => {
    const errors: unknown[] = [];
    const manager = await startTalking(
      {
        update(session) {
          const tries: (() => unknown)[] = [
            () => session.spawn(0),
            () => session.spawn(2, 0, { mapId: -1 }),
            () => session.spawn(2, 0, { groupId: 2 ** 32 }),
            () => session.spawn(2, 0, { behavior: {} as never }),
            () => session.spawn(2, 0, { behaviour: 'talker' } as never),
            () => session.spawn(2, 0, null as never),
            () => session.setMap(-1),
            () => session.setGroup(0.5),
            () => session.log(1 as never),
            () => session.log('x', 'loud' as never),
            () => session.spawn(2, 'x'.repeat(2000)),
          ];
          for (const attempt of tries) errors.push(thrownBy(attempt));
        },
      },
      { outboxBytes: 1024 },
    );
    manager.createSession(1);
    expect(await manager.updateAllSessions(100)).toMatchObject({ faults: [], refused: [], requestsApplied: 0 });
    expect(errors).toEqual([
      failure('ERR_INVALID_ARGUMENT', 'accountId must be an integer 1…4294967295: got 0'),
      failure('ERR_INVALID_ARGUMENT', 'mapId must be an integer 0…4294967295: got -1'),
      failure('ERR_INVALID_ARGUMENT', 'groupId must be an integer 0…4294967295: got 4294967296'),
      failure('ERR_INVALID_ARGUMENT', 'behavior of spawn must be the name of a behaviour: got an object (Object)'),
      failure('ERR_INVALID_ARGUMENT', 'unknown option of spawn "behaviour": known are behavior, mapId, groupId'),
      failure('ERR_INVALID_ARGUMENT', 'options of spawn must be an object: got null'),
      failure('ERR_INVALID_ARGUMENT', 'mapId must be an integer 0…4294967295: got -1'),
      failure('ERR_INVALID_ARGUMENT', 'groupId must be an integer 0…4294967295: got 0.5'),
      failure('ERR_INVALID_ARGUMENT', 'a message to log must be a string: got 1'),
      failure('ERR_INVALID_ARGUMENT', 'level must be debug, info, warn, error: got "loud"'),
      failure('ERR_VALUE_TOO_LARGE', 'init of account 2 must be at most 748 bytes with outboxBytes 1024: it takes 2003'),
    ]);
  });

  it('are refused with false, and counted, when the outbox is full', async () => {
    const results: boolean[] = [];
    const manager = await startTalking(
      {
        update(session) {
          while (session.sendTo(1, 1, new Uint8Array(52)));
          results.push(session.spawn(2), session.releaseSelf(), session.setMap(1), session.setGroup(1));
          session.log('lost');
        },
      },
      { outboxBytes: 1024 },
    );
    const handle = manager.createSession(1);
    await manager.updateAllSessions(100);
    expect(results).toEqual([false, false, false, false]);
    expect(handle.dropped).toBe(6);
    expect(present(manager)).toEqual([1]);
  });
});
