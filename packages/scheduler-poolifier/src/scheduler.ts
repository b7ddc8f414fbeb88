import { type IScheduler, type ResidentOptions, residentScheduler } from '@dormouse/core';
import { poolifierLauncher } from './launcher.js';

/**
 * Runs sessions on worker threads of poolifier. Who runs what, stealing, threads that die, resizing: all of that is core's.
 *
 * ```js
 * const manager = await SessionManager.start({ behavior, scheduler: poolifierScheduler(), workerThreads: 2 });
 * ```
 */
export function poolifierScheduler(options: ResidentOptions = {}): IScheduler {
  return residentScheduler(poolifierLauncher(), options);
}
