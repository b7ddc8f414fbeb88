import { MOST_IN_ENTRY } from '../memory/gate.js';

/**
 * From what length on a round is worth waking workers for, µs of one thread's work. A worker that sleeps enters a round 40 to 100 µs after it was
 * woken, and waking costs the caller some 5 µs: below, the caller has done the rest before anybody came.
 */
const WORTH_WAKING_US = 100;
/** From what length on a round is worth sharing with a worker that is awake, µs (decisions 0027 and 0028). */
const WORTH_SHARING_US = 20;
/** Rounds no further apart than this come one behind the other, ms: a worker stays awake for so long. */
const CLOSE_MS = 0.05;
/** Of so many rounds one behind the other that find nobody awake, the first few are opened all the same: who is woken twice stays awake. */
const ATTEMPT_EVERY = 64;
const ATTEMPTS = 4;
/** Work between two looks at the clock, of a caller that is alone in a round. */
const LOOK_US = 25;
/** Batches shorter than this, µs, are handed out several at a time: to hand one out takes two or three atomic steps on words that all participants write, some 0.2 µs. */
const SHORT_US = 2;
/** In long rounds entries are longer: this part of what each runner has to do, and no longer than that, µs. Less than either is nothing to whoever waits for the last. */
const SHARE_OF_ENTRY = 1 / 32;
const LONG_US = 24;
/** Entries that each runner has at least, for others to take from. */
const LEAST_ENTRIES = 4;
/** Weight of the last round in the estimate. */
const WEIGHT = 0.25;

/** Tells small rounds and short batches from others, by what batches took before. */
export class SmallRounds {
  #usPerBatch = Number.POSITIVE_INFINITY;
  #endedMs = Number.NEGATIVE_INFINITY;
  /** Rounds one behind the other that found nobody awake, since somebody was. */
  #unaided = 0;

  /** True if a round of this many batches is expected to be over before workers would come. Never before anything was measured. */
  isSmall(batchCount: number): boolean {
    return this.#usPerBatch * batchCount < WORTH_WAKING_US;
  }

  /**
   * True if a small round of this many batches, which begins at `nowMs`, is to be opened for others: because somebody is awake, or is likely to stay so who is woken now.
   */
  isWorthSharing(batchCount: number, nowMs: number, isSomebodyAwake: () => boolean): boolean {
    if (this.#usPerBatch * batchCount < WORTH_SHARING_US || nowMs - this.#endedMs > CLOSE_MS) {
      this.#unaided = 0;
      return false;
    }
    if (isSomebodyAwake()) {
      this.#unaided = 0;
      return true;
    }
    return this.#unaided++ % ATTEMPT_EVERY < ATTEMPTS;
  }

  /** The caller has done its part of a round. */
  ended(nowMs: number): void {
    this.#endedMs = nowMs;
  }

  /** Batches ≥ 1 that the caller, alone in a round, runs before it looks at the clock. */
  get stride(): number {
    return Math.max(1, Math.floor(LOOK_US / this.#usPerBatch));
  }

  /** Batches ≥ 1 that are handed out together in a round of this many, which `runners` share. */
  groupOf(batchCount: number, runners: number): number {
    const share = batchCount / runners;
    const wanted = Math.max(SHORT_US / this.#usPerBatch, Math.min(LONG_US / this.#usPerBatch, share * SHARE_OF_ENTRY));
    return Math.max(1, Math.floor(Math.min(wanted, share / LEAST_ENTRIES, MOST_IN_ENTRY)));
  }

  /** When the caller, alone in a round that began at `beganMs`, has done enough: the round was not small after all. */
  deadlineMs(beganMs: number): number {
    return beganMs + WORTH_WAKING_US / 1000;
  }

  /** The caller has run `batches` ≥ 1 in `ms`. */
  learn(ms: number, batches: number): void {
    const us = (ms * 1000) / batches;
    this.#usPerBatch = Number.isFinite(this.#usPerBatch) ? this.#usPerBatch + (us - this.#usPerBatch) * WEIGHT : us;
  }
}
