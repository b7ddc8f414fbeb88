import { defineBehavior, f64, type SessionHandle, SessionManager, u32 } from '@dormouse/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { accounts } from './test-manager.js';

/** States of different widths: a row read with another behaviour's layout shows. */
const [narrow, wide, wider] = [0, 7, 33].map((room) =>
  defineBehavior(import.meta.url, {
    name: `room-${room}`,
    state: { ...(room > 0 && { room: f64({ length: room }) }), mark: u32(), updates: u32() },
    create(session) {
      session.state.mark = session.accountId;
      session.claim(1, 4)?.setU32(0, session.accountId);
    },
    update(session) {
      session.state.updates += 1;
    },
  }),
);
const BEHAVIORS = [narrow, wide, wider];
const CEILING = 192;

describe('R-18 sessions of several behaviours', () => {
  it('come up to the ceiling in any mixture, however scattered, and no state, packet or handle is mixed up', async () => {
    const round = fc.record({
      shares: fc.array(fc.nat(CEILING), { minLength: 3, maxLength: 3 }),
      keepEvery: fc.integer({ min: 1, max: 7 }),
      drains: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 8 }), async (rounds) => {
        const sizes = { sessionCeiling: CEILING, poolSize: 64, ringBytes: 1024 } as const;
        const manager = await SessionManager.start({ behaviors: BEHAVIORS, scheduler: serialScheduler(), logger: false, ...sizes });
        const live = new Map<number, { handle: SessionHandle<(typeof BEHAVIORS)[0]>; behavior: unknown; updates: number }>();
        const gone: SessionHandle<(typeof BEHAVIORS)[0]>[] = [];
        let nextAccount = 1;
        for (const { shares, keepEvery, drains } of rounds) {
          for (const [index, share] of shares.entries()) {
            const count = Math.min(share, CEILING - live.size);
            const behavior = BEHAVIORS[index];
            for (const handle of manager.createSessionBatch(accounts(count, nextAccount), { behavior })) {
              live.set(handle.accountId, { handle, behavior, updates: 0 });
            }
            nextAccount += count;
            expect(manager.pool.allocatedCount).toBe(live.size);
          }
          expect((await manager.updateAllSessions(100)).sessions).toBe(live.size);
          if (drains) manager.drainOutbound((account, packet) => expect([live.has(account), packet.u32(0)]).toEqual([true, account]));
          for (const session of live.values()) {
            session.updates++;
            const { handle, behavior, updates } = session;
            const { mark, updates: counted } = handle.state;
            expect([handle.behavior, mark, counted]).toEqual([behavior, handle.accountId, updates]);
            if (handle.accountId % keepEvery === 0) continue;
            live.delete(handle.accountId);
            gone.push(handle);
            handle.release();
          }
          expect([manager.getActiveSessionCount(), manager.pool.allocatedCount]).toEqual([live.size, live.size]);
          expect(gone.some(({ isLive }) => isLive)).toBe(false);
        }
        await manager.shutdown();
      }),
      { numRuns: 60 },
    );
  });
});
