/** What a thread of workerpool runs. */
import { workerData } from 'node:worker_threads';
import { openJob, type ThreadSetup } from './job.js';
import { load } from './pool.js';

interface WorkerpoolThread {
  worker(methods: Record<string, (task: unknown) => unknown>): void;
  Transfer: new (message: unknown, transfer: readonly ArrayBuffer[]) => object;
}

const { default: workerpool } = await load<{ default: WorkerpoolThread }>('workerpool');
const job = await openJob(workerData as ThreadSetup);

workerpool.worker({
  run(task) {
    const { message, transfer } = job(task);
    return transfer.length === 0 ? message : new workerpool.Transfer(message, transfer);
  },
});
