/** What a thread of `claimed-arm.ts` runs. */
import { parentPort, workerData } from 'node:worker_threads';
import { batchRunner, type ClaimedSetup } from './claimed-batches.js';
import { Claims } from './claims.js';

const given = workerData as ClaimedSetup;
const runBatch = await batchRunner(given);
parentPort?.postMessage('ready');
new Claims(given.words).serve(runBatch);
process.exit();
