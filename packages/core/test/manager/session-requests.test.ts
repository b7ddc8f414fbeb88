import { describe, expect, it } from 'vitest';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { hear, present, startTalking, type Talk, talker } from './talking.js';
import { accounts, failure, startWith } from './test-manager.js';

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
});
