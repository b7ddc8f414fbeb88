import { settledWithin } from '../../dispatch/settled-within.js';

/** Ticks further apart than this are not waited for: what is done between two of them is hardly ever in the way of one. */
const MOST_APART_MS = 250;
/** Of the time between the last two ticks' ends, how long after the last one the next is waited for. */
const PATIENCE = 2;

/**
 * When ticks end: for what takes a while and cannot be done in slices, so that it begins where the time until the next tick is longest. Main thread only.
 */
export class TickPace {
  #endedMs = Number.NEGATIVE_INFINITY;
  /** Between the last two ticks' ends. */
  #apartMs = Number.POSITIVE_INFINITY;
  #next: Promise<void> | undefined;
  #passOn: (() => void) | undefined;

  /** A tick is at its end, at `nowMs` of `performance.now()`. */
  ended(nowMs: number): void {
    this.#apartMs = nowMs - this.#endedMs;
    this.#endedMs = nowMs;
    this.release();
  }

  /** Nobody waits for a tick any more that has not come. */
  release(): void {
    const passOn = this.#passOn;
    if (passOn === undefined) return;
    this.#next = undefined;
    this.#passOn = undefined;
    // Whoever waits for the tick goes on first.
    setImmediate(passOn);
  }

  /** Resolves right behind the next tick, or when that is late: after twice as long as ticks were apart last; at once where they are more than 250 ms apart, or have ceased. */
  async behindNext(): Promise<void> {
    if (this.#apartMs > MOST_APART_MS) return;
    const waitMs = this.#endedMs + PATIENCE * this.#apartMs - performance.now();
    if (waitMs <= 0) return;
    this.#next ??= new Promise((resolve) => {
      this.#passOn = resolve;
    });
    await settledWithin(this.#next, waitMs);
  }
}
