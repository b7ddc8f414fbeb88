import { DormouseError, messageOf } from '../../errors.js';
import { NO_LOCATION, type RecordBatch } from '../../hibernation/hibernation-store.js';
import { Column, ROW_MASK, SlotState } from '../../layout/geometry.js';
import { isDrained } from '../../memory/record-ring.js';
import type { SharedRound } from '../../memory/round.js';
import { MOST_LISTED, RECORDS_A_BATCH, type Staging } from '../../memory/staging.js';
import { RecordWriter } from '../../record/record-writer.js';
import type { IScheduler } from '../../scheduler.js';
import type { SessionStore } from '../../session/store.js';
import type { TickClock } from '../../session/tick-clock.js';
import { BatchHeads } from '../durable/batch-heads.js';
import type { KeptRecords } from '../durable/kept-records.js';
import type { Runs } from '../durable/runs.js';
import type { RoundCheck } from '../round-check.js';

/** Below this many rows the host encodes alone: it has done so before a worker is awake. */
const WORTH_A_ROUND = 64;
/** In the list: its row is not to be stored after all. */
const NO_SLOT = -1;
/** For a record of which but the sum is wanted. */
const NO_ROOM = new Uint8Array(0);
/** What the buffer for a batch's records begins with. */
const FIRST_BYTES = RECORDS_A_BATCH * 512;

interface StoringParts {
  readonly scheduler: IScheduler;
  readonly round: SharedRound;
  readonly check: RoundCheck;
  readonly staging: Staging;
  readonly store: SessionStore;
  readonly clock: TickClock;
  /** Of a store that outlives the process. */
  readonly kept?: KeptRecords | undefined;
  /** Of such a store. */
  readonly runs?: Pick<Runs, 'sinceTick'> | undefined;
}

/**
 * Turns rows into records, in batches of 32 that the scheduler's participants share: first {@link encode}, then {@link next} for one batch after the other,
 * whenever the store takes them. Main thread only. `encode` between ticks, or in one whose round has ended: rows must not change until it is done. From then on
 * {@link cancel}, {@link risen} and {@link moved} tell of those that do.
 */
export class StoringRounds {
  /** Rows that one `encode` takes at most. */
  static readonly most = MOST_LISTED;
  /** Rounds that the scheduler was given. */
  rounds = 0;
  /** Of the batch last taken. */
  readonly slots = new Int32Array(RECORDS_A_BATCH);
  /** Of the batch last taken: what its records say (`RecordWriter.contentSum`), 0 where nobody wants to know; whose rows are of no use once they are stored. */
  readonly contents = new Float64Array(RECORDS_A_BATCH);
  readonly leaves = new Uint8Array(RECORDS_A_BATCH);
  readonly incarnations = new Int32Array(RECORDS_A_BATCH);
  readonly #parts: StoringParts;
  readonly #writer: RecordWriter;
  readonly #accountIds = new Uint32Array(RECORDS_A_BATCH);
  readonly #ends = new Uint32Array(RECORDS_A_BATCH);
  readonly #locations = new Uint32Array(RECORDS_A_BATCH);
  readonly #heads: BatchHeads | undefined;
  /** Of those listed: who was asleep with all handed out that its hook had sent, and has not risen since. What participants make of it is all there is of it. */
  readonly #atRest = new Uint8Array(MOST_LISTED);
  #bytes = new Uint8Array(FIRST_BYTES);
  /** The next of those listed. */
  #at = 0;
  /** Of the last round; 0: there was none, or it failed, and the host encodes all itself. */
  #epoch = 0;
  /** In which it was. */
  #tick = 0;
  #failure: DormouseError | undefined;

  constructor(parts: StoringParts) {
    this.#parts = parts;
    this.#writer = new RecordWriter(parts.store.table, parts.staging.packs, parts.staging.shapes);
    if (parts.kept === undefined) return;
    this.#heads = new BatchHeads(parts.store, parts.staging.shapes);
    parts.staging.namesRequests = true;
  }

  /** What of a session's requests is on its way, for a store that outlives the process: see `RecordWriter.requestsOf`. */
  set requestsOf(requestsOf: RecordWriter['requestsOf']) {
    this.#writer.requestsOf = requestsOf;
  }

  /** True while some of those listed are left: {@link next} may have a batch. */
  get hasNext(): boolean {
    return this.#at < this.#parts.staging.count;
  }

  /** True while that is of a list that was made with `onlyChanged`. */
  get hasNextChanged(): boolean {
    return this.hasNext && this.#parts.staging.sums;
  }

  /**
   * Has the first `count` ≤ {@link StoringRounds.most} of these rows encoded, in place of those listed before. `onlyChanged`: those whose record in the store says the same
   * are left out. Synchronous when it returns nothing, as it does where they are few. Never fails: see {@link takeFailure}.
   */
  encode(slots: ArrayLike<number>, count: number, onlyChanged = false): void | Promise<void> {
    const { staging } = this.#parts;
    for (let at = 0; at < count; at++) {
      staging.slots[at] = slots[at];
      this.#atRest[at] = Number(this.#isAtRest(slots[at]));
    }
    staging.count = count;
    staging.sums = onlyChanged;
    this.#at = 0;
    this.#epoch = 0;
    if (count < WORTH_A_ROUND) return;
    for (let at = 0; at < count; at++) this.#heads?.list(at, slots[at]);
    return this.#run(Math.ceil(count / RECORDS_A_BATCH));
  }

  /** Those listed are not wanted any more. */
  drop(): void {
    this.#at = this.#parts.staging.count;
  }

  /**
   * What the scheduler did wrong first since this was last asked. No record is missing or wrong for it, the host has made up for it; but a scheduler
   * that runs batches twice would run updates twice.
   */
  takeFailure(): DormouseError | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }

  /** A sum of what the record of a row says, as it is now: see `RecordWriter.contentSum`. A batch that the store is taking stays as it is. */
  contentOf(slot: number): number {
    this.#writer.tick = this.#parts.clock.number;
    this.#writer.write(this.#parts.store.block(slot), slot & ROW_MASK, NO_ROOM, 0);
    return this.#writer.contentSum();
  }

  /** This slot's row is not to be stored after all. */
  cancel(slot: number): void {
    this.moved(slot, NO_SLOT);
  }

  /** A sleeper whose row may be listed rises: what is written of it is not where it sleeps, and of no use to a store that keeps nothing of those awake. */
  risen(slot: number): void {
    if (this.#heads === undefined) {
      this.cancel(slot);
      return;
    }
    const { slots, count } = this.#parts.staging;
    for (let at = this.#at; at < count; at++) if (slots[at] === slot) this.#atRest[at] = 0;
  }

  /** A row that may be listed lies in another slot now. */
  moved(from: number, to: number): void {
    const { slots, count } = this.#parts.staging;
    for (let at = this.#at; at < count; at++) if (slots[at] === from) slots[at] = to;
  }

  /**
   * The records of up to 32 more of those listed, for a store; of `slots[i]` the i-th, and none of those that were cancelled. Undefined: none are left. Valid until the next
   * call. What participants have not done, or found no room for, is done here.
   */
  next(): RecordBatch | undefined {
    const { staging, store, kept } = this.#parts;
    const hasParts = this.#epoch !== 0;
    // What is of the tick that a run went on from without somebody could be of the run before, too: it is written again.
    const { clock, runs } = this.#parts;
    let count = 0;
    let used = 0;
    // What lies one behind the other in a part, where it is to come, and is not copied yet.
    let part = 0;
    let runBegin = 0;
    let runEnd = 0;
    let runAt = 0;
    for (; this.#at < staging.count && count < RECORDS_A_BATCH; this.#at++) {
      const at = this.#at;
      const slot = staging.slots[at];
      if (slot === NO_SLOT) continue;
      const end = hasParts ? staging.ends[at] : 0;
      const begin = hasParts && at % RECORDS_A_BATCH !== 0 ? staging.ends[at - 1] : 0;
      const isThere = end > begin;
      const length = isThere ? end - begin : this.#write(slot, used);
      const content = staging.sums ? (isThere ? staging.contents[at] : this.#writer.contentSum()) : 0;
      if (content !== 0 && kept !== undefined && kept.contentOf(slot) === content && kept.locationOf(slot) !== NO_LOCATION) continue;
      const isNext = isThere && begin === runEnd && part === Math.floor(at / RECORDS_A_BATCH) && runAt + runEnd - runBegin === used;
      if (!isNext) {
        this.#copy(staging.parts[part], runBegin, runEnd, runAt);
        part = Math.floor(at / RECORDS_A_BATCH);
        runBegin = begin;
        runAt = used;
      }
      runEnd = isThere ? end : runBegin;
      used += length;
      if (isThere) this.#heads?.take(count, at);
      else this.#heads?.write(count, slot);
      this.slots[count] = slot;
      this.incarnations[count] = store.word(slot, Column.incarnation);
      this.leaves[count] = isThere ? this.#atRest[at] : Number(this.#isAtRest(slot));
      this.contents[count] = (isThere ? this.#tick : clock.number) === runs?.sinceTick ? 0 : content;
      this.#ends[count] = used;
      this.#locations[count] = kept?.locationOf(slot) ?? NO_LOCATION;
      this.#accountIds[count++] = store.word(slot, Column.account) >>> 0;
    }
    this.#copy(staging.parts[part], runBegin, runEnd, runAt);
    if (count === 0) return undefined;
    const records = { count, bytes: this.#bytes, ends: this.#ends, accountIds: this.#accountIds, locations: this.#locations };
    return this.#heads === undefined ? records : { ...records, heads: this.#heads.bytes };
  }

  /** Whether a row is of no use once a record is stored that is of now. What its hook has sent is handed out first: from a record it would be once more. */
  #isAtRest(slot: number): boolean {
    const { store } = this.#parts;
    return store.table.slotStates[slot] === SlotState.hibernating && isDrained(store.word(slot, Column.outbound));
  }

  #run(batchCount: number): void | Promise<void> {
    const { scheduler, round, clock } = this.#parts;
    const epoch = round.nextEpoch();
    this.#tick = clock.number;
    this.rounds++;
    round.openStoring(epoch, clock.number, batchCount);
    let running: void | Promise<void>;
    try {
      running = scheduler.parallelFor(batchCount, epoch, 'records');
    } catch (cause) {
      return this.#failed(cause);
    }
    if (typeof running?.then !== 'function') return this.#end(batchCount, epoch);
    return Promise.resolve(running).then(
      () => this.#end(batchCount, epoch),
      (cause) => this.#failed(cause),
    );
  }

  #end(batchCount: number, epoch: number): void {
    const { round, check } = this.#parts;
    round.close();
    const failure = check.failure(batchCount, epoch);
    // Whoever runs batches twice may be running one now: then nothing of it is used.
    if (failure === undefined) this.#epoch = epoch;
    else this.#failure ??= failure;
  }

  /** Who still writes what is not known. */
  #failed(cause: unknown): void {
    const { round, check, scheduler, clock } = this.#parts;
    round.close();
    check.skip();
    const message = `tick ${clock.number}: scheduler ${scheduler.name} failed where rows were to be stored: ${messageOf(cause)}`;
    this.#failure ??= new DormouseError('ERR_SCHEDULER_FAILED', message, { cause });
  }

  /** Copies these bytes of a part to those from `at` on. */
  #copy(part: Uint8Array, begin: number, end: number, at: number): void {
    if (begin === end) return;
    if (at + end - begin > this.#bytes.length) this.#grow(at + end - begin);
    this.#bytes.set(part.subarray(begin, end), at);
  }

  /** Returns how many bytes it has added. */
  #write(slot: number, at: number): number {
    const { store, clock } = this.#parts;
    const block = store.block(slot);
    this.#writer.tick = clock.number;
    for (;;) {
      const length = this.#writer.write(block, slot & ROW_MASK, this.#bytes, at);
      if (length >= 0) return length;
      this.#grow(at + this.#writer.length);
    }
  }

  #grow(atLeast: number): void {
    const grown = new Uint8Array(Math.max(atLeast, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
