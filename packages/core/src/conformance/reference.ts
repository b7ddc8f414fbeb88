import { type IScheduler, SCHEDULER_CONTRACT_VERSION, type SchedulerHost } from '../scheduler.js';

/** The numbers `0 … batchCount − 1` in the order in which batches are to be run. */
export type BatchOrder = (batchCount: number) => Iterable<number>;

/** The plainest scheduler: every batch on the calling thread, one after the other or in an order of its own. What others are compared with. */
export function referenceScheduler(order?: BatchOrder): IScheduler {
  let host: SchedulerHost | undefined;
  let batches = 0;
  return {
    contractVersion: SCHEDULER_CONTRACT_VERSION,
    name: 'reference',
    supports: { workers: false, resize: false, callerParticipates: true },
    start(given) {
      host = given;
    },
    parallelFor(batchCount) {
      if (order === undefined) host?.caller.runBatches(0, batchCount);
      else for (const batch of order(batchCount)) host?.caller.runBatches(batch, batch + 1);
      batches += batchCount;
    },
    resize() {},
    stop() {
      host = undefined;
    },
    stats: () => ({ participants: [{ batches, steals: 0, failedSteals: 0, updateUs: 0, idleUs: 0 }] }),
  };
}
