import type { Peer } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { inUpdate, walker } from './looking-behavior.js';
import { accounts, failure, startWith, thrownBy } from './test-manager.js';

describe('session.peer', () => {
  it('shows published fields of every kind as they stood when the tick began, to whoever asks, itself too', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    for (const id of accounts(3)) {
      Object.assign(manager.createSession(id).state, { x: id, name: `bot ${id}`, tired: id === 2, gold: 7 });
      manager.getSession(id)?.state.path.assign([id, id * 2, id * 3]);
    }
    const found: unknown[] = [];
    await inUpdate(manager, (session) => {
      for (const id of accounts(3)) {
        const peer = session.peer(id);
        found.push([peer?.accountId, peer?.state.x, peer?.state.name, peer?.state.tired, peer?.state.path.toArray()]);
      }
      session.state.x += 10;
      session.state.name = 'moved';
      session.state.path.fill(0);
    });
    const expected = accounts(3).map((id) => [id, id, `bot ${id}`, id === 2, [id, id * 2, id * 3]]);
    expect(found).toEqual([...expected, ...expected, ...expected]);
    found.length = 0;
    await inUpdate(manager, (session) => found.push([session.peer(2)?.state.x, session.peer(2)?.state.name]));
    expect(found).toEqual(Array(3).fill([12, 'moved']));
  });

  it('is null for an account without a session, and tells apart 0 from what is no account id', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    manager.createSession(1);
    await inUpdate(manager, (session) => {
      expect([session.peer(2), session.peer(0), session.peer(0xffff_ffff)]).toEqual([null, null, null]);
      for (const id of [-1, 1.5, 2 ** 32, '1' as unknown as number]) {
        expect(thrownBy(() => session.peer(id))).toEqual(failure('ERR_INVALID_ARGUMENT', /accountId must be an integer 0…4294967295: got/));
      }
    });
  });

  it('knows a session created between ticks from the next one on, and not one that was released', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    manager.createSession(1);
    await inUpdate(manager, (session) => expect(session.peer(2)).toBeNull());
    manager.createSession(2).state.x = 5;
    await inUpdate(manager, (session) => expect(session.peer(2)?.state.x).toBe(5));
    manager.releaseSession(2);
    manager.createSession(3).state.x = 6;
    await inUpdate(manager, (session) => expect([session.peer(2), session.peer(3)?.state.x]).toEqual([null, 6]));
  });

  it('makes a view each time: several can be compared', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    for (const id of accounts(3)) manager.createSession(id, { mapId: id, groupId: id * 2 }).state.x = id;
    await inUpdate(manager, (session) => {
      const views = accounts(3).map((id) => session.peer(id));
      expect(views.map((view) => [view?.accountId, view?.mapId, view?.groupId, view?.state.x])).toEqual([
        [1, 1, 2, 1],
        [2, 2, 4, 2],
        [3, 3, 6, 3],
      ]);
    });
  });

  it('cannot be changed: fields, elements and ids', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    manager.createSession(1).state.x = 4;
    await inUpdate(manager, (session) => {
      // biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may try
      const peer = session.peer(1) as any;
      for (const [field, value] of Object.entries({ x: 1, name: 'a', tired: true, path: [1, 2, 3] })) {
        const assign = () => {
          peer.state[field] = value;
        };
        expect(thrownBy(assign)).toEqual(
          failure('ERR_INVALID_ARGUMENT', `state.${field} of another session cannot be set: what it publishes is read only`),
        );
      }
      expect(() => {
        peer.accountId = 5;
      }).toThrow(TypeError);
      expect(() => {
        peer.state.mood = 5;
      }).toThrow(TypeError);
      expect([peer.state.path.set, peer.state.path.fill, peer.state.path.assign]).toEqual([undefined, undefined, undefined]);
      expect(() => peer.state.path.get(3)).toThrow(failure('ERR_INVALID_ARGUMENT'));
      expect([peer.state.gold, Object.keys(Object.getPrototypeOf(peer.state)).sort()]).toEqual([undefined, ['name', 'path', 'tired', 'x']]);
      expect(peer.state.x).toBe(4);
    });
  });

  it('is dead when the tick has ended, as the session itself is', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    for (const id of accounts(2)) manager.createSession(id).state.x = id;
    let kept: Peer<typeof walker.definition.state> | null = null;
    let walk: Iterable<unknown> = [];
    let begun: Iterator<unknown> | undefined;
    await inUpdate(manager, (session) => {
      kept = session.peer(1);
      walk = session.peers();
      begun = session.peers()[Symbol.iterator]();
    });
    const { accountId, mapId, groupId, state } = kept as unknown as Peer<typeof walker.definition.state>;
    expect([accountId, mapId, groupId, state.x, state.name, state.tired, state.path.toArray()]).toEqual([
      0,
      0,
      0,
      undefined,
      '',
      false,
      Array(3).fill(undefined),
    ]);
    expect(() => [...walk]).toThrow(failure('ERR_SESSION_PARKED'));
    expect(() => begun?.next()).toThrow(failure('ERR_SESSION_PARKED'));
  });
});
