import { type IScheduler, type ResidentOptions, residentScheduler } from '@dormouse/core';
import { myPoolLauncher } from './launcher.js';

/**
 * Runs sessions on worker threads of my-pool. Who runs what, stealing, threads that die, resizing: all of that is core's.
 *
 * ```js
 * const manager = await SessionManager.start({ behavior, scheduler: myPoolScheduler(), workerThreads: 2 });
 * ```
 */
export function myPoolScheduler(options: ResidentOptions = {}): IScheduler {
  return residentScheduler(myPoolLauncher(), options);
}
