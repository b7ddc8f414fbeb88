import type { RunBatch } from './claims.js';

/** A tick is short if one thread has run it before another would have come that sleeps, ms. */
const SHORT_MS = 0.1;
/** The same of another that is awake. */
const SHORT_FOR_AWAKE_MS = 0.02;
/** Ticks no further apart than this, ms, find others awake who were woken for the last. */
const CLOSE_MS = 0.05;
/** Work between two looks at the clock, ms. */
const STRIDE_MS = 0.025;
/** Weight of the last tick in the estimate. */
const WEIGHT = 0.25;

/** Tells short ticks from others by what batches took before. The host's alone. */
export class ShortTicks {
  readonly #clock: () => number;
  /** Never short before anything was measured. */
  #msPerBatch = Number.POSITIVE_INFINITY;
  #endedMs = Number.NEGATIVE_INFINITY;

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Runs a tick that is expected to be short; gives how many of its batches it has run: fewer where it is none, or turns out longer. */
  runAlone(t: number, batches: number, runBatch: RunBatch): number {
    const shortMs = this.#clock() - this.#endedMs > CLOSE_MS ? SHORT_MS : SHORT_FOR_AWAKE_MS;
    if (batches === 0 || this.#msPerBatch * batches >= shortMs) return 0;
    const stride = Math.max(1, Math.floor(STRIDE_MS / this.#msPerBatch));
    return this.learn((beganMs) => {
      let ran = 0;
      do {
        for (const end = Math.min(ran + stride, batches); ran < end; ran++) runBatch(t, ran);
      } while (ran < batches && this.#clock() - beganMs < shortMs);
      return ran;
    });
  }

  /** Times work that is told when it began, and gives how many batches it has run. */
  learn(work: (beganMs: number) => number): number {
    const beganMs = this.#clock();
    const ran = work(beganMs);
    this.#endedMs = this.#clock();
    if (ran > 0) {
      const ms = (this.#endedMs - beganMs) / ran;
      this.#msPerBatch = Number.isFinite(this.#msPerBatch) ? this.#msPerBatch + (ms - this.#msPerBatch) * WEIGHT : ms;
    }
    return ran;
  }
}
