/** What each thread runs. Where a library calls an exported function with its task, `export { participate } from …` is all. */
import { parentPort } from 'node:worker_threads';
import { packError, participate, type ThreadError, type ThreadOrder } from '@dormouse/core/worker';

export interface Task {
  readonly task: number;
  readonly order: ThreadOrder;
}

export interface Outcome {
  readonly task: number;
  readonly error?: ThreadError;
}

parentPort?.on('message', async ({ task, order }: Task) => {
  const post = (outcome: Outcome): void => parentPort?.postMessage(outcome);
  try {
    await participate(order);
    post({ task });
  } catch (error) {
    post({ task, error: packError(error) });
  }
});
