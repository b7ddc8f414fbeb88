/** What a thread of workerpool runs. */
import { workerData } from 'node:worker_threads';
import { openJob, type ThreadSetup } from './job.js';
import { load } from './pool.js';

interface WorkerpoolThread {
  worker(methods: Record<string, (task: unknown) => unknown>): void;
}

const { default: workerpool } = await load<{ default: WorkerpoolThread }>('workerpool');

workerpool.worker({ run: await openJob(workerData as ThreadSetup) });
