import type { IScheduler, SchedulerSupport } from '../scheduler.js';

/** What a claim is tried on. */
export interface Bench {
  /** Makes a scheduler that has not been started. */
  readonly create: () => IScheduler;
  readonly supports: SchedulerSupport;
  /** Bounds every wait; what takes longer has failed. */
  readonly deadlineMs: number;
}

/** One thing that must be true of every scheduler, or of those that say so; a test of the suite. */
export interface Claim {
  /** Tells it apart from all others. */
  readonly name: string;
  /** In a process of its own, started with these flags of Node's: what would take a test runner with it, or be blurred by it. */
  readonly process?: readonly string[];
  /** One of those that take longest: left out where the suite is to be brief. */
  readonly isLong?: boolean;
  /** Throws if it is not true. */
  readonly hold: (bench: Bench) => Promise<void>;
}
