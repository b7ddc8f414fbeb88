import type { RunBatch } from './claims.js';
import type { ColumnsTask } from './columns-job.js';
import { loadJob, type ThreadSetup } from './job.js';
import { CLAIM } from './shared-sessions.js';

/** What a thread is started with. */
export interface ClaimedSetup {
  readonly setup: ThreadSetup;
  /** Of columns-job.js, in the arithmetic that is wanted. */
  readonly jobUrl: string;
  /** Those of the claims. */
  readonly words: Int32Array<SharedArrayBuffer>;
  /** One word: how many are awake in this tick. Writer: the host, before it publishes the tick. */
  readonly awakeCount: Int32Array;
}

/** Runs a batch of 64 sessions with the same loops as pools are given: on whichever thread. */
export async function batchRunner({ setup, jobUrl, awakeCount }: ClaimedSetup): Promise<RunBatch> {
  const job = await loadJob(jobUrl, setup);
  return (t, batch) => {
    const begin = batch * CLAIM;
    const task: ColumnsTask = { kind: 'share', t, begin, end: Math.min(begin + CLAIM, awakeCount[0]) };
    job(task);
  };
}
