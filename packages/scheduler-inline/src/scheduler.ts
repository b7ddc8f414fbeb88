import { type IScheduler, SCHEDULER_CONTRACT_VERSION, type SchedulerHost } from '@dormouse/core';

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

  start(host: SchedulerHost): void {
    this.#host = host;
  }

  parallelFor(batchCount: number): void {
    if (this.#host === undefined) throw new Error('inline scheduler: parallelFor was called before start, or after stop');
    this.#host.caller.runBatches(0, batchCount);
    this.#batches += batchCount;
  }

  /** Has no workers; the manager asks only for 0. */
  resize(): void {}

  stop(): void {
    this.#host = undefined;
  }

  stats(): { participants: { batches: number; steals: number }[] } {
    return { participants: [{ batches: this.#batches, steals: 0 }] };
  }
}
