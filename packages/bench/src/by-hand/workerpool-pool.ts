import { fileURLToPath } from 'node:url';
import { load, type PoolLibrary, threadUrl } from './pool.js';

/** What is used of it. Its own types want arguments and results to be known for each method. */
interface Workerpool {
  pool(
    script: string,
    options: { workerType: 'thread'; minWorkers: number; maxWorkers: number; workerThreadOpts: { workerData: unknown } },
  ): {
    exec(method: string, parameters: readonly unknown[]): PromiseLike<unknown>;
    terminate(): PromiseLike<unknown>;
  };
}

/** As many threads as are wanted, from the start on, which is not its default. */
export const WORKERPOOL: PoolLibrary = {
  async open(threads, setup) {
    const { default: workerpool } = await load<{ default: Workerpool }>('workerpool');
    const pool = workerpool.pool(fileURLToPath(threadUrl('workerpool')), {
      workerType: 'thread',
      minWorkers: threads,
      maxWorkers: threads,
      workerThreadOpts: { workerData: setup },
    });
    return {
      run: async (task) => pool.exec('run', [task]),
      close: async () => pool.terminate(),
    };
  },
};
