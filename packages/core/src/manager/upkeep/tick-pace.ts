import { setImmediate as turn } from 'node:timers/promises';
import { settledWithin } from '../../dispatch/settled-within.js';

/** Ticks further apart than this are not waited for: what is done between two of them is hardly ever in the way of one. A little more than those of four a second. */
const MOST_APART_MS = 300;
/** Of the time that ticks are apart, how long after the last one's end the next is waited for, */
const PATIENCE = 2;
/** and until when that end was just now. */
const JUST_NOW = 1 / 8;
/** Of so many intervals the longest is what ticks are apart: some may follow at once. */
const INTERVALS = 4;

/**
 * When ticks end: for what takes a while and cannot be done in slices, so that it begins where the time until the next tick is longest. Main thread only.
 */
export class TickPace {
  #endedMs = Number.NEGATIVE_INFINITY;
  /** Between the last ticks' ends; there was none before. */
  readonly #intervals = new Float64Array(INTERVALS).fill(Number.POSITIVE_INFINITY);
  #ticks = 0;
  #next: Promise<void> | undefined;
  #passOn: (() => void) | undefined;
  #isClosed = false;

  /** A tick is at its end, at `nowMs` of `performance.now()`. */
  ended(nowMs: number): void {
    this.#intervals[this.#ticks++ % INTERVALS] = nowMs - this.#endedMs;
    this.#endedMs = nowMs;
    this.#release();
  }

  /** Nobody waits for a tick any more, now or later. */
  close(): void {
    this.#isClosed = true;
    this.#release();
  }

  /**
   * Resolves right behind a tick: when the event loop has come round after the last one's end, if that was just now, or after the next one's. If that is late, when twice as long has gone
   * by as ticks were apart, 600 ms at most; at once where they are more than 300 ms apart, have ceased, or are not enough yet to tell.
   */
  async behindTick(): Promise<void> {
    const apartMs = Math.max(...this.#intervals);
    if (this.#isClosed || apartMs > MOST_APART_MS) return;
    const sinceMs = performance.now() - this.#endedMs;
    const waitMs = PATIENCE * apartMs - sinceMs;
    if (waitMs <= 0) return;
    if (sinceMs <= JUST_NOW * apartMs) {
      await turn();
      return;
    }
    this.#next ??= new Promise((resolve) => {
      this.#passOn = resolve;
    });
    await settledWithin(this.#next, waitMs);
  }

  #release(): void {
    const passOn = this.#passOn;
    if (passOn === undefined) return;
    this.#next = undefined;
    this.#passOn = undefined;
    // Whoever waits for the tick goes on first.
    setImmediate(passOn);
  }
}
