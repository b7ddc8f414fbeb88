import { parentPort, workerData } from 'node:worker_threads';
import { attachParticipant } from '@dormouse/core/worker';

// Imports the behaviours and attaches the sessions' memory. Tells the host itself how that went: there, seat.ready settles.
const participant = await attachParticipant(workerData.port);

parentPort?.on('message', (order) => {
  if (order === 'look up') return participant.takeMessages();
  participant.runBatches(order.begin, order.end);
  participant.park(); // this round's sessions are the host's again
  parentPort?.postMessage('done');
});
