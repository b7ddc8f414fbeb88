/** What a thread of poolifier runs. */
import { workerData } from 'node:worker_threads';
import { type TaskFunctionObject, ThreadWorker } from 'poolifier';
import { openJob, type ThreadSetup } from './job.js';

const setup = workerData as ThreadSetup;
// Not an async function: of those poolifier waits for a promise with each task.
const run = await openJob(setup);

/** Functions that one thread alone may run, beside the one that any may. */
const shards = Array.from({ length: setup.threads }, (_, index): [string, TaskFunctionObject] => [
  `shard${index}`,
  { taskFunction: run, workerNodeKeys: [index] },
]);

export default new ThreadWorker(setup.form === 'shard' ? Object.fromEntries(shards) : run);

// Without something that keeps it, a thread may leave before the pool listens for that: `destroy()` then waits for ever.
setInterval(() => {}, 1 << 30);
