/**
 * What each thread runs. A library that calls an exported function with the task needs one line of this file:
 *
 * ```js
 * export default (order) => participate(order);
 * ```
 */
import { parentPort } from 'node:worker_threads';
import { packError, participate, type ThreadError, type ThreadOrder } from '@dormouse/core/worker';

export interface Job {
  readonly job: number;
  readonly order: ThreadOrder;
}

export interface Outcome {
  readonly job: number;
  readonly error?: ThreadError;
}

parentPort?.on('message', async ({ job, order }: Job) => {
  const post = (outcome: Outcome): void => parentPort?.postMessage(outcome);
  try {
    await participate(order);
    post({ job });
  } catch (error) {
    post({ job, error: packError(error) });
  }
});
