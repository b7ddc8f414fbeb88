import type { Worker } from 'node:worker_threads';
import type { ThreadLauncher } from '@dormouse/core';

export interface RawLauncher extends ThreadLauncher {
  readonly threads: readonly Worker[];
  /** Threads launched so far. */
  readonly launched: number;
}

export declare function rawLauncher(settings?: { worker?: URL; workerData?: unknown }): RawLauncher;
