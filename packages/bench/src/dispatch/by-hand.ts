import type { Share, ThreadSetup } from '../by-hand/job.js';
import type { PoolLibrary } from '../by-hand/pool.js';
import { POOLIFIER } from '../by-hand/poolifier-pool.js';
import { PISCINA, TINYPOOL } from '../by-hand/task-pools.js';
import { THREADS } from '../by-hand/threads-pool.js';

/** One pool task a worker a tick, by the plain library. */
export interface ByHand {
  /** Runs a tick; gives its time, µs. */
  tick(): Promise<number>;
  close(): Promise<unknown>;
}

export const LIBRARIES = ['tinypool', 'piscina', 'poolifier', 'threads'] as const;
export type Library = (typeof LIBRARIES)[number];

const POOLS: Record<Library, PoolLibrary> = { tinypool: TINYPOOL, piscina: PISCINA, poolifier: POOLIFIER, threads: THREADS };

/** Opens a pool of `threads` threads whose ticks are `batches` batches that do nothing. */
export async function openByHand(library: Library, threads: number, batches: number): Promise<ByHand> {
  const setup: ThreadSetup = { form: 'empty', workload: 'W0', arith: 'f64', sessions: batches, diffMs: 100, threads };
  const pool = await POOLS[library].open(threads, setup);
  const at = (index: number): number => Math.floor((index * batches) / threads);
  const shares = Array.from({ length: threads }, (_, index): Share => ({ begin: at(index), end: at(index + 1) }));
  return {
    async tick() {
      const beganMs = performance.now();
      await Promise.all(shares.map((share) => pool.run(share)));
      return (performance.now() - beganMs) * 1000;
    },
    close: () => pool.close(),
  };
}
