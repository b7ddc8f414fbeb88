/** What a thread of threads.js runs. */
import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';
import { openJob, type ThreadSetup } from './job.js';

// Its types are not found under nodenext.
const { expose } = createRequire(import.meta.url)('threads/worker') as { expose(run: (task: unknown) => unknown): void };

expose(await openJob(workerData as ThreadSetup));
