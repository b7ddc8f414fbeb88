import type { HibernationStore } from '../../hibernation/hibernation-store.js';
import { NO_ENTRY } from '../../hibernation/sleepers.js';
import type { Logger } from '../../logger.js';
import type { RecordHead } from '../../record/record-format.js';
import { RecordReader } from '../../record/record-reader.js';
import type { InputTap } from '../../recording/observer.js';
import { NO_SLOT, type SessionStore } from '../../session/store.js';
import type { TickClock } from '../../session/tick-clock.js';
import { NO_REFUSALS, type RefusedRequest } from '../../tick-report.js';
import type { WallClock } from '../../wall-clock.js';
import type { KeptRecords } from '../durable/kept-records.js';
import type { Upgrades } from '../durable/upgrades.js';
import { FallingAsleep } from './falling-asleep.js';
import { IdleScan } from './idle-scan.js';
import { Storing } from './storing.js';
import type { StoringRounds } from './storing-rounds.js';
import { NO_ROOM, Waking } from './waking.js';

const MS_A_MINUTE = 60_000;
const SCAN_EVERY_MS = 1000;
/** Of those whose time has come so many records are tried in a tick that cannot be read. */
const MOST_UNREADABLE = 32;

export interface HibernationParts {
  readonly store: SessionStore;
  readonly clock: TickClock;
  readonly records: HibernationStore;
  readonly upgrades: Upgrades;
  readonly rounds: StoringRounds;
  /** See {@link import('../../memory/staging.js').Staging.shapes}. */
  readonly shapes: Readonly<Uint8Array>;
  readonly kept: KeptRecords | undefined;
  readonly noteClock: (() => void) | undefined;
  readonly wallClock: WallClock;
  readonly logger: Logger;
  readonly inputs: InputTap;
  readonly isAutomatic: boolean;
  readonly thresholdMinutes: number;
  /** Takes what a session's `hibernate` hook has put into its outbox. */
  readonly lastWords: (slot: number) => void;
}

/**
 * Who sleeps, and for how long: hibernation/README.md has the states, their transitions, and why nothing that is sent to a sleeper is lost.
 * Everything here is done between ticks, or when one begins or has ended; main thread only.
 */
export class Hibernation {
  readonly waking: Waking;
  readonly storing: Storing;
  thresholdMinutes: number;
  /** Looks for idle sessions since start. */
  cycles = 0;
  readonly #parts: HibernationParts;
  readonly #asleep: FallingAsleep;
  readonly #scan: IdleScan;
  readonly #reader: RecordReader;
  /** Whole second of simulated time of the last scan. */
  #scannedSecond: number;
  /** Records that could not be read since this tick began, of those whose time had come. */
  #unreadable = 0;

  constructor(parts: HibernationParts) {
    const { store, clock, shapes, thresholdMinutes } = parts;
    this.#parts = parts;
    this.thresholdMinutes = thresholdMinutes;
    this.#reader = new RecordReader(store.table, shapes);
    this.storing = new Storing(parts);
    this.waking = new Waking({ ...parts, reader: this.#reader, storing: this.storing });
    this.#asleep = new FallingAsleep(parts);
    this.#scan = new IdleScan(store);
    this.#scannedSecond = secondOf(clock.nowMs);
    store.makeRoom = () => this.storing.makeRoom();
  }

  /** Sessions asleep, stored or not. */
  get count(): number {
    return this.#parts.store.sleepers.count;
  }

  /** Since start. */
  get fellAsleep(): number {
    return this.#asleep.count;
  }

  get woke(): number {
    return this.waking.count;
  }

  /** Bytes that sleepers would take if they were awake, less those that their records and the list of them take. */
  get memorySavedBytes(): number {
    const { store, records } = this.#parts;
    const held = this.storing.storedCount === 0 ? 0 : records.stats().heldBytes + store.sleepers.heldBytes;
    return Math.max(0, Math.round(this.storing.rowBytes - held));
  }

  // ----------------------------------------------------------------------------------------------------------- ticks

  /**
   * A tick begins, time has advanced: those whose time has come wake, by time, then account; first those who could not before. Who needs a slot or a
   * record is not tried once a slot was wanted in vain, or {@link MOST_UNREADABLE} records could not be read: it is late, and tried when another
   * tick begins. Until {@link ingested}.
   */
  beginTick(): void {
    const { store, clock } = this.#parts;
    const { sleepers } = store;
    this.waking.isIngest = true;
    this.waking.hasRoom = true;
    this.#unreadable = 0;
    for (let left = sleepers.lateCount; left > 0 && this.#triesRecords && sleepers.lateCount > 0; left--) this.#wakeDue(sleepers.firstLate);
    while (sleepers.nextDueMs <= clock.nowMs) this.#wakeDue(sleepers.nextDue);
  }

  /** All that wakes somebody in this tick's update has. */
  ingested(): void {
    this.waking.isIngest = false;
  }

  /** A tick has ended: whenever another whole second of simulated time has passed, idle sessions fall asleep. */
  endTick(): void {
    const { isAutomatic, clock } = this.#parts;
    const second = secondOf(clock.nowMs);
    if (second === this.#scannedSecond) return;
    this.#scannedSecond = second;
    if (isAutomatic) this.hibernateInactive();
  }

  /** What could not be woken since the last call; has been told already. */
  takeRefusals(): readonly RefusedRequest[] {
    const { refusals } = this.waking;
    if (refusals.length === 0) return NO_REFUSALS;
    this.waking.refusals = [];
    return refusals;
  }

  /** See {@link Storing.step}. */
  maintain(untilMs: number): void | Promise<void> {
    return this.storing.step(untilMs);
  }

  // --------------------------------------------------------------------------------------------------- falling asleep

  /** Puts all to sleep that have been idle for as long as the threshold says, and may; returns how many. */
  hibernateInactive(): number {
    const { clock, store } = this.#parts;
    this.cycles++;
    const beforeMs = clock.nowMs - this.thresholdMinutes * MS_A_MINUTE;
    let count = 0;
    for (const accountId of this.#scan.find(beforeMs)) {
      const slot = store.index.get(accountId);
      // The hook of one before it may have had it released, and created anew.
      if (slot !== NO_SLOT && store.lastActivityMs(slot) <= beforeMs && this.#asleep.put(slot)) count++;
    }
    return count;
  }

  /** Whether a slot's session could sleep now, if its hook has nothing against it. */
  mayRest(slot: number): boolean {
    return this.#asleep.may(slot);
  }

  /** Puts a slot's session to sleep that somebody has asked it of: what is due soon does not keep it awake, only what is due now. */
  sleepAsked(slot: number): boolean {
    return this.#asleep.put(slot, 0);
  }

  // ------------------------------------------------------------------------------------------------------- waking

  /** See {@link Waking.wake}. */
  wakeSlot(accountId: number): number {
    return this.waking.wake(accountId);
  }

  /** The same for an account that has this incarnation; otherwise `NO_SLOT`. */
  wakeIncarnation(accountId: number, incarnation: number): number {
    return this.#parts.store.incarnationOf(accountId) === incarnation ? this.waking.wake(accountId) : NO_SLOT;
  }

  /** What the record of a stored sleeper tells. Throws `ERR_RECORD_CORRUPT`, and what the store throws. */
  headOf(entry: number): RecordHead {
    const { store, records } = this.#parts;
    const { sleepers } = store;
    const accountId = sleepers.accountOf(entry);
    const head = this.#reader.head(records.read(accountId, sleepers.locationOf(entry)), accountId);
    // It may have been moved in its sleep.
    return { ...head, mapId: sleepers.mapOf(entry), groupId: sleepers.groupOf(entry) };
  }

  /** The store has put a record elsewhere. */
  recordMoved(accountId: number, location: number): void {
    this.storing.ledger.recordMoved(accountId, location);
  }

  /** Ends the session of a stored sleeper without waking it; false if there is none. */
  drop(accountId: number): boolean {
    const { sleepers, onGone } = this.#parts.store;
    const entry = sleepers.find(accountId);
    if (entry === NO_ENTRY) return false;
    const incarnation = sleepers.incarnationOf(entry);
    this.storing.forget(accountId, sleepers.locationOf(entry));
    this.waking.forget(accountId);
    sleepers.remove(entry);
    onGone?.(incarnation);
    return true;
  }

  get #triesRecords(): boolean {
    return this.waking.hasRoom && this.#unreadable < MOST_UNREADABLE;
  }

  /** Wakes one whose time has come. If it cannot it is late: in its place for want of a slot, behind all others if its record could not be read. */
  #wakeDue(entry: number): void {
    const { store, clock } = this.#parts;
    const { sleepers } = store;
    const accountId = sleepers.accountOf(entry);
    const incarnation = sleepers.incarnationOf(entry);
    // Off the clock, whatever comes of it.
    sleepers.setLate(entry, sleepers.dueMsOf(entry));
    const isStored = store.index.get(accountId) === NO_SLOT;
    if ((isStored && !this.#triesRecords) || this.waking.wake(accountId) !== NO_ROOM || !this.waking.hasRoom) return;
    this.#unreadable++;
    const left = sleepers.find(accountId);
    if (left !== NO_ENTRY && sleepers.incarnationOf(left) === incarnation) sleepers.setLate(left, clock.nowMs);
  }
}

function secondOf(ms: number): number {
  return Math.floor(ms / SCAN_EVERY_MS);
}
