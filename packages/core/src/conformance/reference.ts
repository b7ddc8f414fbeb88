import { type IScheduler, SCHEDULER_CONTRACT_VERSION, type SchedulerHost } from '../scheduler.js';

/** The plainest scheduler: every batch on the calling thread. What others are compared with. */
export function referenceScheduler(): IScheduler {
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
      host?.caller.runBatches(0, batchCount);
      batches += batchCount;
    },
    resize() {},
    stop() {
      host = undefined;
    },
    stats: () => ({ participants: [{ batches, steals: 0 }] }),
  };
}
