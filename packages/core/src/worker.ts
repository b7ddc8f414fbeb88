/**
 * What a scheduler package's own worker threads need of core: to find the behaviours whose sessions they run.
 *
 * ```js
 * // in the thread
 * import { parentPort, workerData } from 'node:worker_threads';
 * import { importBehaviors, packError } from '@dormouse/core/worker';
 *
 * try {
 *   const behaviors = await importBehaviors(workerData.behaviors, { workerSetup: workerData.workerSetup });
 *   parentPort.postMessage({ imported: behaviors.length });
 * } catch (error) {
 *   parentPort.postMessage({ error: packError(error) }); // the scheduler's start rejects with unpackError(error)
 * }
 * ```
 *
 * `workerData` is what the scheduler took from its `SchedulerHost`: `{ behaviors, workerSetup }`.
 */
export { type BehaviorDescriptor, describeBehavior, importBehavior, importBehaviors } from './behavior-module.js';
export { packError, type ThreadError, unpackError } from './thread-error.js';
