import { type IScheduler, SCHEDULER_CONTRACT_VERSION, type SchedulerHost } from '@dormouse/core';

/** What was asked of a scheduler, in order: `start`, `parallelFor 3`, `resize 2`, `stop`. */
export interface RecordedScheduler extends IScheduler {
  readonly calls: string[];
}

/** Runs every batch at once on the calling thread. `overrides` replace single members: what makes a broken scheduler. */
export function serialScheduler(overrides: Partial<IScheduler> = {}): RecordedScheduler {
  return { ...recorded((host, batchCount) => host.caller.runBatches(0, batchCount)), ...overrides };
}

/** A scheduler whose rounds wait: a tick of it is in flight until the test opens the gate. */
export interface DeferredScheduler extends RecordedScheduler {
  /** True while a round waits. */
  readonly isWaiting: boolean;
  /** Runs the waiting round and ends it. */
  open(): void;
  /** Ends the waiting round with an error, nothing run. */
  fail(error: unknown): void;
}

/** Runs its batches when the test calls `open()`, and not before. Says that it can be resized. */
export function deferredScheduler(overrides: Partial<IScheduler> = {}): DeferredScheduler {
  let waiting: { run: () => void; reject: (error: unknown) => void } | undefined;
  const take = () => {
    const round = waiting;
    if (round === undefined) throw new Error('no round is waiting');
    waiting = undefined;
    return round;
  };
  const scheduler = recorded((host, batchCount) => {
    return new Promise<void>((resolve, reject) => {
      waiting = {
        reject,
        run() {
          host.caller.runBatches(0, batchCount);
          resolve();
        },
      };
    });
  });
  return {
    ...scheduler,
    supports: { workers: false, resize: true, callerParticipates: true },
    ...overrides,
    get isWaiting() {
      return waiting !== undefined;
    },
    open: () => take().run(),
    fail: (error) => take().reject(error),
  };
}

function recorded(run: (host: SchedulerHost, batchCount: number) => void | Promise<void>): RecordedScheduler {
  const calls: string[] = [];
  let host: SchedulerHost | undefined;
  let batches = 0;
  return {
    calls,
    contractVersion: SCHEDULER_CONTRACT_VERSION,
    name: 'test',
    supports: { workers: false, resize: false, callerParticipates: true },
    start(given) {
      calls.push('start');
      host = given;
    },
    parallelFor(batchCount) {
      calls.push(`parallelFor ${batchCount}`);
      batches += batchCount;
      if (host === undefined) throw new Error('parallelFor was called before start, or after stop');
      return run(host, batchCount);
    },
    resize(workerThreads) {
      calls.push(`resize ${workerThreads}`);
    },
    stop() {
      calls.push('stop');
      host = undefined;
    },
    stats: () => ({ participants: [{ batches, steals: 0, failedSteals: 0, updateUs: 0, idleUs: 0 }] }),
  };
}
