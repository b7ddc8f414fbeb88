import { setImmediate } from 'node:timers/promises';
import { DormouseError, messageOf } from '../../errors.js';
import { isObserved, publish } from '../../events.js';
import type { DurableRecords } from '../../hibernation/durable-records.js';
import type { HibernationStore } from '../../hibernation/hibernation-store.js';
import { Column } from '../../layout/geometry.js';
import type { Logger } from '../../logger.js';
import type { SessionStore } from '../../session/store.js';
import type { TickClock } from '../../session/tick-clock.js';
import type { WallClock } from '../../wall-clock.js';
import type { Storing } from '../sleep/storing.js';
import { StoringRounds } from '../sleep/storing-rounds.js';
import type { SliceDriver } from '../upkeep/defragmentation.js';
import { CheckpointJob, type CheckpointReport } from './checkpoint-job.js';
import { gatherSlots } from './checkpoint-slots.js';
import type { KeptRecords } from './kept-records.js';
import type { Runs } from './runs.js';
import { settledBy } from './settled-by.js';

/** A store is not waited for that does not end a call within so many ms of wall-clock time. */
const PATIENCE_MS = 30_000;
/** The same at shutdown, and how long it is given one call after the other then. */
const LAST_PATIENCE_MS = 5000;
const LAST_MOST_MS = 30_000;
/** One that fails is tried again at once then. */
const LAST_TRIES = 2;
/** How long the host writes at a time then, ms, before it looks at the clock. */
const LAST_SLICE_MS = 50;
/** Between ticks so many ms are spent at most where nothing has changed. */
const MOST_LOOKING_MS = 0.5;
/** Less than so much of a slice left, ms: the host encodes a batch at a time. */
const FULL_ROUND_MS = 0.5;

export interface CheckpointParts {
  readonly store: SessionStore;
  readonly clock: TickClock;
  readonly records: HibernationStore;
  readonly durable: DurableRecords;
  readonly rounds: StoringRounds;
  readonly kept: KeptRecords;
  readonly runs: Runs;
  readonly storing: Storing;
  readonly wallClock: WallClock;
  readonly logger: Logger;
  /** Wall-clock ms; 0: by call alone. */
  readonly everyMs: number;
  readonly noteClock: () => void;
}

/**
 * Writes what is awake to a store that outlives the process, while ticks go on: manager/durable/README.md says what a checkpoint promises, and why no session is left out. Between
 * ticks, or when one has ended; main thread only.
 */
export class Checkpoints {
  /** Done since start. */
  count = 0;
  readonly #parts: CheckpointParts;
  readonly #slots = new Int32Array(StoringRounds.most);
  #job: CheckpointJob | undefined;
  /** Asked for while one that was asked for is under way: all who ask meanwhile share it. */
  #next: CheckpointJob | undefined;
  #dueMs: number;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
    this.#dueMs = this.#nextDue();
    parts.storing.onWokenMoved = (accountId) => void this.#job?.missed.add(accountId);
  }

  // ------------------------------------------------------------------------------------------------------- slices

  /** A tick has ended: one that is due begins. */
  beginDue(): void {
    this.#current();
  }

  /** True while one is under way that nobody waits for. */
  get isUnasked(): boolean {
    return this.#job?.isDone === false && !this.#job.isAsked;
  }

  /** Sees to what the store was doing; true if it is free, and nothing that is encoded waits for it but what is a checkpoint's. */
  isOpen(): boolean {
    const { storing, rounds } = this.#parts;
    return storing.lane.settle() && (!rounds.hasNext || rounds.hasNextChanged);
  }

  /**
   * Goes on until nothing can be done, or `performance.now()` has come to `untilMs`, where nobody waits for the checkpoint to `unaskedUntilMs`; one batch at
   * least. A promise as `Storing.step`.
   */
  step(untilMs: number, unaskedUntilMs: number): void | Promise<void> {
    const { lane } = this.#parts.storing;
    while (lane.settle()) {
      const endMs = this.#current()?.isAsked === true ? untilMs : unaskedUntilMs;
      const isLong = endMs - performance.now() >= FULL_ROUND_MS;
      const more = this.#advance(isLong ? StoringRounds.most : this.#parts.rounds.slots.length);
      if (typeof more !== 'boolean') return more.then(() => this.step(untilMs, unaskedUntilMs));
      if (!more || performance.now() >= endMs) return;
    }
  }

  /**
   * Between ticks: until the store has something to do again, or a tick has begun. False if there is nothing for it; one that is due begins when a tick ends. The
   * store is free.
   */
  sendOne(isBetweenTicks: () => boolean): boolean {
    const { lane } = this.#parts.storing;
    const untilMs = performance.now() + MOST_LOOKING_MS;
    while (this.#isUnderWay && isBetweenTicks() && this.#advance(this.#parts.rounds.slots.length) === true) {
      if (lane.work !== undefined || performance.now() >= untilMs) return true;
    }
    return false;
  }

  // -------------------------------------------------------------------------------------------------------- by call

  /** See `SessionManager.checkpoint`. */
  async run(driver: SliceDriver): Promise<CheckpointReport> {
    const job = this.#ask();
    while (!job.isDone) {
      await driver.slice();
      if (!job.isDone) await this.#wait(job, PATIENCE_MS);
    }
    if (job.report === undefined) throw job.error;
    return job.report;
  }

  /** The manager stops: what can be written is, and what cannot is told. No tick comes any more. Never rejects. */
  async finish(): Promise<void> {
    const { records, logger } = this.#parts;
    try {
      const error = await this.#writeLast();
      if (error === undefined) return;
      const message = `${this.#unwritten()} sessions are not in store ${records.name} as they were at the end: ${error.message}`;
      logger.error(message);
      publish('dormouse:store:failed', { store: records.name, error: new DormouseError('ERR_STORE_FAILED', message, { cause: error }) });
    } catch (error) {
      logger.error(`what store ${records.name} was to be given at the end could not be written: ${messageOf(error)}`);
    }
  }

  /** Returns why not all of it was written. */
  async #writeLast(): Promise<DormouseError | undefined> {
    const { storing, wallClock, records } = this.#parts;
    const untilMs = wallClock.now() + LAST_MOST_MS;
    let error: DormouseError | undefined;
    for (let tries = 0; tries < LAST_TRIES; tries++) {
      const job = this.#ask();
      while (!job.isDone) {
        this.slice(performance.now() + LAST_SLICE_MS);
        if (job.isDone) break;
        if (wallClock.now() < untilMs) await this.#wait(job, LAST_PATIENCE_MS);
        else
          this.#fail(
            job,
            new DormouseError('ERR_STORE_FAILED', `store ${records.name} has not taken all of it within ${LAST_MOST_MS / 1000} s`),
          );
      }
      error = job.error as DormouseError | undefined;
      // One that is at something still is not waited for again.
      if (error === undefined || storing.lane.work !== undefined) break;
    }
    return error;
  }

  /** What can be done at once, by the host alone, until `untilMs`. */
  slice(untilMs: number): void {
    const { lane } = this.#parts.storing;
    while (lane.settle() && this.#advance(this.#parts.rounds.slots.length) === true && performance.now() < untilMs);
  }

  /** Nobody writes any more. */
  close(error: DormouseError): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#job?.fail(error);
    this.#next?.fail(error);
  }

  /** A session has been moved from one slot to another. */
  moved(from: number, to: number): void {
    const job = this.#job;
    if (job === undefined || from < job.cursor || to >= job.cursor) return;
    job.missed.add(this.#parts.store.word(to, Column.account) >>> 0);
  }

  #ask(): CheckpointJob {
    const { ledger } = this.#parts.storing;
    const job = new CheckpointJob(true, ledger);
    // One that nobody waits for is part of it.
    if (this.#current()?.isAsked !== true) return this.#begin(job);
    if (this.#next === undefined || this.#next.isDone) this.#next = job;
    return this.#next;
  }

  /** Until the store has ended what it is doing, if it is; within a bound. */
  async #wait(job: CheckpointJob, patienceMs: number): Promise<void> {
    const { storing, wallClock, records } = this.#parts;
    const { work } = storing.lane;
    if (work === undefined) await setImmediate();
    else if (!(await settledBy(wallClock, work, patienceMs))) {
      const message = `store ${records.name} has been at one batch for ${patienceMs / 1000} s: it is not waited for`;
      this.#fail(job, new DormouseError('ERR_STORE_FAILED', message));
    }
  }

  // --------------------------------------------------------------------------------------------------------- inside

  /** Does the next thing for a checkpoint, if one is under way or due, with a store that is free; false if there is nothing that can be done. */
  #advance(most: number): boolean | Promise<void> {
    const { rounds, storing, clock } = this.#parts;
    const { lane } = storing;
    const job = this.#current();
    if (job === undefined || (lane.isPausing && !job.isAsked)) return false;
    if (job.failures !== lane.failures) {
      if (job.isAsked) this.#fail(job, lane.lastError);
      else job.begin(clock.number, lane.failures);
      return true;
    }
    if (rounds.hasNext) {
      storing.send();
      return true;
    }
    const count = gatherSlots(this.#parts.store, job, this.#slots, most);
    if (count > 0) return rounds.encode(this.#slots, count, true) ?? true;
    // What the store has taken last is as durable as it gets; what was deleted and noted since is not.
    // Nor does it wait for those who are moved from now on.
    job.movedUntil ??= storing.movedUntil;
    if (storing.hasToldMoved(job.movedUntil) || !storing.sendMoved()) this.#flush(job);
    return true;
  }

  get #isUnderWay(): boolean {
    return this.#job?.isDone === false || this.#next?.isDone === false;
  }

  /** The one under way, or due. */
  #current(): CheckpointJob | undefined {
    if (this.#job?.isDone) {
      const next = this.#next;
      this.#job = undefined;
      this.#next = undefined;
      if (next?.isDone === false) this.#begin(next);
    }
    const { wallClock, storing } = this.#parts;
    if (this.#job === undefined && wallClock.now() >= this.#dueMs) this.#begin(new CheckpointJob(false, storing.ledger));
    return this.#job;
  }

  #begin(job: CheckpointJob): CheckpointJob {
    const { clock, storing } = this.#parts;
    job.begin(clock.number, storing.lane.failures);
    storing.retryMoved();
    this.#job = job;
    this.#dueMs = this.#nextDue();
    return job;
  }

  #nextDue(): number {
    const { everyMs, wallClock } = this.#parts;
    return everyMs === 0 ? Number.POSITIVE_INFINITY : wallClock.now() + everyMs;
  }

  #flush(job: CheckpointJob): void {
    const { storing, durable, noteClock, clock, runs } = this.#parts;
    const { number, nowMs } = clock;
    runs.checkpointed(job.tick);
    let report: CheckpointReport | undefined;
    storing.lane.run({
      begin: () => {
        noteClock();
        return durable.flush();
      },
      ended: (error) => {
        if (error === undefined && this.#job === job && !job.isDone) report = this.#done(job, number, nowMs);
        return error;
      },
      tell: () => {
        if (report !== undefined && isObserved('dormouse:checkpoint:done')) publish('dormouse:checkpoint:done', report);
      },
    });
  }

  #done(job: CheckpointJob, tick: number, nowMs: number): CheckpointReport {
    this.count++;
    return job.done(tick, nowMs);
  }

  #fail(job: CheckpointJob, error: unknown): void {
    job.fail(error ?? new DormouseError('ERR_STORE_FAILED', `store ${this.#parts.records.name} did not take records`));
  }

  /** Sessions whose rows say something else than their records in the store, or that have none. */
  #unwritten(): number {
    const { store, rounds, kept } = this.#parts;
    let count = 0;
    for (const slot of store.slots()) if (kept.contentOf(slot) !== rounds.contentOf(slot)) count++;
    return count;
  }
}
