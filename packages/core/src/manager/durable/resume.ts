import type { DormouseError, ErrorCode } from '../../errors.js';
import { NO_ENTRY } from '../../hibernation/sleepers.js';
import { Column, MAX_ACCOUNT_ID, ROWS, SlotState } from '../../layout/geometry.js';
import type { Logger } from '../../logger.js';
import { emptyHead, type IndexHead, RecordKind, readHead, UNKNOWN_KIND } from '../../record/record-head.js';
import { comeBack, giveUpSlot, sleepOn, takeSlot } from '../../session/rest.js';
import { NO_SLOT } from '../../session/store.js';
import type { Engine } from '../engine.js';
import { isForGood } from '../sleep/waking.js';
import { NO_BEHAVIOR, type StoredShapes } from './shapes.js';

/** A record that no session comes back from, and why. It is kept; `releaseSession` deletes it, but for one of no account, and the earlier of two. */
export interface ResumeRefusal {
  readonly accountId: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What came back when the manager was started with `resume`. The counts together are all records that the store had. */
export interface ResumeReport {
  /** Sessions that sleep; also those that were awake, or in quarantine, and for which no slot was free: they are that again as soon as one is. */
  readonly asleep: number;
  readonly active: number;
  readonly quarantined: number;
  readonly refused: number;
  /** The first 100 of those refused. */
  readonly refusals: readonly ResumeRefusal[];
  /** When the oldest of these records was stored, by the clock on the wall, to the second; undefined: there are none. */
  readonly oldestStateAt: Date | undefined;
  /** How long before the start that was, ms. */
  readonly oldestAgeMs: number;
  /** What the manager goes on from: the last tick that was noted, and its simulated time. */
  readonly tick: number;
  readonly nowMs: number;
  /** What it took, wall-clock ms. */
  readonly durationMs: number;
}

/** Of those refused so many are named. */
const MOST_NAMED = 100;
const SECOND = 'the account has another record';

/**
 * Brings back what a store has that outlives the process: first all of it as sleepers, from heads alone; then those awake again who were when their records were
 * written. Once, before the first tick; nobody else has the manager yet. manager/durable/README.md says what is what afterwards.
 */
export class Resume {
  readonly #engine: Engine;
  readonly #shapes: StoredShapes;
  readonly #logger: Logger;
  readonly #head = emptyHead();
  /** Of how many records each shape is. */
  readonly #used = new Uint32Array(256);
  readonly #behaviors = new Uint8Array(256);
  readonly #refusals: ResumeRefusal[] = [];
  /** Entries of those that were awake, or in quarantine, times two; 1 more for those whose records are of an older shape. */
  #awake: number[] = [];
  /** Entries of sleepers that have sent what was not handed out yet. */
  #unsent: number[] = [];
  /** By entry: seconds since 1970. */
  #storedAt = new Uint32Array(4096);
  #count = 0;
  /** Of those records that are of a session awake. */
  #wereActive = 0;
  #refused = 0;
  #active = 0;
  #quarantined = 0;
  #oldest = Number.POSITIVE_INFINITY;

  constructor(engine: Engine, shapes: StoredShapes, logger: Logger) {
    this.#engine = engine;
    this.#shapes = shapes;
    this.#logger = logger;
    for (let number = 0; number < 256; number++) this.#behaviors[number] = shapes.behaviorOf(number);
  }

  /** Of how many records each shape is. */
  get used(): Uint32Array {
    return this.#used;
  }

  /** Everybody is awake who was. */
  get haveAllComeBack(): boolean {
    return this.#active === this.#wereActive;
  }

  /** Takes a page of heads, as the store hands it over. No object is made for one of them; some 0.8 µs each. */
  take(count: number, heads: Uint8Array, locations: Uint32Array, more = 0): void {
    if (this.#count === 0) this.#engine.store.sleepers.reserve(count + more);
    const view = new DataView(heads.buffer, heads.byteOffset, heads.byteLength);
    for (let i = 0; i < count; i++) this.#add(readHead(view, i, this.#head), locations[i]);
  }

  /** Wakes those who were awake, in the order in which their records lie. Numbers of shapes have been assigned. */
  wake(): void {
    const { sleepers } = this.#engine.store;
    sleepers.trim();
    const awake = this.#awake;
    this.#awake = [];
    awake.sort((a, b) => sleepers.locationOf(a >> 1) - sleepers.locationOf(b >> 1));
    for (const marked of awake) this.#wake(marked >> 1, (marked & 1) === 1);
    // Those who are awake come first, where there are not slots for all.
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const entry of unsent) this.#bringRow(entry);
  }

  /** How it went; `startedMs` and `nowMs` by `performance.now()`. */
  report(startedMs: number): ResumeReport {
    const { number: tick, nowMs } = this.#engine.clock;
    const oldestMs = this.#oldest * 1000;
    const isNone = this.#count === 0;
    const report = {
      asleep: this.#count - this.#refused - this.#active - this.#quarantined,
      active: this.#active,
      quarantined: this.#quarantined,
      refused: this.#refused,
      refusals: this.#refusals,
      oldestStateAt: isNone ? undefined : new Date(oldestMs),
      oldestAgeMs: isNone ? 0 : Math.max(0, Date.now() - oldestMs),
      tick,
      nowMs,
      durationMs: performance.now() - startedMs,
    };
    this.#tell(report);
    return report;
  }

  #add(head: IndexHead, location: number): void {
    const { store, registry } = this.#engine;
    const { sleepers } = store;
    const { accountId, incarnation, shape, kind, storedAt } = head;
    this.#count++;
    if (kind === RecordKind.active) this.#wereActive++;
    this.#used[shape]++;
    if (storedAt < this.#oldest) this.#oldest = storedAt;
    if (accountId < 1 || accountId > MAX_ACCOUNT_ID) {
      this.#refuseFlawed(accountId, location, `it is of account ${accountId}`);
      return;
    }
    const flaw = flawOf(head);
    const known = sleepers.find(accountId);
    if (known !== NO_ENTRY) {
      if (flaw !== undefined || !this.#isLater(head, known)) {
        this.#refuseFlawed(accountId, location, flaw ?? SECOND);
        return;
      }
      this.#withdraw(known);
    }
    if (flaw !== undefined) {
      // The account is not free: whoever wants it anew releases it, and with it this record.
      this.#enter({ ...head, incarnation: incarnation || 1 }, location, NO_BEHAVIOR, UNKNOWN_KIND, true);
      this.#refuseFlawed(accountId, location, flaw);
      return;
    }
    const { population } = registry;
    if (((incarnation - population.incarnations) | 0) > 0) population.incarnations = incarnation;
    const behaviorIndex = this.#behaviors[shape];
    const isAsleep = kind === RecordKind.asleep;
    const refusal = this.#shapes.refusalOf(shape);
    const entry = this.#enter(head, location, behaviorIndex, kind, refusal !== undefined);
    if (refusal !== undefined) {
      this.#refuse(accountId, 'ERR_RECORD_SHAPE', `the record of account ${accountId} cannot be read: ${refusal}`);
    } else if (!isAsleep) {
      this.#awake.push(entry * 2 + Number(this.#shapes.isOlder(shape)));
    } else if (head.isUnsent) {
      this.#unsent.push(entry);
    }
  }

  /** Has a sleeper be there. No object is made. */
  #enter(head: IndexHead, location: number, behaviorIndex: number, kind: number, isRefused: boolean): number {
    const { store, hibernation, clock } = this.#engine;
    const { sleepers } = store;
    const { accountId, incarnation, mapId, groupId, storedAt } = head;
    // Nobody will answer what it waits for: it is told when it wakes.
    const dueMs = kind !== RecordKind.asleep ? Number.POSITIVE_INFINITY : head.isAsking ? Math.min(head.dueMs, clock.nowMs) : head.dueMs;
    const entry = sleepers.add(accountId, incarnation, behaviorIndex, mapId, groupId, location, dueMs);
    sleepers.setKind(entry, kind as RecordKind);
    if (isRefused) sleepers.refuse(entry);
    hibernation.storing.storedCount++;
    hibernation.storing.rowBytes += this.#bytesARow(behaviorIndex);
    if (entry >= this.#storedAt.length) {
      const before = this.#storedAt;
      this.#storedAt = new Uint32Array(Math.max(2 * before.length, entry + 1));
      this.#storedAt.set(before);
    }
    this.#storedAt[entry] = storedAt;
    return entry;
  }

  /** Of two records of one account, which no store should have, the later one counts. */
  #isLater({ incarnation, storedAt }: IndexHead, known: number): boolean {
    const { sleepers } = this.#engine.store;
    if ((sleepers.kindOf(known) as number) === UNKNOWN_KIND) return true;
    const ahead = (incarnation - sleepers.incarnationOf(known)) | 0;
    return ahead > 0 || (ahead === 0 && storedAt > this.#storedAt[known]);
  }

  /** There is a later record of its account. */
  #withdraw(entry: number): void {
    const { store, hibernation } = this.#engine;
    const { sleepers } = store;
    hibernation.storing.storedCount--;
    hibernation.storing.rowBytes -= this.#bytesARow(sleepers.behaviorOf(entry));
    this.#awake = this.#awake.filter((marked) => marked >> 1 !== entry);
    this.#unsent = this.#unsent.filter((one) => one !== entry);
    if (!sleepers.isRefused(entry)) this.#refuseFlawed(sleepers.accountOf(entry), sleepers.locationOf(entry), SECOND);
    sleepers.remove(entry);
  }

  /** What one would take, awake: nobody has seen it yet. */
  #bytesARow(behaviorIndex: number): number {
    const host = behaviorIndex === NO_BEHAVIOR ? undefined : this.#engine.store.pool.hosts[behaviorIndex];
    return host === undefined ? 0 : host.touchedColdBytes(ROWS) / ROWS;
  }

  #wake(entry: number, isOlder: boolean): void {
    const { store } = this.#engine;
    const { sleepers } = store;
    const location = sleepers.locationOf(entry);
    const isQuarantined = sleepers.kindOf(entry) === RecordKind.quarantined;
    const slot = this.#fill(entry, isQuarantined ? 'in quarantine' : 'awake');
    if (slot === NO_SLOT) return;
    sleepers.remove(entry);
    comeBack(store, slot, isQuarantined ? SlotState.quarantined : SlotState.active);
    if (!isOlder) this.#keepContent(slot, location, isQuarantined);
    if (isQuarantined) this.#quarantined++;
    else this.#active++;
  }

  /** It sleeps on as it did, with its row here: what it has sent is handed out by the next tick, and it is stored after that. */
  #bringRow(entry: number): void {
    const { store } = this.#engine;
    const slot = this.#fill(entry, 'asleep, with packets to be handed out');
    if (slot !== NO_SLOT) sleepOn(store, slot, entry);
  }

  /** The slot that a session's record has been read into. `NO_SLOT`: it is refused, or sleeps and is due at once. */
  #fill(entry: number, was: string): number {
    const { store, hibernation, clock } = this.#engine;
    const { sleepers } = store;
    const accountId = sleepers.accountOf(entry);
    const host = store.pool.hosts[sleepers.behaviorOf(entry)];
    let slot = NO_SLOT;
    let failure: DormouseError | undefined;
    try {
      slot = takeSlot(store, host, accountId, sleepers.incarnationOf(entry));
      failure = hibernation.waking.fill(slot, entry);
    } catch (error) {
      failure = error as DormouseError;
    }
    if (failure === undefined) return slot;
    if (slot !== NO_SLOT) giveUpSlot(store, slot, accountId);
    if (isForGood(failure)) {
      sleepers.refuse(entry);
      this.#refuse(accountId, failure.code, failure.message);
    } else {
      this.#logger.warn(`account ${accountId} was ${was} and sleeps until it can be again: ${failure.message}`);
      sleepers.setDue(entry, clock.nowMs);
    }
    return NO_SLOT;
  }

  /** Where the record says what the row does, the next checkpoint need not write it again: its updates must count from the same tick on. */
  #keepContent(slot: number, location: number, isQuarantined: boolean): void {
    const { store, durability, storing, hibernation } = this.#engine;
    const countsFrom = hibernation.waking.head?.countsFrom;
    const isSame = isQuarantined ? countsFrom === undefined : countsFrom === store.word(slot, Column.updateBias);
    if (isSame) durability?.kept.keep(slot, location, storing.contentOf(slot));
  }

  #refuseFlawed(accountId: number, location: number, flaw: string): void {
    this.#refuse(accountId, 'ERR_RECORD_CORRUPT', `the record at location ${location} is corrupt: ${flaw}`);
  }

  #refuse(accountId: number, code: ErrorCode, message: string): void {
    this.#refused++;
    if (this.#refusals.length < MOST_NAMED) this.#refusals.push({ accountId, code, message });
  }

  #tell({ asleep, active, quarantined, refused, refusals, tick, durationMs }: ResumeReport): void {
    const counts = `${active} sessions active, ${quarantined} in quarantine, ${asleep} asleep`;
    this.#logger.info(`resumed from store ${this.#engine.records.name} at tick ${tick}: ${counts} (${Math.round(durationMs)} ms)`);
    if (refused === 0) return;
    this.#logger.error(`${refused} records were refused, and are kept; the first: ${refusals[0].message} (${refusals[0].code})`);
  }
}

/** What is wrong with a head that no store should have. */
function flawOf({ incarnation, kind }: IndexHead): string | undefined {
  if (incarnation === 0) return 'it is of no incarnation';
  if (kind > RecordKind.quarantined) return `it is of kind ${kind as number}`;
  return undefined;
}
