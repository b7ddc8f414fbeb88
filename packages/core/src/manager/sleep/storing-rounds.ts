import { DormouseError, messageOf } from '../../errors.js';
import { NO_LOCATION, type RecordBatch } from '../../hibernation/hibernation-store.js';
import { Column, ROW_MASK, SlotState } from '../../layout/geometry.js';
import type { SharedRound } from '../../memory/round.js';
import { MOST_LISTED, RECORDS_A_BATCH, type Staging } from '../../memory/staging.js';
import { emptyHead, HEAD_BYTES, RecordKind, writeHead } from '../../record/record-head.js';
import { RecordWriter } from '../../record/record-writer.js';
import type { IScheduler } from '../../scheduler.js';
import type { SessionStore } from '../../session/store.js';
import type { TickClock } from '../../session/tick-clock.js';
import type { KeptRecords } from '../durable/kept-records.js';
import type { RoundCheck } from '../round-check.js';

/** Below this many rows the host encodes alone: it has done so before a worker is awake. */
const WORTH_A_ROUND = 64;
/** In the list: its row is not to be stored after all. */
const NO_SLOT = -1;
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
}

/**
 * Turns sleepers' rows into records, in batches of 32 that the scheduler's participants share (R-22): first {@link encode}, then
 * {@link batch} for one batch after the other, whenever the store takes them. Main thread only. `encode` between ticks, or in one whose round
 * has ended: rows must not change until it is done. From then on {@link cancel} and {@link moved} tell of those that do.
 */
export class StoringRounds {
  /** Rows that one `encode` takes at most. */
  static readonly most = MOST_LISTED;
  /** Rounds that the scheduler was given. */
  rounds = 0;
  /** Of the batch last taken. */
  readonly slots = new Int32Array(RECORDS_A_BATCH);
  readonly #parts: StoringParts;
  readonly #writer: RecordWriter;
  /** Of the batch last taken. */
  readonly incarnations = new Int32Array(RECORDS_A_BATCH);
  readonly #accountIds = new Uint32Array(RECORDS_A_BATCH);
  readonly #ends = new Uint32Array(RECORDS_A_BATCH);
  readonly #locations = new Uint32Array(RECORDS_A_BATCH);
  readonly #heads: Uint8Array | undefined;
  readonly #headsView: DataView | undefined;
  readonly #head = emptyHead();
  #bytes = new Uint8Array(FIRST_BYTES);
  /** In which the rows were listed that are encoded. */
  #tick = 0;
  /** Of the last round; 0: there was none, or it failed, and the host encodes all itself. */
  #epoch = 0;
  #failure: DormouseError | undefined;

  constructor(parts: StoringParts) {
    this.#parts = parts;
    this.#writer = new RecordWriter(parts.store.table, parts.staging.packs, parts.staging.shapes);
    if (parts.kept === undefined) return;
    this.#heads = new Uint8Array(RECORDS_A_BATCH * HEAD_BYTES);
    this.#headsView = new DataView(this.#heads.buffer, 0, this.#heads.length);
  }

  /** Batches of the rows last given to {@link encode}. */
  get batchCount(): number {
    return Math.ceil(this.#parts.staging.count / RECORDS_A_BATCH);
  }

  /**
   * Has the first `count` ≤ {@link StoringRounds.most} of these rows encoded. Synchronous when it returns nothing, as it does where they are few.
   * Never fails: see {@link takeFailure}.
   */
  encode(slots: ArrayLike<number>, count: number): void | Promise<void> {
    const { staging, clock } = this.#parts;
    this.#tick = clock.number;
    for (let at = 0; at < count; at++) staging.slots[at] = slots[at];
    staging.count = count;
    this.#epoch = 0;
    if (count >= WORTH_A_ROUND) return this.#run(this.batchCount);
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

  /** This slot's row is not to be stored after all. */
  cancel(slot: number): void {
    this.moved(slot, NO_SLOT);
  }

  /** A row that may be listed lies in another slot now. */
  moved(from: number, to: number): void {
    const { slots, count } = this.#parts.staging;
    for (let at = 0; at < count; at++) if (slots[at] === from) slots[at] = to;
  }

  /**
   * The records of a batch, for a store; of `slots[i]` the i-th, and none of those that were cancelled. Valid until the next call. What participants have
   * not done, or found no room for, is done here.
   */
  batch(batch: number): RecordBatch {
    const { staging, store, kept } = this.#parts;
    const first = batch * RECORDS_A_BATCH;
    const stop = Math.min(first + RECORDS_A_BATCH, staging.count);
    const hasParts = this.#epoch !== 0;
    let count = 0;
    let used = 0;
    // What lies one behind the other in the part, and is not copied yet.
    let runBegin = 0;
    let runEnd = 0;
    for (let at = first; at < stop; at++) {
      const slot = staging.slots[at];
      const begin = runEnd;
      const end = hasParts ? staging.ends[at] : 0;
      const isThere = end > begin;
      if (slot === NO_SLOT || !isThere) {
        this.#copy(staging.parts[batch], runBegin, runEnd, used);
        runBegin = Math.max(begin, end);
      }
      runEnd = Math.max(begin, end);
      if (slot === NO_SLOT) continue;
      used += isThere ? end - begin : this.#write(slot, used);
      this.slots[count] = slot;
      this.#ends[count] = used;
      this.#locations[count] = kept?.locationOf(slot) ?? NO_LOCATION;
      this.incarnations[count] = store.word(slot, Column.incarnation);
      if (this.#headsView !== undefined) this.#writeHead(this.#headsView, count, slot);
      this.#accountIds[count++] = store.word(slot, Column.account) >>> 0;
    }
    this.#copy(staging.parts[batch], runBegin, runEnd, used);
    const records = { count, bytes: this.#bytes, ends: this.#ends, accountIds: this.#accountIds, locations: this.#locations };
    return this.#heads === undefined ? records : { ...records, heads: this.#heads };
  }

  #run(batchCount: number): void | Promise<void> {
    const { scheduler, round, clock } = this.#parts;
    const epoch = round.nextEpoch();
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

  /** Copies these bytes of a part to those that end at `stop`. */
  #copy(part: Uint8Array, begin: number, end: number, stop: number): void {
    if (begin === end) return;
    if (stop > this.#bytes.length) this.#grow(stop);
    this.#bytes.set(part.subarray(begin, end), stop - (end - begin));
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

  #writeHead(view: DataView, index: number, slot: number): void {
    const { store, staging } = this.#parts;
    const head = this.#head;
    const block = store.block(slot);
    const { page } = block;
    const row = slot & ROW_MASK;
    const state = store.table.slotStates[slot];
    head.accountId = page[Column.account + row] >>> 0;
    head.incarnation = page[Column.incarnation + row];
    head.mapId = page[Column.map + row] >>> 0;
    head.groupId = page[Column.group + row] >>> 0;
    head.shape = staging.shapes[block.behaviorIndex];
    head.storedAt = Math.floor(Date.now() / 1000);
    head.kind =
      state === SlotState.quarantined ? RecordKind.quarantined : state === SlotState.active ? RecordKind.active : RecordKind.asleep;
    head.isAsking = block.cold.i32[block.services.unanswered + row] !== 0;
    head.dueMs = Number.POSITIVE_INFINITY;
    if (head.kind === RecordKind.asleep) head.dueMs = store.sleepers.dueMsOf(store.sleepers.find(head.accountId));
    else if (head.kind === RecordKind.active) head.dueMs = this.#tick;
    writeHead(view, index, head);
  }

  #grow(atLeast: number): void {
    const grown = new Uint8Array(Math.max(atLeast, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
