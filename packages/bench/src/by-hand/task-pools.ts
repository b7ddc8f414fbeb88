import { load, type Pool, type PoolLibrary, threadUrl } from './pool.js';

/** Piscina, and tinypool, which is made from it. */
interface TaskPool {
  run(task: unknown): Promise<unknown>;
  destroy(): Promise<void>;
}

type TaskPoolClass = new (options: {
  filename: string;
  minThreads: number;
  maxThreads: number;
  concurrentTasksPerWorker: number;
  workerData: unknown;
  recordTiming?: boolean;
}) => TaskPool;

/** As many threads as are wanted, from the start on; idle ones block in `Atomics.wait`, which is its default and wakes them soonest. */
export const TINYPOOL: PoolLibrary = {
  async open(threads, setup) {
    const { Tinypool } = await load<{ Tinypool: TaskPoolClass }>('tinypool');
    const filename = threadUrl('tinypool').href;
    return poolOf(new Tinypool({ filename, minThreads: threads, maxThreads: threads, concurrentTasksPerWorker: 1, workerData: setup }));
  },
};

/** Likewise, without the histograms that it keeps of its tasks. */
export const PISCINA: PoolLibrary = {
  async open(threads, setup) {
    const { Piscina } = await load<{ Piscina: TaskPoolClass }>('piscina');
    const filename = threadUrl('piscina').href;
    const options = { filename, minThreads: threads, maxThreads: threads, concurrentTasksPerWorker: 1, workerData: setup };
    return poolOf(new Piscina({ ...options, recordTiming: false }));
  },
};

function poolOf(pool: TaskPool): Pool {
  return {
    run: (task) => pool.run(task),
    close: () => pool.destroy(),
  };
}
