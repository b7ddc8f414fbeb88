import type { AnyBehavior, FieldsOf } from '../behavior.js';
import { DormouseError, shown } from '../errors.js';
import { NO_ENTRY } from '../hibernation/sleepers.js';
import { Column, PACKET_WORDS, Traffic } from '../layout/geometry.js';
import type { RecordHead } from '../record/record-format.js';
import type { StateOf } from '../session-api.js';
import type { StateSource } from './host-state.js';
import { NO_SLOT } from './store.js';

/** What became of a packet that was pushed. Outcomes of a hot path are numbers, not errors. */
export const PushOutcome = {
  /** In the session's inbound ring: its next update sees it. */
  delivered: 0,
  /** A tick is in flight: copied, and delivered when it has ended (a full ring then shows in the tick's report). */
  queued: 1,
  /** The ring has no room: nothing changed but the session's `dropped` count. Or it sleeps and there is no room for it to wake. */
  full: 2,
  /** The session has been released, or its record was found corrupt. */
  stale: 3,
} as const;
export type PushOutcome = (typeof PushOutcome)[keyof typeof PushOutcome];

/**
 * `active`: updated every tick. `quarantined`: failed too often, updated no more until revived. `hibernating`: asleep, its memory not given
 * back yet. `hibernated`: asleep. `queued`: asked for while a tick was in flight, there when it has ended. `released`: gone for good.
 */
export type SessionStatus = 'active' | 'quarantined' | 'hibernating' | 'hibernated' | 'queued' | 'released';

/** What a handle asks of its manager. */
export interface HandleOwner {
  /** For handles nobody is there any more. */
  readonly isClosed: boolean;
  findSession(accountId: number, incarnation: number, hint: number): number;
  /** Entry of an incarnation of an account among the sleepers that are stored, or −1. */
  findSleeper(accountId: number, incarnation: number): number;
  readWord(slot: number, column: number): number;
  readTraffic(slot: number, column: number): number;
  readUpdateCount(slot: number): number;
  readIdleMs(slot: number): number;
  /** The same of a sleeper that is stored, by what its record tells. */
  readSleeper(entry: number): RecordHead;
  idleMsOf(head: RecordHead): number;
  statusOf(handle: SessionHandle, slot: number): SessionStatus;
  /** Why a handle that has no slot has none. */
  absenceOf(handle: SessionHandle): string;
  behaviorOf(slot: number): AnyBehavior;
  behaviorOfSleeper(entry: number): AnyBehavior;
  makeState(source: StateSource, behavior: AnyBehavior): object;
  locateState(slot: number): Record<string, unknown>;
  /** The host has written elements `start … start + count − 1` of a field. */
  stateWritten(slot: number, field: string, start: number, count: number): void;
  pushTo(handle: SessionHandle, opcode: number, payload: Uint8Array): PushOutcome;
  setMapOf(handle: SessionHandle, mapId: number): void;
  setGroupOf(handle: SessionHandle, groupId: number): void;
  touchSession(handle: SessionHandle): void;
  wakeHandle(handle: SessionHandle): boolean;
  hibernateHandle(handle: SessionHandle): boolean;
  releaseHandle(handle: SessionHandle): boolean;
}

const NO_PAYLOAD = new Uint8Array(0);

/**
 * One session, as the host holds it: an account id and the incarnation it was created with. May be kept for ever: moving and
 * sleeping do not change it, and when the session has been released it says so, even if the account was created anew since. Belongs
 * to the thread of its manager.
 */
export class SessionHandle<B extends AnyBehavior = AnyBehavior> {
  readonly accountId: number;
  /** Number of the creation, never used twice in a manager. */
  readonly incarnation: number;
  readonly #owner: HandleOwner;
  /** Where it was last; checked at every use. */
  #slot: number;
  #state: object | undefined;

  /** Made by the manager. */
  constructor(owner: HandleOwner, accountId: number, incarnation: number, slot: number) {
    this.#owner = owner;
    this.accountId = accountId;
    this.incarnation = incarnation;
    this.#slot = slot;
  }

  /** True until the session is released. */
  get isLive(): boolean {
    return this.#find() !== NO_SLOT || this.#sleeper() !== NO_ENTRY;
  }

  /** True while it sleeps: it is not updated, and its `state` cannot be read. */
  get isAsleep(): boolean {
    const { status } = this;
    return status === 'hibernating' || status === 'hibernated';
  }

  get status(): SessionStatus {
    return this.#owner.statusOf(this as unknown as SessionHandle, this.#find());
  }

  /** Throws `ERR_SESSION_STALE` once released, as every other getter does. */
  get behavior(): B {
    const slot = this.#find();
    return (slot === NO_SLOT ? this.#owner.behaviorOfSleeper(this.#requireSleeper()) : this.#owner.behaviorOf(slot)) as B;
  }

  /** True if the session follows `behavior`: then its `state` is known to be that behaviour's. */
  is<C extends B>(behavior: C): this is SessionHandle<C> {
    return this.behavior === behavior;
  }

  /**
   * The session's fields, to read and to write between ticks. May be kept: each access to a field finds the session anew, or throws
   * `ERR_SESSION_STALE`, `ERR_SESSION_ASLEEP` while it sleeps (see {@link wake}), or `ERR_TICK_IN_FLIGHT` while sessions are being updated
   * . `JSON.stringify` and `console.log` show the
   * values.
   */
  get state(): StateOf<FieldsOf<B>> {
    this.#state ??= this.#owner.makeState(
      {
        locate: () => this.#owner.locateState(this.#requireAwake()),
        wrote: (field, start, count) => this.#owner.stateWritten(this.#slot, field, start, count),
      },
      this.behavior,
    );
    return this.#state as StateOf<FieldsOf<B>>;
  }

  /** u32. Setting it while a tick is in flight takes effect when that has ended. */
  get mapId(): number {
    return this.#read(Column.map, 'mapId');
  }
  set mapId(mapId: number) {
    this.#owner.setMapOf(this as unknown as SessionHandle, mapId);
  }

  /** u32. Setting it while a tick is in flight takes effect when that has ended. */
  get groupId(): number {
    return this.#read(Column.group, 'groupId');
  }
  set groupId(groupId: number) {
    this.#owner.setGroupOf(this as unknown as SessionHandle, groupId);
  }

  /** Ticks in which it was updated. */
  get updateCount(): number {
    const slot = this.#find();
    return slot === NO_SLOT ? this.#head().updateCount : this.#owner.readUpdateCount(slot);
  }
  /** Packets pushed to it, as u32. */
  get packetsIn(): number {
    return this.#count('packetsIn');
  }
  /** Packets of it that the host has taken, as u32. */
  get packetsOut(): number {
    return this.#count('packetsOut');
  }
  /** Payload bytes of `packetsIn`, as u32. */
  get bytesIn(): number {
    return this.#count('bytesIn');
  }
  /** Payload bytes of `packetsOut`, as u32. */
  get bytesOut(): number {
    return this.#count('bytesOut');
  }
  /** Packets either way that found a ring full, messages to it that found its mailbox full, requests of it that found its outbox full; as u32. */
  get dropped(): number {
    return this.#count('dropped');
  }
  /** Simulated ms since the last packet either way, or `touch()`. */
  get idleMs(): number {
    const slot = this.#find();
    return slot === NO_SLOT ? this.#owner.idleMsOf(this.#head()) : this.#owner.readIdleMs(slot);
  }

  /**
   * Puts a packet into the session's inbound ring. `opcode` is 0…65 535; the payload is copied. A full ring and a released session are
   * outcomes; a packet that could never fit is an error (`ERR_PACKET_TOO_LARGE`). A sleeper wakes.
   */
  push(opcode: number, payload: Uint8Array = NO_PAYLOAD): PushOutcome {
    return this.#owner.pushTo(this as unknown as SessionHandle, opcode, payload);
  }

  /** Makes the session count as not idle now; a sleeper wakes. Queued while a tick is in flight. */
  touch(): void {
    this.#owner.touchSession(this as unknown as SessionHandle);
  }

  /** Wakes the session, which counts as not idle now; false if it was not asleep, or cannot wake. Queued while a tick is in flight. */
  wake(): boolean {
    return this.#owner.wakeHandle(this as unknown as SessionHandle);
  }

  /** Puts the session to sleep, however long it has been idle: see `SessionManager.hibernateSession`. */
  hibernate(): boolean {
    return this.#owner.hibernateHandle(this as unknown as SessionHandle);
  }

  /** Releases the session; false if it is gone already. */
  release(): boolean {
    return this.#owner.releaseHandle(this as unknown as SessionHandle);
  }

  toString(): string {
    return `session ${this.accountId}#${this.incarnation}`;
  }

  /** Throws `ERR_INVALID_ARGUMENT` for what is not a handle of `owner`. */
  static check(handle: unknown, owner: HandleOwner): asserts handle is SessionHandle {
    if (typeof handle !== 'object' || handle === null || !(#owner in handle)) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `expected a session handle: got ${shown(handle)}`);
    }
    if (handle.#owner !== owner) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `${handle} belongs to another manager`);
    }
  }

  /** The slot of a handle, or −1 when it is stale or its session is stored. Throws `ERR_INVALID_ARGUMENT` for what is not a handle of `owner`. */
  static locate(handle: unknown, owner: HandleOwner): number {
    SessionHandle.check(handle, owner);
    return handle.#find();
  }

  /** Notes in a list of packets whom each is for. Throws as `check` does. */
  static note(handles: ArrayLike<unknown>, count: number, owner: HandleOwner, packets: Int32Array): void {
    for (let i = 0; i < count; i++) {
      const handle = handles[i];
      SessionHandle.check(handle, owner);
      packets[i * PACKET_WORDS] = handle.#slot;
      packets[i * PACKET_WORDS + 1] = handle.incarnation;
    }
  }

  #find(): number {
    this.#slot = this.#owner.findSession(this.accountId, this.incarnation, this.#slot);
    return this.#slot;
  }

  /** Its entry if it sleeps and is stored. */
  #sleeper(): number {
    return this.#owner.findSleeper(this.accountId, this.incarnation);
  }

  /** A word that is there awake and asleep, as u32. */
  #read(column: number, name: Exclude<keyof RecordHead, 'countsFrom'>): number {
    const slot = this.#find();
    return (slot === NO_SLOT ? this.#head()[name] : this.#owner.readWord(slot, column)) >>> 0;
  }

  /** The same of what is counted. */
  #count(name: Exclude<keyof typeof Traffic, 'mark' | 'markBefore'>): number {
    const slot = this.#find();
    return (slot === NO_SLOT ? this.#head()[name] : this.#owner.readTraffic(slot, Traffic[name])) >>> 0;
  }

  #head(): RecordHead {
    return this.#owner.readSleeper(this.#requireSleeper());
  }

  #requireAwake(): number {
    if (!this.isAsleep) return this.#require();
    throw new DormouseError('ERR_SESSION_ASLEEP', `${this} is asleep: its state can be read and written once it is awake (handle.wake())`, {
      accountId: this.accountId,
    });
  }

  #requireSleeper(): number {
    const entry = this.#sleeper();
    if (entry === NO_ENTRY) this.#require();
    return entry;
  }

  #require(): number {
    const slot = this.#find();
    if (slot === NO_SLOT) {
      throw new DormouseError('ERR_SESSION_STALE', `${this} is not there: ${this.#owner.absenceOf(this as unknown as SessionHandle)}`, {
        accountId: this.accountId,
      });
    }
    return slot;
  }
}
