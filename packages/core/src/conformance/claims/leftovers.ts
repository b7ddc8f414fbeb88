import assert from 'node:assert/strict';
import { counting } from '../behaviors.js';
import type { Bench, Claim } from '../claim.js';
import { Held } from '../held.js';
import { accounts, turn, withManager } from '../stand.js';

const STARTS = 100;
/** Starts before the first measurement: until then V8 and the allocator take what they keep. */
const WARM_UP = 20;
/** A thread that is left costs 5 MiB, a manager 2; what the allocator has not given back when one looks varies by 10 to 20. */
const MOST_GROWTH_MB = 48;

/** What is left when a manager has been shut down: nothing. */
export const leftoverClaims = (): readonly Claim[] => [
  {
    name: `${STARTS} starts and stops leave no thread, handle, listener or memory behind`,
    process: ['--expose-gc'],
    async hold(bench) {
      for (let round = 0; round < WARM_UP; round++) await startAndStop(bench);
      const held = new Held();
      const before = await residentMb();
      for (let round = WARM_UP; round < STARTS; round++) await startAndStop(bench);
      await held.assertNoMore(bench);
      const growth = (await residentMb()) - before;
      assert.ok(growth < MOST_GROWTH_MB, `resident memory grew by ${growth} MiB in ${STARTS - WARM_UP} starts and stops`);
    },
  },
  {
    // That a process which has run anything ends by itself is asserted of all of them: here it is all there is.
    name: 'the process ends by itself after a shutdown, and not before',
    process: [],
    hold: (bench) =>
      withManager(bench, { behavior: counting }, async ({ manager, tick }) => {
        manager.createSessionBatch(accounts(1000));
        for (let ticks = 0; ticks < 10; ticks++) await tick();
      }),
  },
];

async function startAndStop(bench: Bench): Promise<void> {
  // One worker: a scheduler that leaves something behind does so for each.
  await withManager(bench, { behavior: counting, ...(bench.supports.workers && { workerThreads: 1 }) }, async ({ manager, tick }) => {
    manager.createSessionBatch(accounts(100));
    await tick();
  });
}

async function residentMb(): Promise<number> {
  for (let round = 0; round < 5; round++) {
    (globalThis as { gc?: () => void }).gc?.();
    await turn();
  }
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
