import { availableParallelism } from 'node:os';
import { DormouseError, type IScheduler, loadScheduler } from '@dormouse/core';
import type { ThreadFigures } from './figures.js';
import type { ThreadOptions } from './options.js';

/** A thousand bots are sixteen batches, and each thread builds a navmesh of its own: half a second of a core, and 20 MB. */
const MOST_WORKERS = 4;

/** A scheduler, and how many workers to ask of it. */
export interface Threads {
  readonly scheduler: IScheduler;
  readonly workerThreads: number;
}

/**
 * Makes the scheduler that was asked for. Throws `ERR_SCHEDULER_UNSUPPORTED` when it has no workers though some were asked for, or does not give
 * the main thread the part that was.
 */
export async function threadsOf({ scheduler: name, workers = 0, caller }: ThreadOptions): Promise<Threads> {
  const options = caller === undefined ? {} : { callerParticipates: caller === 'joins' };
  const scheduler = await loadScheduler(name, options, import.meta.url);
  const { workers: hasWorkers, callerParticipates } = scheduler.supports;
  if (workers > 0 && !hasWorkers) throw unsupported(`--workers ${workers}: scheduler ${scheduler.name} has no worker threads`);
  if (caller !== undefined && callerParticipates !== (caller === 'joins')) {
    const part = callerParticipates ? 'always runs bots' : 'never runs bots';
    throw unsupported(`--caller ${caller}: with scheduler ${scheduler.name} the main thread ${part}`);
  }
  if (workers > 0 || !hasWorkers) return { scheduler, workerThreads: workers };
  return { scheduler, workerThreads: usualWorkers(availableParallelism(), callerParticipates) };
}

/** A worker for each core, but for the main thread's where that runs bots too. */
export function usualWorkers(cores: number, callerParticipates: boolean): number {
  return Math.min(MOST_WORKERS, Math.max(1, callerParticipates ? cores - 1 : cores));
}

/** What there is to show of a scheduler at work. Between ticks. */
export function threadFigures(scheduler: IScheduler): ThreadFigures {
  const { participants, replacedThreads = 0 } = scheduler.stats();
  const mainRuns = scheduler.supports.callerParticipates;
  return {
    scheduler: scheduler.name,
    workers: mainRuns ? participants.length - 1 : participants.length,
    mainRuns,
    steals: participants.reduce((sum, { steals }) => sum + steals, 0),
    replacedThreads,
  };
}

function unsupported(message: string): DormouseError {
  return new DormouseError('ERR_SCHEDULER_UNSUPPORTED', message);
}
