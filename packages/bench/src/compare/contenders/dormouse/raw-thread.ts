import { parentPort } from 'node:worker_threads';
import { participate } from '@dormouse/core/worker';
import type { RawOutcome, RawTask } from './raw-launcher.js';

parentPort?.on('message', async ({ task, order }: RawTask) => {
  let error: string | undefined;
  try {
    await participate(order);
  } catch (reason) {
    error = reason instanceof Error ? reason.message : String(reason);
  }
  const outcome: RawOutcome = { task, error };
  parentPort?.postMessage(outcome);
});
