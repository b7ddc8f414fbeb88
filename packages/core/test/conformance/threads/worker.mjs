import { parentPort } from 'node:worker_threads';
import { participate } from '@dormouse/core/worker';

parentPort.on('message', async (order) => {
  try {
    await participate(order);
    parentPort.postMessage(undefined);
  } catch (error) {
    parentPort.postMessage(error);
  }
});
