import { messageOf } from '../../errors.js';
import { type HibernationStore, NO_LOCATION, type RecordBatch } from '../../hibernation/hibernation-store.js';
import { NO_ENTRY } from '../../hibernation/sleepers.js';
import { Column } from '../../layout/geometry.js';
import type { Logger } from '../../logger.js';
import { RECORDS_A_BATCH } from '../../memory/staging.js';
import { NO_SLOT, type SessionStore } from '../../session/store.js';
import type { KeptRecords } from './kept-records.js';

export interface LedgerParts {
  readonly store: SessionStore;
  readonly records: HibernationStore;
  /** Where the records of sessions that have a slot are, in a store that outlives the process; any other keeps none of them. */
  readonly kept: KeptRecords | undefined;
  readonly logger: Logger;
  /** A sleeper's record is stored: its row is of no use any more. */
  readonly leave: (slot: number, accountId: number, location: number) => void;
}

/** What is known of the records of a batch beside what the store is told. */
export interface BatchOrigin {
  /** Whose they are. */
  readonly incarnations: ArrayLike<number>;
  /** See `StoringRounds.leaves`, `StoringRounds.contents`. */
  readonly leaves: ArrayLike<number>;
  readonly contents: ArrayLike<number>;
}

/**
 * Where each session's record lies, through every `put`: one record an account, whatever becomes of its session while the store takes a newer one. A session in a put is known by
 * account and incarnation, so that it may be moved meanwhile, wake, sleep, be released and created anew: what was so is looked up when the put has ended. Between ticks,
 * main thread only; `manager/durable/README.md` has the cases.
 */
export class RecordLedger {
  /** Records stored since start, their bytes, and how many of them were of sleepers whose rows have left. */
  stored = 0;
  storedBytes = 0;
  left = 0;
  readonly #parts: LedgerParts;
  /** The batch that the store is taking. */
  #batch: RecordBatch | undefined;
  readonly #incarnations = new Int32Array(RECORDS_A_BATCH);
  readonly #leaves = new Uint8Array(RECORDS_A_BATCH);
  readonly #contents = new Float64Array(RECORDS_A_BATCH);
  /** Where those records lie that it replaces. */
  readonly #replaced = new Uint32Array(RECORDS_A_BATCH);

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  // ------------------------------------------------------------------------------------------------------- sessions

  /** A sleeper rises whose row is here: what the store is taking of it is not where it sleeps. */
  risen(accountId: number): void {
    const at = this.#indexOf(accountId);
    if (at === -1) return;
    this.#leaves[at] = 0;
    this.#contents[at] = 0;
  }

  /** A sleeper has woken from its record, into a slot. */
  woken(slot: number, accountId: number, location: number): void {
    const { kept } = this.#parts;
    if (kept === undefined) this.#delete(accountId, location);
    else kept.keep(slot, location);
  }

  /** A session is gone whose record was here, if it had one. What the store is about to replace is seen to when it has. */
  gone(accountId: number, location: number): void {
    if (location !== NO_LOCATION && this.#indexOf(accountId) === -1) this.#delete(accountId, location);
  }

  /** The store has put a record elsewhere. */
  recordMoved(accountId: number, location: number): void {
    const { store, kept } = this.#parts;
    const { sleepers, index } = store;
    const at = this.#indexOf(accountId);
    if (at !== -1 && this.#batch !== undefined) {
      this.#batch.locations[at] = location;
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

  // ----------------------------------------------------------------------------------------------------------- puts

  /** The store is given a batch. */
  begin(batch: RecordBatch, { incarnations, leaves, contents }: BatchOrigin): void {
    this.#batch = batch;
    for (let i = 0; i < batch.count; i++) {
      this.#incarnations[i] = incarnations[i];
      this.#leaves[i] = leaves[i];
      this.#contents[i] = contents[i];
      this.#replaced[i] = batch.locations[i];
    }
  }

  /** The store has ended with it; `error` says how, if not well. Returns what went wrong. */
  end(error: unknown): unknown {
    const batch = this.#batch as RecordBatch;
    this.#batch = undefined;
    const cause = error ?? this.#untold(batch);
    if (cause === undefined) this.#taken(batch);
    else this.#notTaken(batch);
    return cause;
  }

  /** A store that does not tell where a record is has not taken it. */
  #untold({ count, accountIds, locations }: RecordBatch): Error | undefined {
    for (let i = 0; i < count; i++) {
      if (locations[i] !== NO_LOCATION) continue;
      for (let at = 0; at < count; at++) if (locations[at] !== this.#replaced[at]) this.#delete(accountIds[at], locations[at]);
      return new Error(`it has not told where the record of account ${accountIds[i]} is`);
    }
    return undefined;
  }

  #taken({ count, accountIds, locations, ends }: RecordBatch): void {
    const { store, kept, leave } = this.#parts;
    const { sleepers } = store;
    this.stored += count;
    this.storedBytes += ends[count - 1];
    for (let i = 0; i < count; i++) {
      const accountId = accountIds[i];
      const location = locations[i];
      const slot = this.#slotOf(accountId, this.#incarnations[i]);
      if (slot === NO_SLOT) {
        const entry = sleepers.find(accountId);
        const isAsleep = entry !== NO_ENTRY && sleepers.incarnationOf(entry) === this.#incarnations[i];
        if (isAsleep) sleepers.setLocation(entry, location);
        else this.#delete(accountId, location);
      } else if (this.#leaves[i] !== 0) {
        kept?.take(slot);
        this.left++;
        leave(slot, accountId, location);
      } else if (kept === undefined) {
        this.#delete(accountId, location);
      } else {
        kept.keep(slot, location, this.#contents[i]);
      }
    }
  }

  /**
   * All rows and locations are as they were; but records of sessions that are gone since are not needed any more. A store whose thread or disk has died in a commit may have it after all: so
   * what the records say that were to be replaced is not known, and they are written again.
   */
  #notTaken({ count, accountIds }: RecordBatch): void {
    const { store, kept } = this.#parts;
    for (let i = 0; i < count; i++) {
      const accountId = accountIds[i];
      const slot = this.#slotOf(accountId, this.#incarnations[i]);
      if (slot !== NO_SLOT) kept?.keep(slot, kept.locationOf(slot));
      const isGone = store.incarnationOf(accountId) !== this.#incarnations[i];
      if (isGone && this.#replaced[i] !== NO_LOCATION) this.#delete(accountId, this.#replaced[i]);
    }
  }

  /** The slot that this incarnation of an account has; `NO_SLOT` if it has none. */
  #slotOf(accountId: number, incarnation: number): number {
    const { store } = this.#parts;
    const slot = store.index.get(accountId);
    return slot !== NO_SLOT && store.word(slot, Column.incarnation) === incarnation ? slot : NO_SLOT;
  }

  /** Which of the batch that the store is taking is of this account; −1: none. */
  #indexOf(accountId: number): number {
    if (this.#batch === undefined) return -1;
    const { accountIds, count } = this.#batch;
    for (let at = 0; at < count; at++) if (accountIds[at] === accountId) return at;
    return -1;
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
