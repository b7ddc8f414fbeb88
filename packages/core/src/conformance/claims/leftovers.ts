import assert from 'node:assert/strict';
import { counting } from '../behaviors.js';
import type { Bench, Claim } from '../claim.js';
import { Held } from '../held.js';
import { accounts, turn, withManager } from '../stand.js';

const STARTS = 100;
/** Starts before the first measurement: until then V8 and the allocator take what they keep. */
const WARM_UP = 40;
/** Garbage is collected this often: what is let go of is to be used again, not to pile up (by 20: the resident set comes to twice as much). */
const BETWEEN_COLLECTIONS = 5;
/** Half a MiB a start: a thread that is left costs 5, a manager 1; the resident set of a process that keeps nothing varies by 10. */
const MOST_GROWTH_MB = (STARTS - WARM_UP) / 2;

/** What is left when a manager has been shut down: nothing. */
export const leftoverClaims = (): readonly Claim[] => [
  {
    name: `${STARTS} starts and stops leave no thread, handle, listener or memory behind`,
    isLong: true,
    process: ['--expose-gc'],
    async hold(bench) {
      await startAndStop(bench, WARM_UP);
      const held = new Held();
      const before = residentMb();
      await startAndStop(bench, STARTS - WARM_UP);
      await held.assertNoMore(bench);
      const growth = residentMb() - before;
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

async function startAndStop(bench: Bench, count: number): Promise<void> {
  // One worker: a scheduler that leaves something behind does so for each.
  const options = { behavior: counting, ...(bench.supports.workers && { workerThreads: 1 }) };
  for (let round = 1; round <= count; round++) {
    await withManager(bench, options, async ({ manager, tick }) => {
      manager.createSessionBatch(accounts(100));
      await tick();
    });
    if (round % BETWEEN_COLLECTIONS === 0) await collect();
  }
}

async function collect(): Promise<void> {
  for (let round = 0; round < 5; round++) {
    (globalThis as { gc?: () => void }).gc?.();
    await turn();
  }
}

function residentMb(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
