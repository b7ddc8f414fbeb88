import { DormouseError, messageOf } from '../../errors.js';
import { publish } from '../../events.js';
import { nextPauseMs } from '../../growing-pause.js';
import { type HibernationStore, NO_LOCATION, type RecordBatch } from '../../hibernation/hibernation-store.js';
import { NO_ENTRY } from '../../hibernation/sleepers.js';
import { Column, ROW_BITS, ROW_MASK, SlotState } from '../../layout/geometry.js';
import type { Logger } from '../../logger.js';
import type { Block } from '../../memory/block.js';
import { isDrained } from '../../memory/record-ring.js';
import { leaveSlot } from '../../session/rest.js';
import { NO_SLOT, type SessionStore } from '../../session/store.js';
import type { TickClock } from '../../session/tick-clock.js';
import type { WallClock } from '../../wall-clock.js';
import type { KeptRecords } from '../durable/kept-records.js';
import { StoringRounds } from './storing-rounds.js';

/** Less than so much of a slice left, ms: the host encodes a batch at a time, so that all of it takes no longer than the slice and one batch. */
const FULL_ROUND_MS = 0.5;
/** Slots looked at one by one before the rest is searched: sleepers lie together, and to begin a search costs as much as some tens of these. */
const NEAR_SLOTS = 16;

export interface StoringParts {
  readonly store: SessionStore;
  readonly records: HibernationStore;
  readonly rounds: StoringRounds;
  readonly clock: TickClock;
  readonly wallClock: WallClock;
  readonly logger: Logger;
  /** Where the records of sessions that have a slot are, in a store that outlives the process; any other keeps none of them. */
  readonly kept?: KeptRecords | undefined;
}

/** A batch that the store is taking, or has taken or refused and nobody has looked. */
interface Put {
  readonly batch: RecordBatch;
  isDone: boolean;
  error: unknown;
  work: Promise<void>;
}

/**
 * Takes rows of sleepers to the store and frees their slots: hibernating → hibernated. When, depends on the clock on the wall, and shows nowhere
 * but in memory. Between ticks, or when one has ended; main thread only.
 */
export class Storing {
  /** Bytes of blocks that the rows of those took who are stored now. */
  rowBytes = 0;
  storedCount = 0;
  readonly #parts: StoringParts;
  readonly #slots = new Int32Array(StoringRounds.most);
  /** Of the batch that the store was given last: whose its records are, where those lay that they replace, and who has risen since. */
  readonly #incarnations: Int32Array;
  readonly #replaced: Uint32Array;
  readonly #risen: Uint8Array;
  #put: Put | undefined;
  /** The next batch of those encoded last. */
  #batch = 0;
  /** Where to look for the next row. */
  #cursor = 0;
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;
  /** The tick in or behind which room was looked for last in a store's pause. */
  #triedInTick = Number.NaN;

  constructor(parts: StoringParts) {
    this.#parts = parts;
    const most = parts.rounds.slots.length;
    this.#incarnations = new Int32Array(most);
    this.#replaced = new Uint32Array(most);
    this.#risen = new Uint8Array(most);
  }

  /**
   * Stores until nothing is left that can be stored now, or `performance.now()` has come to `untilMs`: then with the batch in hand, one at least. A promise when
   * the scheduler takes its time: rows must stay as they are until it is done. Never fails.
   */
  step(untilMs: number): void | Promise<void> {
    const { rounds, store } = this.#parts;
    if (store.hibernatingCount === 0 && this.#put === undefined) return;
    while (this.#settle() && !this.isPausing) {
      if (this.#batch < rounds.batchCount) {
        this.#send();
        if (performance.now() >= untilMs) return;
        continue;
      }
      const isLong = untilMs - performance.now() >= FULL_ROUND_MS;
      const count = this.#gather(isLong ? StoringRounds.most : rounds.slots.length);
      if (count === 0) return;
      const encoding = this.#encode(count);
      if (encoding !== undefined) return encoding.then(() => this.step(untilMs));
    }
  }

  /** True while a store that has failed is left alone. */
  get isPausing(): boolean {
    return this.#parts.wallClock.now() < this.#retryAtMs;
  }

  /** Frees at least one slot at once, if a store that takes its records at once lets it. One that has failed is tried once a tick in its pause. */
  makeRoom(): void {
    const { rounds, clock } = this.#parts;
    if (!this.#settle()) return;
    if (this.isPausing) {
      if (this.#triedInTick === clock.number) return;
      this.#triedInTick = clock.number;
    }
    const before = this.storedCount;
    while (this.storedCount === before) {
      if (this.#batch < rounds.batchCount) {
        if (!this.#send()) return;
        continue;
      }
      const count = this.#gather(rounds.slots.length);
      // So few are encoded at once.
      if (count === 0 || this.#encode(count) !== undefined) return;
    }
  }

  /** A sleeper whose row is here rises: what was made of it is not where it sleeps. */
  cancel(slot: number): void {
    const { rounds, store } = this.#parts;
    rounds.cancel(slot);
    const at = this.#indexInPut(store.word(slot, Column.account) >>> 0);
    if (at !== -1) this.#risen[at] = 1;
  }

  /** A session's row has been moved from one slot to another. */
  moved(from: number, to: number): void {
    this.#parts.rounds.moved(from, to);
    this.#parts.kept?.moved(from, to);
  }

  /** A session is gone that had this slot, and with it whatever there is of it in the store. */
  released(slot: number, accountId: number): void {
    const { rounds, kept } = this.#parts;
    rounds.cancel(slot);
    const location = kept?.take(slot) ?? NO_LOCATION;
    // What the store is about to replace is seen to when it has.
    if (location !== NO_LOCATION && this.#indexInPut(accountId) === -1) this.#delete(accountId, location);
  }

  /** The store has put a record elsewhere. */
  recordMoved(accountId: number, location: number): void {
    const { store, kept } = this.#parts;
    const { sleepers, index } = store;
    const at = this.#indexInPut(accountId);
    if (at !== -1 && this.#put !== undefined) {
      this.#put.batch.locations[at] = location;
      if (this.#replaced[at] !== NO_LOCATION) this.#replaced[at] = location;
    }
    const slot = index.get(accountId);
    if (slot !== NO_SLOT) {
      if (kept !== undefined && kept.locationOf(slot) !== NO_LOCATION) kept.keep(slot, location, kept.contentOf(slot));
      return;
    }
    const entry = sleepers.find(accountId);
    if (entry !== NO_ENTRY) sleepers.setLocation(entry, location);
  }

  /** A session has woken from its record, into a slot: a store that outlives the process keeps it until there is a newer one. */
  woken(slot: number, accountId: number, location: number): void {
    const { kept } = this.#parts;
    this.#leftStore();
    if (kept === undefined) this.#delete(accountId, location);
    else kept.keep(slot, location);
  }

  /** A stored sleeper was released: its record is not needed any more. */
  forget(accountId: number, location: number): void {
    this.#leftStore();
    this.#delete(accountId, location);
  }

  #leftStore(): void {
    this.rowBytes -= this.rowBytes / this.storedCount;
    this.storedCount--;
  }

  /** Which of the batch that the store is taking is of this account; −1: none. */
  #indexInPut(accountId: number): number {
    if (this.#put === undefined) return -1;
    const { accountIds, count } = this.#put.batch;
    for (let at = 0; at < count; at++) if (accountIds[at] === accountId) return at;
    return -1;
  }

  /** Finds rows to be stored, `most` at most; returns how many. Looks once round, from where it stopped the last time. */
  #gather(most: number): number {
    const { store } = this.#parts;
    const { blocks } = store.pool;
    const end = blocks.length << ROW_BITS;
    let count = 0;
    let seen = 0;
    if (this.#cursor >= end) this.#cursor = 0;
    const begin = this.#cursor;
    for (let isSecond = false; count < most && seen < store.hibernatingCount; ) {
      const slot = this.#nextSleeper(isSecond ? begin : end);
      if (slot === NO_SLOT) {
        if (isSecond) break;
        isSecond = true;
        this.#cursor = 0;
        continue;
      }
      seen++;
      this.#cursor = slot + 1;
      // What its hook has sent is handed out first.
      if (isDrained((blocks[slot >> ROW_BITS] as Block).page[Column.outbound + (slot & ROW_MASK)])) this.#slots[count++] = slot;
    }
    return count;
  }

  /** The first slot from the cursor to `stop`, not included, with a row to be stored; `NO_SLOT` when there is none. */
  #nextSleeper(stop: number): number {
    const { slotStates } = this.#parts.store.table;
    const near = Math.min(this.#cursor + NEAR_SLOTS, stop);
    for (let slot = this.#cursor; slot < near; slot++) if (slotStates[slot] === SlotState.hibernating) return slot;
    if (near >= stop) return NO_SLOT;
    const found = slotStates.subarray(near, stop).indexOf(SlotState.hibernating);
    return found === -1 ? NO_SLOT : near + found;
  }

  #encode(count: number): void | Promise<void> {
    this.#batch = 0;
    return this.#parts.rounds.encode(this.#slots, count);
  }

  /** Hands over the next batch; false if the store takes its time with it, or does not take it. */
  #send(): boolean {
    const { records, rounds } = this.#parts;
    const batch = rounds.batch(this.#batch++);
    if (batch.count === 0) return true;
    this.#incarnations.set(rounds.incarnations);
    this.#replaced.set(batch.locations);
    this.#risen.fill(0);
    let work: void | Promise<void>;
    try {
      work = records.put(batch);
    } catch (error) {
      this.#notTaken(batch, error);
      return false;
    }
    if (typeof work?.then !== 'function') return this.#taken(batch);
    const put: Put = { batch, isDone: false, error: undefined, work };
    const done = (error: unknown): void => {
      put.isDone = true;
      put.error = error;
    };
    put.work = work.then(
      () => done(undefined),
      (error: unknown) => done(error ?? 'it did not say why'),
    );
    this.#put = put;
    return false;
  }

  /** Sees to what the store was taking; false while it still is. */
  #settle(): boolean {
    const put = this.#put;
    if (put === undefined) return true;
    if (!put.isDone) return false;
    this.#put = undefined;
    if (put.error === undefined) this.#taken(put.batch);
    else this.#notTaken(put.batch, put.error);
    return true;
  }

  /** A `put` has gone well, as the store says; false if it has not told where each record is. */
  #taken(batch: RecordBatch): boolean {
    const { count, accountIds, locations } = batch;
    for (let i = 0; i < count; i++) {
      if (locations[i] !== NO_LOCATION) continue;
      for (let at = 0; at < count; at++) if (locations[at] !== this.#replaced[at]) this.#delete(accountIds[at], locations[at]);
      this.#notTaken(batch, new Error(`it has not told where the record of account ${accountIds[i]} is`));
      return false;
    }
    this.#stored(batch);
    return true;
  }

  #stored({ count, accountIds, locations }: RecordBatch): void {
    const { store, logger, records, kept } = this.#parts;
    const { sleepers } = store;
    let block: Block | undefined;
    let rowBytes = 0;
    for (let i = 0; i < count; i++) {
      const slot = this.#slotOf(accountIds[i], this.#incarnations[i]);
      if (slot === NO_SLOT || (this.#risen[i] !== 0 && kept === undefined)) {
        this.#delete(accountIds[i], locations[i]);
        continue;
      }
      if (this.#risen[i] !== 0) {
        kept?.keep(slot, locations[i]);
        continue;
      }
      // Rows of a block mostly come one after the other.
      if (slot >> ROW_BITS !== block?.blockIndex) {
        block = store.block(slot);
        rowBytes = bytesARow(store, block);
      }
      sleepers.setLocation(sleepers.find(accountIds[i]), locations[i]);
      this.rowBytes += rowBytes;
      this.storedCount++;
      kept?.take(slot);
      leaveSlot(store, slot, block, accountIds[i]);
    }
    if (this.#pauseMs > 0) logger.info(`store ${records.name} takes records again`);
    this.#pauseMs = 0;
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
  }

  /** All rows and records are as they were; but those of sessions that are gone since are not needed any more. */
  #notTaken({ count, accountIds }: RecordBatch, cause: unknown): void {
    for (let i = 0; i < count; i++) {
      const isGone = this.#replaced[i] !== NO_LOCATION && this.#slotOf(accountIds[i], this.#incarnations[i]) === NO_SLOT;
      if (isGone) this.#delete(accountIds[i], this.#replaced[i]);
    }
    this.#failed(cause);
  }

  /** The slot that this incarnation of an account has; `NO_SLOT` if it is gone. */
  #slotOf(accountId: number, incarnation: number): number {
    const { store } = this.#parts;
    const slot = store.index.get(accountId);
    return slot !== NO_SLOT && store.word(slot, Column.incarnation) === incarnation ? slot : NO_SLOT;
  }

  #failed(cause: unknown): void {
    const { store, logger, records, rounds, wallClock } = this.#parts;
    const isFirst = this.#pauseMs === 0;
    // What was tried in a pause makes it no longer.
    if (!this.isPausing) {
      this.#pauseMs = nextPauseMs(this.#pauseMs);
      this.#retryAtMs = wallClock.now() + this.#pauseMs;
    }
    // What else was encoded is done anew then.
    this.#batch = rounds.batchCount;
    if (!isFirst) return;
    const error = new DormouseError('ERR_STORE_FAILED', `store ${records.name} did not take records: ${messageOf(cause)}`, { cause });
    logger.error(`${error.message}; ${store.hibernatingCount} sessions stay in memory, asleep, and it is tried again`);
    publish('dormouse:store:failed', { store: records.name, error });
  }

  #delete(accountId: number, location: number): void {
    const { records, logger } = this.#parts;
    try {
      records.delete(accountId, location);
    } catch (error) {
      logger.error(`store ${records.name} did not delete the record of account ${accountId}: ${messageOf(error)}`);
    }
  }
}

/** A row's share of what its block takes. */
function bytesARow(store: SessionStore, block: Block): number {
  const { blockIndex } = block;
  const rows = store.pool.highRows[blockIndex];
  const host = store.pool.hosts[block.behaviorIndex];
  const bytes =
    host.touchedColdBytes(rows) +
    host.touchedDataBytes(block, rows) +
    store.rings.touchedBytes(blockIndex) +
    store.mail.touchedBytes(blockIndex);
  return bytes / rows;
}
