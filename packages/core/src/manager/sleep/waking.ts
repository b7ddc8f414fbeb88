import { DormouseError, messageOf } from '../../errors.js';
import { isObserved, publish } from '../../events.js';
import type { HibernationStore } from '../../hibernation/hibernation-store.js';
import { NO_ENTRY } from '../../hibernation/sleepers.js';
import { Column, ROW_MASK, SlotState } from '../../layout/geometry.js';
import type { Logger } from '../../logger.js';
import type { RecordHead } from '../../record/record-format.js';
import { RecordKind } from '../../record/record-head.js';
import type { RecordReader } from '../../record/record-reader.js';
import type { NamedRequest } from '../../record/row-services.js';
import type { InputTap } from '../../recording/observer.js';
import { comeBack, giveUpSlot, isAtRest, rise, takeSlot } from '../../session/rest.js';
import { NO_SLOT, type SessionStore } from '../../session/store.js';
import type { RefusedRequest } from '../../tick-report.js';
import type { Runs } from '../durable/runs.js';
import type { Upgrades } from '../durable/upgrades.js';
import type { Storing } from './storing.js';

/** Its session sleeps on: there is no slot for it, or its record cannot be read now. */
export const NO_ROOM = -2;

export interface WakingParts {
  readonly store: SessionStore;
  readonly records: HibernationStore;
  readonly upgrades: Upgrades;
  readonly reader: RecordReader;
  readonly storing: Storing;
  readonly logger: Logger;
  readonly inputs: InputTap;
}

/**
 * Wakes sessions: hibernating → active, or hibernated → waking → active within one call (→ quarantined, who was that in a process before and found no slot yet). Whoever has something for a session asks here for its
 * slot. Between ticks; main thread only.
 *
 * Others hear of something within the call: that the session is awake, that the pool has grown, that the store fails. They may have anything done, to
 * this session too. What is returned is looked up last, and is of the session that was there first.
 */
export class Waking {
  /** Sessions woken since start. */
  count = 0;
  /** True while a tick begins: its number counts already, and those who wake have yet to be updated in it. */
  isIngest = false;
  /** False once somebody had to sleep on for want of a slot; whoever sees to it sets it anew. */
  hasRoom = true;
  /** Of a store that outlives the process: told of each session with requests that has been read into a slot, and which its record names. */
  onAsking: ((slot: number, named: readonly NamedRequest[]) => void) | undefined;
  /** What the record told that was read into a slot last. */
  head: RecordHead | undefined;
  /** Of a store that outlives the process. */
  runs: Runs | undefined;
  /** Records that could not be read since somebody took these; told already. */
  refusals: RefusedRequest[] = [];
  readonly #parts: WakingParts;
  /** Why accounts sleep on that can perhaps wake later, as it was the last time: told once. */
  readonly #unreadable = new Map<number, DormouseError>();
  /** Accounts whose `migrate` runs. */
  readonly #migrating = new Set<number>();

  constructor(parts: WakingParts) {
    this.#parts = parts;
  }

  /**
   * The slot of an account's session, which is awake. `NO_SLOT`: there is none, or not any more, or its record is refused; `NO_ROOM`: it
   * sleeps on, or sleeps again. Never throws.
   */
  wake(accountId: number): number {
    const { store, inputs } = this.#parts;
    const { observer } = inputs;
    const isHeard = isObserved('dormouse:session:woken');
    // Looked up only where somebody may have anything done meanwhile, or wants to know.
    const isWatched = isHeard || observer !== undefined;
    const incarnation = isWatched ? store.incarnationOf(accountId) : 0;
    const slot = this.#rowOf(accountId);
    const hasRisen = slot >= 0 && isAtRest(store, slot);
    if (hasRisen) {
      this.#rise(slot, accountId);
      this.count++;
    }
    if (!isWatched || (!hasRisen && store.incarnationOf(accountId) === incarnation)) return slot;
    if (hasRisen && isHeard) publish('dormouse:session:woken', { accountId });
    // While a tick begins nothing that is asked for takes effect.
    if (!this.isIngest) observer?.moment();
    return this.#slotOf(accountId, incarnation);
  }

  /** The same for one that is to be released at once: nobody hears of its waking, and it does not count. */
  raise(accountId: number): number {
    const slot = this.#rowOf(accountId);
    if (slot >= 0 && isAtRest(this.#parts.store, slot)) this.#rise(slot, accountId);
    return slot;
  }

  /** Why an account's session slept on when it was to wake last; undefined when it has woken since. */
  causeOf(accountId: number): DormouseError | undefined {
    return this.#unreadable.get(accountId);
  }

  /** An account's session is gone, unwoken: of the next one that cannot be read it is told anew. */
  forget(accountId: number): void {
    this.#unreadable.delete(accountId);
  }

  /** The slot of a session that is awake, or is to rise now: its row is whole. `NO_SLOT` and `NO_ROOM` as {@link wake} tells them. */
  #rowOf(accountId: number): number {
    const { store, storing } = this.#parts;
    const slot = store.index.get(accountId);
    if (slot === NO_SLOT) return this.#load(accountId);
    if (store.isAsleep(slot)) storing.risen(slot);
    return slot;
  }

  /** What wake returns for this incarnation, if nothing more is done for it. */
  #slotOf(accountId: number, incarnation: number): number {
    const { store } = this.#parts;
    if (store.incarnationOf(accountId) !== incarnation) return NO_SLOT;
    const slot = store.index.get(accountId);
    return slot === NO_SLOT || store.isAsleep(slot) ? NO_ROOM : slot;
  }

  #load(accountId: number): number {
    const { store, upgrades } = this.#parts;
    const { sleepers } = store;
    const known = sleepers.find(accountId);
    if (known === NO_ENTRY || sleepers.isRefused(known)) return NO_SLOT;
    const incarnation = sleepers.incarnationOf(known);
    let migrated: Uint8Array | undefined;
    if (upgrades.areDue) {
      const found = this.#migrate(accountId, known);
      if (typeof found === 'number') return found;
      migrated = found;
    }
    let slot: number;
    try {
      slot = takeSlot(store, store.pool.hosts[sleepers.behaviorOf(known)], accountId, incarnation);
    } catch (error) {
      this.hasRoom = false;
      return this.#sleepsOn(accountId, incarnation, error);
    }
    if (slot === NO_SLOT) return this.#slotOf(accountId, incarnation);
    const entry = sleepers.find(accountId);
    const failure = this.fill(slot, entry, migrated);
    if (failure === undefined) return slot;
    giveUpSlot(store, slot, accountId);
    return this.#notRead(entry, failure);
  }

  /**
   * Reads a sleeper's record into the slot that it has just been given, on the map and in the group that it was moved to in its sleep. Returns why it cannot be
   * read, {@link isForGood} or now; the row is not to be used then. Never throws. `record`: what is to be read in place of what the store has.
   */
  fill(slot: number, entry: number, record?: Uint8Array): DormouseError | undefined {
    const { store, upgrades, reader, storing } = this.#parts;
    const { sleepers } = store;
    const accountId = sleepers.accountOf(entry);
    const incarnation = sleepers.incarnationOf(entry);
    const location = sleepers.locationOf(entry);
    const block = store.block(slot);
    const row = slot & ROW_MASK;
    let bytes: Uint8Array;
    try {
      bytes = record ?? upgrades.read(accountId, location);
    } catch (error) {
      return unreadable(accountId, error);
    }
    try {
      const head = reader.read(bytes, accountId, block, row);
      this.head = head;
      if (head.incarnation !== incarnation) throw foreign(accountId, incarnation, head.incarnation);
      block.page[Column.updateBias + row] = -this.updatesOf(head);
    } catch (error) {
      return corrupt(accountId, location, error);
    }
    block.page[Column.map + row] = sleepers.mapOf(entry);
    block.page[Column.group + row] = sleepers.groupOf(entry);
    if (block.cold.i32[block.services.unanswered + row] !== 0) this.onAsking?.(slot, reader.requests);
    storing.woken(slot, accountId, location);
    return undefined;
  }

  /** Updates that a record's session has had. In a process that is gone it may have been awake: see {@link Runs.updatesOf}. */
  updatesOf(head: RecordHead): number {
    return this.runs?.updatesOf(head) ?? head.updateCount;
  }

  /**
   * A sleeper's record as its behaviour has it now: a copy. Or what {@link wake} returns, where it cannot be had, or the session is another by now, is
   * elsewhere or awake: `migrate` runs while the session sleeps on, stored, and may have anything done, but have it woken.
   */
  #migrate(accountId: number, entry: number): Uint8Array | number {
    const { store, upgrades } = this.#parts;
    const { sleepers } = store;
    const incarnation = sleepers.incarnationOf(entry);
    const location = sleepers.locationOf(entry);
    if (this.#migrating.has(accountId)) return NO_ROOM;
    let record: Uint8Array | undefined;
    let failure: unknown;
    this.#migrating.add(accountId);
    try {
      record = upgrades.read(accountId, location).slice();
    } catch (error) {
      failure = error;
    }
    this.#migrating.delete(accountId);
    const now = sleepers.find(accountId);
    const isSame = now !== NO_ENTRY && sleepers.incarnationOf(now) === incarnation && sleepers.locationOf(now) === location;
    if (!isSame || store.index.get(accountId) !== NO_SLOT) return this.#slotOf(accountId, incarnation);
    return record ?? this.#notRead(now, unreadable(accountId, failure));
  }

  /** What {@link wake} returns where a record could not be read: once for good, it is refused. */
  #notRead(entry: number, failure: DormouseError): number {
    const { sleepers } = this.#parts.store;
    const accountId = sleepers.accountOf(entry);
    if (!isForGood(failure)) return this.#sleepsOn(accountId, sleepers.incarnationOf(entry), failure);
    sleepers.refuse(entry);
    this.#tell(accountId, failure);
    return NO_SLOT;
  }

  #rise(slot: number, accountId: number): void {
    const { store } = this.#parts;
    const { sleepers } = store;
    const entry = sleepers.find(accountId);
    const isQuarantined = sleepers.kindOf(entry) === RecordKind.quarantined;
    sleepers.remove(entry);
    this.#unreadable.delete(accountId);
    // After a restart that had no slot for it: it comes back to what it was, and has no updates.
    if (isQuarantined) {
      comeBack(store, slot, SlotState.quarantined);
      return;
    }
    rise(store, slot);
    if (this.isIngest) store.setWord(slot, Column.updateBias, store.word(slot, Column.updateBias) - 1);
  }

  #sleepsOn(accountId: number, incarnation: number, cause: unknown): number {
    // Whoever heard of a store that fails may have had it released.
    if (this.#parts.store.incarnationOf(accountId) !== incarnation) return NO_SLOT;
    const isTold = this.#unreadable.has(accountId);
    const error = unreadable(accountId, cause);
    this.#unreadable.set(accountId, error);
    if (!isTold) this.#tell(accountId, error);
    return this.#slotOf(accountId, incarnation);
  }

  #tell(accountId: number, error: DormouseError): void {
    const refusal: RefusedRequest = { request: 'wake', accountId, error };
    this.refusals.push(refusal);
    this.#parts.inputs.observer?.notWoken(accountId, error);
    this.#parts.logger.error(`account ${accountId} could not be woken: ${error.message}`);
    publish('dormouse:request:refused', refusal);
  }
}

/** Whether a record that could not be read never can be: it is refused. */
export function isForGood({ code }: DormouseError): boolean {
  return code.startsWith('ERR_RECORD_');
}

function unreadable(accountId: number, cause: unknown): DormouseError {
  if (DormouseError.isInstance(cause)) return cause;
  const message = `the record of account ${accountId} could not be read: ${messageOf(cause)}`;
  return new DormouseError('ERR_STORE_FAILED', message, { accountId, cause });
}

function corrupt(accountId: number, location: number, cause: unknown): DormouseError {
  // Whole, but not for this manager.
  if (DormouseError.isInstance(cause, 'ERR_RECORD_SHAPE')) return cause;
  return new DormouseError('ERR_RECORD_CORRUPT', `location ${location}: ${messageOf(cause)}`, { accountId, cause });
}

function foreign(accountId: number, expected: number, found: number): DormouseError {
  return new DormouseError('ERR_RECORD_CORRUPT', `the record of account ${accountId} is of incarnation ${found}, not ${expected}`, {
    accountId,
  });
}
