import { type IScheduler, type ResidentOptions, residentScheduler } from '@dormouse/core';
import { threadsLauncher } from './launcher.js';

/**
 * Runs sessions on worker threads of threads. Who runs what, stealing, threads that die, resizing: all of that is core's.
 *
 * ```js
 * const manager = await SessionManager.start({ behavior, scheduler: threadsScheduler(), workerThreads: 2 });
 * ```
 */
export function threadsScheduler(options: ResidentOptions = {}): IScheduler {
  return residentScheduler(threadsLauncher(), options);
}
