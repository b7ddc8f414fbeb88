/**
 * What a scheduler package's own worker threads need of core. A package on `residentScheduler` hands `participate` to its thread library, and
 * that is all:
 *
 * ```js
 * import { participate } from '@dormouse/core/worker';
 * export default (order) => participate(order);
 * ```
 *
 * A scheduler that brings its own way of giving out batches transfers the port of `SchedulerHost.openSeat()` to a thread:
 *
 * ```js
 * import { parentPort, workerData } from 'node:worker_threads';
 * import { attachParticipant } from '@dormouse/core/worker';
 *
 * const participant = await attachParticipant(workerData.port);
 * parentPort.on('message', ({ begin, end }) => {
 *   participant.runBatches(begin, end);
 *   participant.park();
 *   parentPort.postMessage('done');
 * });
 * ```
 */
export { type BehaviorDescriptor, describeBehavior, importBehavior, importBehaviors } from './behavior-module.js';
export type { Dispatch, JoinOrder, RoundOrder, ThreadOrder } from './dispatch/launcher.js';
export { type AttachedParticipant, attachParticipant } from './thread/attach.js';
export { participate } from './thread/participate.js';
export { packError, type ThreadError, unpackError } from './thread-error.js';
