import { defineBehavior, f64, type IScheduler, SessionManager, text, u32 } from '@dormouse/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomOf } from '../memory/threads/ring-traffic.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';

const MAPS = 3;

/** Looks at everybody there is, changes what it publishes itself, and moves about. */
const gossip = defineBehavior(import.meta.url, {
  name: 'gossip',
  state: { weight: f64({ published: true }), news: text(24, { published: true }), heard: u32(), met: u32({ length: 2, published: true }) },
  create(session) {
    session.state.weight = session.accountId;
    session.state.news = `born ${session.accountId}`;
  },
  update(session) {
    const { state } = session;
    let sum = 0;
    let last = '';
    for (const { accountId, state: other } of session.peers()) {
      sum += other.weight * accountId + other.met.get(0);
      last = other.news;
    }
    const chosen = session.peer(1 + (Math.floor(state.weight) % 90));
    state.weight = (sum + (chosen?.state.weight ?? 3) + (session.peer(session.accountId)?.state.weight ?? 0)) % 65_521;
    state.news = `${state.weight.toFixed(1)} ${last}`.slice(0, 20);
    state.heard += last.length;
    state.met.set(0, chosen?.accountId ?? 0);
    if (state.weight % 5 < 1) session.setMap(Math.floor(state.weight) % MAPS);
  },
});

type Order = (batchCount: number) => number[];

/** Runs batches one by one in an order of its own. */
function orderedScheduler(order: Order): IScheduler {
  let caller: { runBatches(begin: number, end: number): void };
  const scheduler = serialScheduler();
  return {
    ...scheduler,
    start(host) {
      caller = host.caller;
      return scheduler.start(host);
    },
    parallelFor(batchCount) {
      for (const batch of order(batchCount)) caller.runBatches(batch, batch + 1);
    },
  };
}

function shuffled(seed: number): Order {
  const random = randomOf(seed);
  return (batchCount) => {
    const batches = [...Array(batchCount).keys()];
    for (let i = batchCount - 1; i > 0; i--) {
      const k = random() % (i + 1);
      [batches[i], batches[k]] = [batches[k], batches[i]];
    }
    return batches;
  };
}

/** Digests after each tick. */
async function run(accountIds: readonly number[], updateBatchSize: number, order: Order): Promise<string[]> {
  const scheduler = orderedScheduler(order);
  await using manager = await SessionManager.start({ behavior: gossip, scheduler, updateBatchSize, logger: false });
  for (const accountId of accountIds) manager.createSession(accountId, { mapId: accountId % MAPS });
  const digests: string[] = [];
  for (let tick = 0; tick < 4; tick++) {
    const { faults } = await manager.updateAllSessions(100);
    expect(faults).toEqual([]);
    digests.push(manager.stateDigest());
  }
  return digests;
}

it('a tick in which everybody looks at everybody ends the same whatever the batches and whoever ran first', () =>
  fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: 150 }), { minLength: 2, maxLength: 140 }),
      fc.integer({ min: 0, max: 2 ** 31 }),
      async (accountIds, seed) => {
        const forward = (count: number) => [...Array(count).keys()];
        const reverse = (count: number) => forward(count).reverse();
        const expected = await run(accountIds, 64, forward);
        expect(new Set(expected).size).toBeGreaterThan(1);
        for (const size of [1, 7, 64, 256]) {
          for (const order of [forward, reverse, shuffled(seed)]) expect(await run(accountIds, size, order)).toEqual(expected);
        }
      },
    ),
    { numRuns: 8 },
  ));
