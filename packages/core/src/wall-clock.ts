import { DormouseError, shown } from './errors.js';

/**
 * The clock on the wall, as far as a manager looks at it: for its handlers' time limits, maintenance, and pauses before what failed is tried
 * again. Nothing a session sees depends on it but by way of answers. Tests give a manager one that they drive by hand.
 */
export interface WallClock {
  /** Milliseconds since whenever; never goes back. */
  now(): number;
  /** Calls back once in `delayMs` or later. What it returns is given to {@link clearTimeout}. Must not keep the process alive. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Throws `ERR_CONFIG_INVALID` for what is no clock. */
export function requireClock(clock: unknown): WallClock {
  for (const method of ['now', 'setTimeout', 'clearTimeout'] as const) {
    if (typeof (clock as WallClock | null)?.[method] !== 'function') {
      throw new DormouseError('ERR_CONFIG_INVALID', `clock must have now, setTimeout and clearTimeout: got ${shown(clock)}`);
    }
  }
  return clock as WallClock;
}

export const systemClock: WallClock = {
  now: () => performance.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** The one timer of somebody who has many deadlines: calls back at the nearest, or later. */
export class NearestDeadline {
  readonly #clock: WallClock;
  readonly #callback: () => void;
  #timer: unknown;
  #atMs = Number.POSITIVE_INFINITY;

  constructor(clock: WallClock, callback: () => void) {
    this.#clock = clock;
    this.#callback = callback;
  }

  /** Has the callback called at `deadlineMs` or later, once, unless an earlier one comes first: then it asks again. */
  at(deadlineMs: number): void {
    if (deadlineMs >= this.#atMs) return;
    this.clear();
    this.#atMs = deadlineMs;
    const delayMs = Math.min(Math.max(Math.ceil(deadlineMs - this.#clock.now()), 0), LONGEST_DELAY_MS);
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#atMs = Number.POSITIVE_INFINITY;
      this.#callback();
    }, delayMs);
  }

  clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#atMs = Number.POSITIVE_INFINITY;
  }
}

/** What timers of the runtime can take: a longer delay ends at once. */
const LONGEST_DELAY_MS = 0x7fff_ffff;
