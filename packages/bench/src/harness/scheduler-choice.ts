import { BUILT_IN_SCHEDULERS, type Dispatch, type IScheduler, loadScheduler } from '@dormouse/core';

/** Whether the calling thread runs batches too. */
export const CALLERS = ['idle', 'joins'] as const;
export type Caller = (typeof CALLERS)[number];

export const DISPATCHES = ['resident', 'task'] as const satisfies readonly Dispatch[];

/** Schedulers that have workers, by the names they are built in under. */
export const PARALLEL = ['tinypool', 'poolifier', 'threads'] as const;

/** What runs the batches. */
export interface SchedulerChoice {
  /** `floor`, a built-in scheduler, a package or a path. */
  readonly scheduler: string;
  /** Participants that are not the caller; 0 lets the scheduler decide. */
  readonly workers: number;
  /** Default `idle`. */
  readonly caller?: Caller;
  /** Default `resident`. */
  readonly dispatch?: Dispatch;
  /** Default true. */
  readonly adaptiveWaking?: boolean;
  /** Default true. */
  readonly stealing?: boolean;
}

/** Makes the scheduler. It is told only what is not its default: what knows none of these options runs as it is. */
export function makeScheduler({ scheduler, caller, dispatch, adaptiveWaking, stealing }: SchedulerChoice): Promise<IScheduler> {
  const options = {
    ...(caller === 'joins' && { callerParticipates: true }),
    ...(dispatch === 'task' && { dispatch }),
    ...(adaptiveWaking === false && { adaptiveWaking }),
    ...(stealing === false && { stealing }),
  };
  return loadScheduler(scheduler, options, BUILT_IN_SCHEDULERS.includes(scheduler) ? import.meta.url : undefined);
}

/** Two participants, as far as they are compared with two native threads: the caller and one worker, or two workers. */
export function workersOfTwo(caller: Caller): number {
  return caller === 'joins' ? 1 : 2;
}
