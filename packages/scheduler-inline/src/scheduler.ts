import { type IScheduler, SCHEDULER_CONTRACT_VERSION, type SchedulerHost, type SchedulerStats } from '@dormouse/core';

/**
 * Runs every batch on the thread that calls `updateAllSessions`, one after the other, before that returns. No worker, no timer,
 * nothing to wait for: a breakpoint, a mock or a coverage tool sees the behaviour itself. A session that never returns is never
 * interrupted.
 *
 * ```js
 * const manager = await SessionManager.start({ behavior, scheduler: inlineScheduler() });
 * ```
 */
export function inlineScheduler(): IScheduler {
  return new InlineScheduler();
}

class InlineScheduler implements IScheduler {
  readonly contractVersion = SCHEDULER_CONTRACT_VERSION;
  readonly name = 'inline';
  readonly supports = { workers: false, resize: false, callerParticipates: true } as const;
  #host: SchedulerHost | undefined;
  #batches = 0;
  #startedMs = 0;
  #updateMs = 0;

  start(host: SchedulerHost): void {
    this.#host = host;
    this.#startedMs = performance.now();
  }

  parallelFor(batchCount: number): void {
    if (this.#host === undefined) throw new Error('inline scheduler: parallelFor was called before start, or after stop');
    const beganMs = performance.now();
    this.#host.caller.runBatches(0, batchCount);
    this.#updateMs += performance.now() - beganMs;
    this.#batches += batchCount;
  }

  /** Has no workers; the manager asks only for 0. */
  resize(): void {}

  stop(): void {
    this.#host = undefined;
  }

  stats(): SchedulerStats {
    const updateUs = this.#updateMs * 1000;
    const idleUs = (performance.now() - this.#startedMs) * 1000 - updateUs;
    return { participants: [{ batches: this.#batches, steals: 0, failedSteals: 0, updateUs, idleUs }] };
  }
}
