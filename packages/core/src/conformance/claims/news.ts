import assert from 'node:assert/strict';
import { counting, looking } from '../behaviors.js';
import type { Claim } from '../claim.js';
import { referenceScheduler } from '../reference.js';
import { accounts, withManager } from '../stand.js';

/** What changes between two ticks is seen by every thread in the next one. */
export const newsClaims = (): readonly Claim[] => [
  {
    name: 'runs sessions in memory that was added since the last tick, and none in memory that was given back',
    async hold(bench) {
      const options = { behavior: counting, poolSize: 64, poolGrowth: 64 };
      await withManager(bench, options, async ({ manager, tick }) => {
        for (let round = 0; round < 5; round++) {
          for (const count of [10, 700, 64, 1500]) {
            const handles = manager.createSessionBatch(accounts(count));
            const { sessions } = await tick();
            assert.equal(sessions, count);
            for (const { accountId, state } of handles) assert.equal(state.updates, 1, `updates of account ${accountId} among ${count}`);
            assert.equal(manager.releaseSessionBatch(accounts(count)), count);
          }
        }
      });
    },
  },
  {
    name: 'shows sessions what is shared from the next tick on, on every thread',
    async hold(bench) {
      const options = { behavior: looking, shared: { value: Float32Array.of(1) } };
      await withManager(bench, options, async ({ manager, tick }) => {
        const handles = manager.createSessionBatch(accounts(1000), (accountId) => ({ mapId: accountId % 100 }));
        for (let value = 1; value <= 10; value++) {
          manager.shared('value', Float32Array.of(value));
          await tick();
          for (const { accountId, state } of handles) assert.equal(state.shared, value, `what account ${accountId} was shown`);
        }
      });
    },
  },
  {
    name: 'shows sessions who is on their map, however many maps there come to be',
    async hold(bench) {
      const shared = { value: Float32Array.of(1) };
      await withManager(bench, { behavior: looking, shared }, async ({ manager, tick }) => {
        await withManager(bench, { behavior: looking, shared, scheduler: referenceScheduler() }, async (reference) => {
          for (const count of [40, 400, 3000]) {
            for (const each of [manager, reference.manager]) {
              const present = each.getActiveSessionCount();
              each.createSessionBatch(accounts(count - present, 1 + present), (accountId) => ({ mapId: accountId % (count / 4) }));
            }
            for (let ticks = 0; ticks < 2; ticks++) {
              await tick();
              await reference.tick();
              assert.equal(manager.stateDigest(), reference.manager.stateDigest(), `digest with ${count} sessions`);
            }
          }
        });
      });
    },
  },
];
