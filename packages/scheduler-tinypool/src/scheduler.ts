import { type IScheduler, type ResidentOptions, residentScheduler } from '@dormouse/core';
import { tinypoolLauncher } from './launcher.js';

/**
 * Runs sessions on worker threads of tinypool. Who runs what, stealing, threads that die, resizing: all of that is core's.
 *
 * ```js
 * const manager = await SessionManager.start({ behavior, scheduler: tinypoolScheduler(), workerThreads: 2 });
 * ```
 */
export function tinypoolScheduler(options: ResidentOptions = {}): IScheduler {
  return residentScheduler(tinypoolLauncher(), options);
}
