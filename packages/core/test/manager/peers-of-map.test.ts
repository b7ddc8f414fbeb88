import { defineBehavior, f32, type Peer, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { inUpdate, walker } from './looking-behavior.js';
import { accounts, failure, startWith, thrownBy } from './test-manager.js';

const tree = defineBehavior(import.meta.url, { name: 'tree', state: { height: u32({ published: true }) }, update() {} });
const stone = defineBehavior(import.meta.url, { name: 'stone', state: { weight: u32() }, update() {} });
const other = defineBehavior(import.meta.url, { name: 'other', state: { x: f32({ published: true }) }, update() {} });

type Seen = [accountId: number, x: number];
const seen = (peers: Iterable<Peer<typeof walker.definition.state>>): Seen[] =>
  Array.from(peers, ({ accountId, state }) => [accountId, state.x]);

describe('session.peers', () => {
  it('are those on the same map but itself, by account, whatever the order they came in', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    for (const [id, mapId] of [
      [9, 1],
      [3, 2],
      [5, 1],
      [7, 2],
      [1, 1],
    ])
      manager.createSession(id, { mapId }).state.x = id;
    const found = new Map<number, Seen[]>();
    await inUpdate(manager, (session) => found.set(session.accountId, seen(session.peers())));
    expect(found).toEqual(
      new Map([
        [
          9,
          [
            [1, 1],
            [5, 5],
          ],
        ],
        [3, [[7, 7]]],
        [
          5,
          [
            [1, 1],
            [9, 9],
          ],
        ],
        [7, [[3, 3]]],
        [
          1,
          [
            [5, 5],
            [9, 9],
          ],
        ],
      ]),
    );
  });

  it('follow map changes, creations and releases from the next tick on', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    const handles = accounts(4).map((id) => manager.createSession(id, { mapId: 1 }));
    const visible = async () => {
      const found: number[][] = [];
      await inUpdate(manager, (session) => found.push(seen(session.peers()).map(([id]) => id)));
      return found;
    };
    expect(await visible()).toEqual([
      [2, 3, 4],
      [1, 3, 4],
      [1, 2, 4],
      [1, 2, 3],
    ]);
    handles[1].mapId = 2;
    manager.releaseSession(3);
    expect(await visible()).toEqual([[4], [], [1]]);
    handles[0].mapId = 2;
    manager.createSession(5, { mapId: 2 });
    // By slot: account 5 has come into the slot of 3.
    expect(await visible()).toEqual([[2, 5], [1, 5], [1, 2], []]);
  });

  it('count those in quarantine, and are there for sessions of every batch size', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler(), quarantineAfter: 1, updateBatchSize: 1 });
    for (const id of accounts(3)) manager.createSession(id);
    const tire = inUpdate(manager, (session) => {
      if (session.accountId === 2) throw new Error('tired of it');
    });
    await expect(tire).rejects.toThrow('tired of it');
    expect(manager.getSession(2)?.status).toBe('quarantined');
    const found: number[][] = [];
    await inUpdate(manager, (session) => found.push(seen(session.peers()).map(([id]) => id)));
    expect(found).toEqual([
      [2, 3],
      [1, 2],
    ]);
  });

  it('can be walked through again, and within themselves', async () => {
    const manager = await startWith({ behavior: walker, scheduler: serialScheduler() });
    for (const id of accounts(4)) manager.createSession(id);
    const pairs: [number, number][] = [];
    await inUpdate(manager, (session) => {
      if (session.accountId !== 1) return;
      const peers = session.peers();
      for (const a of peers) for (const b of peers) if (a.accountId < b.accountId) pairs.push([a.accountId, b.accountId]);
      expect(seen(peers).map(([id]) => id)).toEqual([2, 3, 4]);
    });
    expect(pairs).toEqual([
      [2, 3],
      [2, 4],
      [3, 4],
    ]);
  });
});

describe('several behaviours', () => {
  it('see each other by the behaviour that is asked for, with its fields', async () => {
    const manager = await startWith({ behaviors: [walker, tree, stone], scheduler: serialScheduler() });
    manager.createSession(1);
    manager.createSession(2, { behavior: tree }).state;
    const oak = manager.createSession(3, { behavior: tree, mapId: 0 });
    (oak.state as { height: number }).height = 12;
    manager.createSession(4, { behavior: stone });
    await inUpdate(manager, (session) => {
      expect(session.peer(3, tree)?.state.height).toBe(12);
      expect([session.peer(3), session.peer(1, tree), session.peer(4, tree)]).toEqual([null, null, null]);
      expect(Array.from(session.peers(tree), ({ accountId, state }) => [accountId, state.height])).toEqual([
        [2, 0],
        [3, 12],
      ]);
      expect([...session.peers()]).toEqual([]);
    });
  });

  it('that publish nothing, or are not the manager’s, are errors that say so', async () => {
    const manager = await startWith({ behaviors: [walker, stone], scheduler: serialScheduler() });
    manager.createSession(1);
    await inUpdate(manager, (session) => {
      const nothing = failure('ERR_BEHAVIOR_INVALID', 'sessions of behaviour "stone" cannot be seen: none of its fields is published');
      expect(thrownBy(() => session.peer(1, stone))).toEqual(nothing);
      expect(thrownBy(() => session.peers(stone))).toEqual(nothing);
      const unknown = failure('ERR_BEHAVIOR_UNKNOWN', 'this manager does not run "other": its behaviours are walker, stone');
      expect(thrownBy(() => session.peers(other))).toEqual(unknown);
    });
  });
});

describe('other sessions', () => {
  it('cannot be seen in hooks, which run between ticks', async () => {
    const errors: unknown[] = [];
    const shy = defineBehavior(import.meta.url, {
      name: 'shy',
      state: { x: f32({ published: true }) },
      create: (session) => void errors.push(thrownBy(() => session.peers())),
      release: (session) => void errors.push(thrownBy(() => session.peer(1))),
      update() {},
    });
    const manager = await startWith({ behavior: shy, scheduler: serialScheduler() });
    manager.createSession(1);
    await manager.updateAllSessions(100);
    manager.releaseSession(1);
    const refused = failure('ERR_SESSION_HOOK', 'other sessions can be seen in an update only, not in create or release hooks');
    expect(errors).toEqual([refused, refused]);
  });

  it('can be seen from a batch’s sessions, several of them at once', async () => {
    const found: unknown[] = [];
    const shoal = defineBehavior(import.meta.url, {
      name: 'shoal',
      state: { x: f32({ published: true }) },
      updateBatch(batch) {
        const firsts = [];
        for (let row = batch.begin; row < batch.end; row++) {
          const session = batch.session(row);
          firsts.push(session.peer(session.accountId));
          found.push(Array.from(session.peers(), ({ accountId, state }) => accountId * 100 + state.x));
        }
        found.push(firsts.map((peer) => peer?.state.x));
      },
    });
    const manager = await startWith({ behavior: shoal, scheduler: serialScheduler() });
    for (const id of accounts(3)) manager.createSession(id).state.x = id;
    await manager.updateAllSessions(100);
    expect(found).toEqual([
      [202, 303],
      [101, 303],
      [101, 202],
      [1, 2, 3],
    ]);
  });
});
