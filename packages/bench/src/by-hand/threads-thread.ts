/** What a thread of threads.js runs. */
import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';
import { openJob, type ThreadSetup } from './job.js';

interface ThreadsWorker {
  expose(run: (task: unknown) => unknown): void;
  Transfer(message: unknown, transfer: readonly ArrayBuffer[]): unknown;
}

// Its types are not found under nodenext.
const { expose, Transfer } = createRequire(import.meta.url)('threads/worker') as ThreadsWorker;
const job = await openJob(workerData as ThreadSetup);

expose((task) => {
  const { message, transfer } = job(task);
  return transfer.length === 0 ? message : Transfer(message, transfer);
});
