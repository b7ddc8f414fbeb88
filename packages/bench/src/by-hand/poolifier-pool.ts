import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import type { FixedThreadPool, PoolOptions } from 'poolifier';
import type { ThreadSetup } from './job.js';
import { load, type PoolLibrary, threadUrl } from './pool.js';

type Options = PoolOptions<Worker>;

/** Without its queue: each task goes at once to the thread that has had the fewest. */
export const POOLIFIER: PoolLibrary = {
  async open(threads, setup) {
    const pool = await openFixed(threads, setup, {});
    return { run: (task) => pool.execute(task), close: () => pool.destroy() };
  },

  /** One pool: of the task function `shard0` the first thread alone may run tasks, and so on. */
  async openEach(threads, setup) {
    const pool = await openFixed(threads, setup, {});
    let closing: Promise<void> | undefined;
    return Array.from({ length: threads }, (_, index) => ({
      run: (task) => pool.execute(task, `shard${index}`),
      close: () => (closing ??= pool.destroy()),
    }));
  },
};

/** With its queue, of which threads that have nothing to do steal. */
export const POOLIFIER_STEALING: PoolLibrary = {
  async open(threads, setup) {
    const pool = await openFixed(threads, setup, {
      enableTasksQueue: true,
      tasksQueueOptions: { concurrency: 1, taskStealing: true, tasksStealingOnBackPressure: true, tasksStealingRatio: 1 },
    });
    return { run: (task) => pool.execute(task), close: () => pool.destroy() };
  },
};

async function openFixed(threads: number, setup: ThreadSetup, options: Options): Promise<FixedThreadPool<unknown, unknown>> {
  const { FixedThreadPool } = await load<typeof import('poolifier')>('poolifier');
  return new FixedThreadPool(threads, fileURLToPath(threadUrl('poolifier')), {
    // An event of a failed thread would end this process, since nobody hears it.
    enableEvents: false,
    workerOptions: { workerData: setup },
    ...options,
  });
}
