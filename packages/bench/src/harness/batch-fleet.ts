import { type AnyBehavior, type IScheduler, SessionManager } from '@dormouse/core';
import { FIRST_ACCOUNT } from '../arithmetic/random.js';
import { behaviorOf } from '../workloads.js';
import { makeScheduler, type SchedulerChoice } from './scheduler-choice.js';
import { TimedScheduler } from './timed-scheduler.js';

const ROWS = 64;

/** Batches that are the same in each tick, and a scheduler whose `parallelFor` is timed. */
export interface BatchFleet {
  readonly scheduler: IScheduler;
  /** Runs a tick; gives the time of `parallelFor`, µs. */
  tick(): Promise<number>;
  close(): Promise<void>;
}

/**
 * As many batches, each with one session in it, whose update does nothing (`steps` = 0) or so many steps of motion. `copy` names a
 * copy of the behaviour's code.
 */
export async function openBatchFleet(choice: SchedulerChoice, batches: number, steps: number, copy: string): Promise<BatchFleet> {
  const scheduler = new TimedScheduler(await makeScheduler(choice));
  const manager = await SessionManager.start<AnyBehavior>({
    behavior: await behaviorOf(steps === 0 ? 'W0' : 'W3', 'f64', 'session', copy),
    scheduler,
    workerThreads: choice.workers,
    updateBatchSize: ROWS,
    enableAdaptiveBatchSize: false,
    maxConcurrentSessions: batches * ROWS,
    enableAutoHibernation: false,
    poolSize: batches * ROWS,
  });
  // Blocks fill up in order: one session is left in each.
  const accounts = Array.from({ length: batches * ROWS }, (_, rank) => FIRST_ACCOUNT + rank);
  manager.createSessionBatch(accounts, { init: { repeat: steps } });
  manager.releaseSessionBatch(accounts.filter((_, rank) => rank % ROWS !== 0));
  return {
    scheduler,
    async tick() {
      const report = await manager.updateAllSessions(100);
      if (report.faults.length > 0) throw report.faults[0].error;
      if (report.batches !== batches) throw new RangeError(`a tick must have ${batches} batches: it had ${report.batches}`);
      return scheduler.lastUs;
    },
    close: () => manager.shutdown(),
  };
}
