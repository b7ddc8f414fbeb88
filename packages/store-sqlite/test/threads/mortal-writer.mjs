/** A writing thread that dies when it is asked to note that it should: before it has written, or after, before it can say so. */
import { parentPort } from 'node:worker_threads';

let dying;
parentPort.on('message', ({ commit }) => {
  [dying] = (commit?.notes ?? []).find(([, text]) => text === 'now') ?? [];
  if (dying === 'die before') process.exit(7);
});
const post = parentPort.postMessage.bind(parentPort);
parentPort.postMessage = (message) => {
  if (dying === 'die after') process.exit(8);
  if (dying === 'die of an error') throw new Error('an error of its own');
  post(message);
};
await import('../../dist/worker.js');
