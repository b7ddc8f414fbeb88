import { type HibernationStore, NO_LOCATION, type RecordBatch } from '../../hibernation/hibernation-store.js';
import { Column, ROW_BITS, ROW_MASK, SlotState } from '../../layout/geometry.js';
import type { Logger } from '../../logger.js';
import type { Block } from '../../memory/block.js';
import { isDrained } from '../../memory/record-ring.js';
import { leaveSlot } from '../../session/rest.js';
import { NO_SLOT, type SessionStore } from '../../session/store.js';
import type { TickClock } from '../../session/tick-clock.js';
import type { WallClock } from '../../wall-clock.js';
import type { KeptRecords } from '../durable/kept-records.js';
import { MovedSleepers } from '../durable/moved-sleepers.js';
import { PutLane } from '../durable/put-lane.js';
import { type BatchOrigin, RecordLedger } from '../durable/record-ledger.js';
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
  /** Of a store that outlives the process. */
  readonly kept?: KeptRecords | undefined;
  /** Notes in it what time it is: behind that nothing is stored, nor flushed. */
  readonly noteClock?: (() => void) | undefined;
}

/**
 * Takes rows of sleepers to the store and frees their slots: hibernating → hibernated. When, depends on the clock on the wall, and shows nowhere
 * but in memory. Between ticks, or when one has ended; main thread only.
 */
export class Storing {
  /** Bytes of blocks that the rows of those took who are stored now. */
  rowBytes = 0;
  storedCount = 0;
  readonly lane: PutLane;
  readonly ledger: RecordLedger;
  /** A sleeper has woken whose record in a store that outlives the process has it on another map or in another group. */
  onWokenMoved: ((accountId: number) => void) | undefined;
  /** Whether a session waits for an answer, for a store that outlives the process. */
  isAsking: (incarnation: number) => boolean = () => false;
  readonly #parts: StoringParts;
  readonly #slots = new Int32Array(StoringRounds.most);
  readonly #movedSleepers: MovedSleepers | undefined;
  /** Where to look for the next row. */
  #cursor = 0;
  /** The tick in or behind which room was looked for last in a store's pause. */
  #triedInTick = Number.NaN;
  /** While a batch ends, and no longer, since it may be dropped then: the block whose rows leave, as they mostly do one after the other, and what each took. */
  #leftBlock: Block | undefined;
  #bytesARow = 0;

  constructor(parts: StoringParts) {
    this.#parts = parts;
    this.lane = new PutLane(parts);
    if (parts.kept !== undefined) {
      this.#movedSleepers = new MovedSleepers(parts.store, parts.records, (incarnation) => this.isAsking(incarnation));
    }
    this.ledger = new RecordLedger({
      ...parts,
      kept: parts.kept,
      leave: (slot, accountId, location) => this.#leave(slot, accountId, location),
    });
  }

  /**
   * Stores until nothing is left that can be stored now, or `performance.now()` has come to `untilMs`: then with the batch in hand, one at least. A promise when
   * the scheduler takes its time: rows must stay as they are until it is done. Never fails.
   */
  step(untilMs: number): void | Promise<void> {
    const { rounds, store } = this.#parts;
    if (store.hibernatingCount === 0 && this.lane.work === undefined && !this.#hasMoved) return;
    while (this.lane.settle() && !this.isPausing) {
      if (rounds.hasNext) {
        this.send();
        if (performance.now() >= untilMs) return;
        continue;
      }
      const isLong = untilMs - performance.now() >= FULL_ROUND_MS;
      const count = this.#gather(isLong ? StoringRounds.most : rounds.slots.length);
      if (count === 0) {
        if (!this.sendMoved() || performance.now() >= untilMs) return;
        continue;
      }
      const encoding = rounds.encode(this.#slots, count);
      if (encoding !== undefined) return encoding.then(() => this.step(untilMs));
    }
  }

  /** The same for the next batch of those encoded, else of so many as the host encodes at once; false if there is none. The store is free, and not left alone. */
  sendOne(): boolean {
    const { rounds } = this.#parts;
    if (!rounds.hasNext) {
      const count = this.#gather(rounds.slots.length);
      if (count === 0) return this.sendMoved();
      if (rounds.encode(this.#slots, count) !== undefined) return false;
    }
    this.send();
    return true;
  }

  /** Sees to what the store was doing; true if it is free, and nothing that is encoded waits for it: whoever is first then makes the next list. */
  isOpen(): boolean {
    return this.lane.settle() && !this.#parts.rounds.hasNext;
  }

  /** True while a store that has failed is left alone. */
  get isPausing(): boolean {
    return this.lane.isPausing;
  }

  /** Frees at least one slot at once, if a store that takes its records at once lets it. One that has failed is tried once a tick in its pause. */
  makeRoom(): void {
    const { rounds, clock } = this.#parts;
    if (!this.lane.settle()) return;
    if (this.isPausing) {
      if (this.#triedInTick === clock.number) return;
      this.#triedInTick = clock.number;
    }
    const before = this.storedCount;
    while (this.storedCount === before) {
      if (rounds.hasNext) {
        if (!this.send()) return;
        continue;
      }
      const count = this.#gather(rounds.slots.length);
      // So few are encoded at once.
      if (count === 0 || rounds.encode(this.#slots, count) !== undefined) return;
    }
  }

  /** True once so many sleepers that were moved have been looked at since start as had been or were listed when this was taken from {@link movedUntil}. */
  hasToldMoved(until: number): boolean {
    return this.#movedSleepers === undefined || this.#movedSleepers.looked >= until;
  }

  /** See {@link hasToldMoved}. */
  get movedUntil(): number {
    const moved = this.#movedSleepers;
    return moved === undefined ? 0 : moved.looked + moved.count;
  }

  /** Hands over the next batch of those encoded, if any is left; false if the store takes its time with it, or does not take it. */
  send(): boolean {
    const { rounds } = this.#parts;
    const batch = rounds.next();
    return batch === undefined || this.#put(batch, rounds);
  }

  /** Has a store that is free told of some of those who were moved in their sleep, or looks at some in vain; false if all have been looked at. */
  sendMoved(): boolean {
    const moved = this.#movedSleepers;
    const batch = moved?.next();
    if (moved === undefined || batch === undefined) return this.#hasMoved;
    this.#put(batch, moved, () => moved.restore(batch));
    return true;
  }

  #put(batch: RecordBatch, origin: BatchOrigin, failed?: () => void): boolean {
    const { records, rounds, noteClock } = this.#parts;
    return this.lane.run({
      begin: () => {
        this.ledger.begin(batch, origin);
        noteClock?.();
        return records.put(batch);
      },
      ended: (error) => {
        const cause = this.ledger.end(error);
        this.#leftBlock = undefined;
        if (cause === undefined) return undefined;
        // What else was encoded is done anew then.
        rounds.drop();
        failed?.();
        return cause;
      },
    });
  }

  /** A sleeper whose row is here rises: what was made of it is not where it sleeps. */
  risen(slot: number): void {
    const { rounds, store } = this.#parts;
    rounds.risen(slot);
    this.ledger.risen(store.word(slot, Column.account) >>> 0);
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
    this.ledger.gone(accountId, kept?.take(slot) ?? NO_LOCATION);
  }

  /** A session has woken from its record, into a slot: a store that outlives the process keeps it until there is a newer one. */
  woken(slot: number, accountId: number, location: number): void {
    this.#leftStore();
    this.ledger.woken(slot, accountId, location);
    if (this.#movedSleepers?.delete(accountId)) this.onWokenMoved?.(accountId);
  }

  /** A stored sleeper was released: its record is not needed any more. */
  forget(accountId: number, location: number): void {
    this.#leftStore();
    this.ledger.gone(accountId, location);
    this.#movedSleepers?.delete(accountId);
  }

  /** A sleeper is on another map from now on, or in another group. */
  movedAsleep(accountId: number): void {
    this.#movedSleepers?.add(accountId);
  }

  /** See {@link MovedSleepers.retry}. */
  retryMoved(): void {
    this.#movedSleepers?.retry();
  }

  get #hasMoved(): boolean {
    return this.#movedSleepers !== undefined && this.#movedSleepers.count > 0;
  }

  #leftStore(): void {
    this.rowBytes -= this.rowBytes / this.storedCount;
    this.storedCount--;
  }

  /** A sleeper's record is stored, and its row is of no use any more. */
  #leave(slot: number, accountId: number, location: number): void {
    const { store } = this.#parts;
    const { sleepers } = store;
    if (slot >> ROW_BITS !== this.#leftBlock?.blockIndex) {
      this.#leftBlock = store.block(slot);
      this.#bytesARow = bytesARow(store, this.#leftBlock);
    }
    sleepers.setLocation(sleepers.find(accountId), location);
    this.#movedSleepers?.stored(accountId);
    this.rowBytes += this.#bytesARow;
    this.storedCount++;
    leaveSlot(store, slot, this.#leftBlock, accountId);
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
