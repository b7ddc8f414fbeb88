import { parentPort } from 'node:worker_threads';
import { participate } from '@dormouse/core/worker';
import { lightFuse } from './steps.mjs';

parentPort.on('message', async (order) => {
  if (order.kind === 'join') lightFuse(order);
  try {
    await participate(order);
    parentPort.postMessage({});
  } catch (error) {
    parentPort.postMessage({ error: String(error?.stack ?? error) });
  }
});
