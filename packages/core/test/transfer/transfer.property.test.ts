import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeStore } from '../manager/fake-store.js';
import { failure } from '../manager/test-manager.js';
import { startTravellers, type TravellerManager } from './traveller.js';

/** What a host does in a tick: to which account, which packet; and how much simulated time passes. */
const anyTick = fc.record({
  pushes: fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 60 })), { maxLength: 6 }),
  drains: fc.boolean(),
  sleeps: fc.integer({ min: 1, max: 9 }),
  diffMs: fc.oneof(fc.integer({ min: 0, max: 900 }), fc.double({ min: 0, max: 500, noNaN: true })),
});
type Tick = typeof anyTick extends fc.Arbitrary<infer T> ? T : never;

async function live(manager: TravellerManager, ticks: readonly Tick[]): Promise<void> {
  for (const { pushes, sleeps, drains, diffMs } of ticks) {
    for (const [account, opcode] of pushes) manager.getSession(account)?.push(opcode, new Uint8Array(opcode));
    await manager.updateAllSessions(diffMs);
    if (drains) manager.drainOutbound(() => {});
    if (sleeps <= 3) manager.hibernateSession(sleeps);
  }
}

function storeThat(takes: boolean): FakeStore {
  const store = new FakeStore();
  if (!takes) store.putError = new Error('not now');
  return store;
}

describe('sessions that are exported and imported', () => {
  it('are what they were, at the same simulated time, and become what they would have become', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyTick, { maxLength: 12 }),
        fc.array(anyTick, { maxLength: 8 }),
        fc.boolean(),
        async (before, after, stores) => {
          const here = await startTravellers({ store: storeThat(stores) });
          here.createSessionBatch([1, 2, 3], (accountId) => ({ mapId: accountId, groupId: 7 }));
          await live(here, before);
          const there = await startTravellers({ startTimeMs: here.tick.nowMs, store: storeThat(stores) });
          // Its incarnations are others.
          there.createSession(9);
          there.releaseSession(9);
          const blobs = [3, 1, 2].map((accountId) => here.exportSession(accountId));
          for (const blob of blobs) there.importSession(blob);
          expect(there.stateDigest()).toBe(here.stateDigest());
          for (const accountId of [1, 2, 3]) {
            expect(there.getSession(accountId)?.isAsleep).toBe(here.getSession(accountId)?.isAsleep);
            expect(there.getSession(accountId)?.updateCount).toBe(here.getSession(accountId)?.updateCount);
          }
          for (const tick of after) {
            await live(here, [tick]);
            await live(there, [tick]);
            expect(there.stateDigest()).toBe(here.stateDigest());
          }
          await Promise.all([here.shutdown(), there.shutdown()]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are refused, and nothing has changed, whichever byte of theirs was changed', async () => {
    const here = await startTravellers();
    here.createSession(1, { mapId: 5 });
    await live(here, [
      {
        pushes: [
          [1, 7],
          [1, 8],
          [1, 9],
          [1, 10],
        ],
        sleeps: 9,
        drains: false,
        diffMs: 100,
      },
    ]);
    const blob = here.exportSession(1);
    const there = await startTravellers();
    const empty = there.stateDigest();
    for (let at = 0; at < blob.length; at++) {
      const changed = blob.slice();
      changed[at] ^= 1 << (at % 8);
      expect(() => there.importSession(changed)).toThrow(failure('ERR_BLOB_INVALID'));
    }
    expect([there.stateDigest(), there.getSession(1), there.pool.allocatedCount]).toEqual([empty, undefined, 0]);
    there.importSession(blob);
    expect(there.getSession(1)?.mapId).toBe(5);
  });
});
