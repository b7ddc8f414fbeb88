import type { RecordLedger } from './record-ledger.js';

/** What a checkpoint has come to. */
export interface CheckpointReport {
  /** Sessions that were awake or in quarantine, and were looked at. */
  readonly sessions: number;
  /** Of these those that had changed since they were last written; and sleepers that had been moved to another map or group. */
  readonly written: number;
  /** Sleepers whose rows were stored meanwhile. */
  readonly asleep: number;
  /** Bytes of all these records. */
  readonly bytes: number;
  /** The last tick when all of it was durable, and its simulated time, ms. */
  readonly tick: number;
  readonly nowMs: number;
  /** From when it began, wall-clock ms. */
  readonly durationMs: number;
}

/**
 * One checkpoint, from when it begins: all slots are looked at in turn, at whatever moments there is time for some, and those sessions once more that come from a slot not looked
 * at yet to one that was.
 */
export class CheckpointJob {
  /** Somebody waits for it: a store that is left alone for a while is tried all the same, and what it does not take ends it. */
  readonly isAsked: boolean;
  /** The tick in which it began, or began anew. */
  tick = 0;
  /** The next slot to be looked at. */
  cursor = 0;
  readonly missed = new Set<number>();
  /** Of the store's calls, how many had failed then. */
  failures = 0;
  looked = 0;
  /** When all slots are through: see `Storing.movedUntil`. */
  movedUntil: number | undefined;
  isDone = false;
  error: unknown;
  report: CheckpointReport | undefined;
  readonly #ledger: RecordLedger;
  /** When it began first, and what had been stored by then. */
  #beganMs: number | undefined;
  #before = { stored: 0, storedBytes: 0, left: 0 };

  constructor(isAsked: boolean, ledger: RecordLedger) {
    this.isAsked = isAsked;
    this.#ledger = ledger;
  }

  /** Everything is to be looked at from now on. */
  begin(tick: number, failures: number): void {
    if (this.#beganMs === undefined) {
      const { stored, storedBytes, left } = this.#ledger;
      this.#before = { stored, storedBytes, left };
      this.#beganMs = performance.now();
    }
    this.tick = tick;
    this.failures = failures;
    this.cursor = 0;
    this.looked = 0;
    this.movedUntil = undefined;
    this.missed.clear();
  }

  done(tick: number, nowMs: number): CheckpointReport {
    const { stored, storedBytes, left } = this.#ledger;
    const before = this.#before;
    const asleep = left - before.left;
    this.isDone = true;
    this.report = {
      sessions: this.looked,
      written: stored - before.stored - asleep,
      asleep,
      bytes: storedBytes - before.storedBytes,
      tick,
      nowMs,
      durationMs: performance.now() - (this.#beganMs ?? Number.NaN),
    };
    return this.report;
  }

  fail(error: unknown): void {
    this.isDone = true;
    this.error = error;
  }
}
