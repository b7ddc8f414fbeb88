import { memoryStore } from '@dormouse/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MapStore } from '../hibernation/map-store.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { dreamer, sleeperless } from './dreaming.js';
import { accounts, startWith } from './test-manager.js';

type Manager = Awaited<ReturnType<typeof start>>;

/** Sessions of two behaviours with something in everything they have. */
async function start(store: MapStore | ReturnType<typeof memoryStore>) {
  const manager = await startWith({
    behaviors: [dreamer, sleeperless],
    scheduler: serialScheduler(),
    seed: 3,
    store,
    enableAutoHibernation: false,
  });
  for (const accountId of accounts(20)) manager.createSession(accountId, { mapId: accountId % 3 });
  for (const accountId of accounts(5, 100)) manager.createSession(accountId, { behavior: sleeperless });
  await manager.updateAllSessions(100);
  await manager.updateAllSessions(100);
  return manager;
}

/** One that stores at once, and one that stores nobody. */
async function startBoth() {
  const store = new MapStore();
  const full = new MapStore();
  full.isFull = true;
  return { store, storing: await start(store), keeping: await start(full) };
}

/** Has all be stored who sleep and can be. */
async function settle(manager: Manager): Promise<void> {
  await manager.defragmentMemory();
}

describe('the state digest of sleepers', () => {
  it('is the same whether their rows are stored or not', async () => {
    const { store, storing, keeping } = await startBoth();
    for (const manager of [storing, keeping]) for (const accountId of accounts(10)) expect(manager.hibernateSession(accountId)).toBe(true);
    const asleep = keeping.stateDigest();
    expect(storing.stateDigest()).toBe(asleep);
    await settle(storing);
    expect(store.entries.size).toBe(10);
    expect([storing.stateDigest(), keeping.stateDigest()]).toEqual([asleep, asleep]);
  });

  it('is the same whatever store they are in', async () => {
    const { keeping } = await startBoth();
    for (const accountId of accounts(20)) keeping.hibernateSession(accountId);
    for (const store of [memoryStore(), memoryStore({ deflate: true }), new MapStore(2)]) {
      const manager = await start(store);
      for (const accountId of accounts(20)) manager.hibernateSession(accountId);
      await settle(manager);
      expect(store.stats().records).toBe(20);
      expect(manager.stateDigest()).toBe(keeping.stateDigest());
    }
  });

  it('tells a sleeper from one awake, and one sleeper from another', async () => {
    const { storing } = await startBoth();
    const digests = new Set([storing.stateDigest()]);
    for (const accountId of [1, 2]) {
      storing.hibernateSession(accountId);
      await settle(storing);
      digests.add(storing.stateDigest());
      storing.reactivateSession(accountId);
    }
    expect(digests.size).toBe(3);
  });

  it('changes with the map or the group that one is moved to in its sleep, and back', async () => {
    const { storing } = await startBoth();
    storing.hibernateSession(4);
    await settle(storing);
    const before = storing.stateDigest();
    const handle = storing.getSession(4);
    if (handle === undefined) throw new Error('there is no session of account 4');
    const { mapId, groupId } = handle;
    handle.mapId = 77;
    const moved = storing.stateDigest();
    handle.groupId = 78;
    expect(new Set([before, moved, storing.stateDigest()]).size).toBe(3);
    handle.mapId = mapId;
    handle.groupId = groupId;
    expect([storing.stateDigest(), handle.isAsleep]).toEqual([before, true]);
  });

  it('does not change with records that are put elsewhere', async () => {
    const { store, storing, keeping } = await startBoth();
    for (const manager of [storing, keeping]) for (const accountId of accounts(6)) manager.hibernateSession(accountId);
    await settle(storing);
    for (const manager of [storing, keeping]) manager.reactivateSession(1);
    const before = storing.stateDigest();
    expect(keeping.stateDigest()).toBe(before);
    while (store.compact(1));
    expect([...store.entries.keys()].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(storing.stateDigest()).toBe(before);
    // All are looked at anew, where they are now.
    for (const manager of [storing, keeping]) for (const accountId of accounts(2, 7)) manager.hibernateSession(accountId);
    await settle(storing);
    expect(store.entries.size).toBe(7);
    expect(storing.stateDigest()).toBe(keeping.stateDigest());
  });

  it('can be taken though a record cannot be read, and is right again when it can', async () => {
    const { store, storing, keeping } = await startBoth();
    for (const manager of [storing, keeping]) for (const accountId of accounts(3)) manager.hibernateSession(accountId);
    await settle(storing);
    const [first] = store.entries.keys();
    const entry = store.entries.get(first);
    if (entry === undefined) throw new Error('nothing is stored');
    store.entries.delete(first);
    const without = storing.stateDigest();
    expect(without).not.toBe(keeping.stateDigest());
    expect(storing.stateDigest()).toBe(without);
    store.entries.set(first, entry);
    expect(storing.stateDigest()).toBe(keeping.stateDigest());
  });

  it('stays the same for both, whatever happens', async () => {
    const account = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 6 }) }, fc.integer({ min: 1, max: 25 }));
    const number = fc.integer({ min: 0, max: 3 });
    const operation = fc.oneof(
      { weight: 3, arbitrary: fc.constant({ kind: 'tick' as const }) },
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('hibernate' as const), accountId: account }) },
      fc.record({ kind: fc.constantFrom('wake' as const, 'push' as const, 'release' as const, 'create' as const), accountId: account }),
      fc.record({ kind: fc.constantFrom('map' as const, 'group' as const), accountId: account, number }),
    );
    let mostStored = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 30 }), async (operations) => {
        const both = await startBoth();
        for (const operation of operations) {
          const digests: string[] = [];
          for (const manager of [both.storing, both.keeping]) {
            const accountId = 'accountId' in operation ? operation.accountId : 0;
            const handle = accountId === 0 ? undefined : manager.getSession(accountId);
            if (operation.kind === 'tick') await manager.updateAllSessions(4000);
            else if (operation.kind === 'hibernate') manager.hibernateSession(accountId);
            else if (operation.kind === 'wake') manager.reactivateSession(accountId);
            else if (operation.kind === 'push') handle?.push(9, Uint8Array.of(1, 2));
            else if (operation.kind === 'release') manager.releaseSession(accountId);
            else if (operation.kind === 'create' && handle === undefined) manager.createSession(accountId);
            else if (operation.kind === 'map' && handle !== undefined) handle.mapId = operation.number;
            else if (operation.kind === 'group' && handle !== undefined) handle.groupId = operation.number;
            digests.push(manager.stateDigest());
          }
          expect(digests[0]).toBe(digests[1]);
        }
        mostStored = Math.max(mostStored, both.store.next);
        await Promise.all([both.storing.shutdown(), both.keeping.shutdown()]);
      }),
      { numRuns: 20 },
    );
    expect(mostStored).toBeGreaterThan(0);
  });
});
