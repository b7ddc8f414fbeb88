import type { AnyBehavior } from '../behavior.js';
import { DormouseError, requireInteger } from '../errors.js';
import { publish } from '../events.js';
import { NO_ENTRY, Sleepers } from '../hibernation/sleepers.js';
import { Column, MAX_ACCOUNT_ID, ROW_MASK, SlotState } from '../layout/geometry.js';
import type { RecordHead } from '../record/record-format.js';
import type { SessionChange } from '../recording/observer.js';
import type { StateView } from '../runtime/index.js';
import type { BehaviorHost } from '../session/behavior-host.js';
import { type HandleOwner, type PushOutcome, SessionHandle, type SessionStatus } from '../session/handle.js';
import type { StateSource } from '../session/host-state.js';
import { behaviorOfSleeper } from '../session/rest.js';
import { NO_SLOT, type SessionStore } from '../session/store.js';
import type { TickClock } from '../session/tick-clock.js';
import { PacketInput } from './packet-input.js';
import { type CreateOptions, type PlannedSession, Population } from './population.js';
import { type ChangeParts, PopulationChanges } from './population-changes.js';
import type { RequestQueue } from './requests.js';
import { SleepRequests } from './sleep/sleep-requests.js';
import { type TickEngine, tickInFlight } from './tick-engine.js';

const MAX_U32 = 0xffff_ffff;
/** By what a slot holds. A session in its `create` hook has a slot that is free yet. */
const STATUSES: Readonly<Record<number, SessionStatus>> = {
  [SlotState.quarantined]: 'quarantined',
  [SlotState.hibernating]: 'hibernating',
};

/** What a registry works with. */
export interface RegistryParts extends ChangeParts {
  readonly clock: TickClock;
  readonly ticks: TickEngine;
  readonly queue: RequestQueue;
  readonly hosts: readonly BehaviorHost[];
  /** The host's view of a state, one for each behaviour, pointed at a row for one access. */
  readonly views: readonly StateView[];
  readonly maxConcurrentSessions: number;
  readonly ringBytes: number;
}

/**
 * Who is there: the host has sessions come and go through it, and their handles ask it for all they show. Does at once what is asked between ticks,
 * and queues what is asked while one is in flight. Main thread only.
 */
export class SessionRegistry implements HandleOwner {
  readonly population: Population;
  readonly changes: PopulationChanges;
  readonly packets: PacketInput;
  readonly sleep: SleepRequests;
  readonly #parts: RegistryParts;
  readonly #store: SessionStore;
  /** For handles the manager has been shut down. */
  isClosed = false;

  constructor(parts: RegistryParts) {
    const { store, queue, hosts, maxConcurrentSessions, ringBytes } = parts;
    this.#parts = parts;
    this.#store = store;
    this.population = new Population(store, queue, hosts, maxConcurrentSessions);
    this.changes = new PopulationChanges(parts, this.population);
    this.packets = new PacketInput(store, queue, this, () => this.#isBusy, ringBytes, parts.inputs, parts.hibernation);
    this.sleep = new SleepRequests(
      parts,
      (accountId) => this.#incarnationOf(accountId),
      () => this.#isBusy,
    );
  }

  create(accountId: number, options: CreateOptions): SessionHandle {
    const planned = this.population.plan(accountId, options);
    const { incarnation, isThere } = planned;
    if (isThere) return new SessionHandle(this, accountId, incarnation, NO_SLOT);
    if (!this.#isBusy) return new SessionHandle(this, accountId, incarnation, this.changes.create(planned));
    this.#parts.queue.addCreation(planned, () => {
      this.population.requireRoomNow(1);
      this.changes.create(planned);
    });
    return new SessionHandle(this, accountId, incarnation, NO_SLOT);
  }

  /** All or none: when one cannot be created, those before it are released again. */
  createBatch(accountIds: ArrayLike<number>, optionsOf: (accountId: number, index: number) => CreateOptions): SessionHandle[] {
    const planned = this.population.planBatch(accountIds, optionsOf);
    const fresh = planned.filter(({ isThere }) => !isThere);
    if (!this.#isBusy) return this.#handlesTo(planned, this.changes.createAll(fresh));
    // One request for all, so that it stays all or none.
    this.#parts.queue.addCreations(fresh, () => {
      this.population.requireRoomNow(fresh.length);
      this.changes.createAll(fresh);
    });
    return this.#handlesTo(planned, []);
  }

  handleOf(accountId: number): SessionHandle | undefined {
    requireInteger('accountId', accountId, 1, MAX_ACCOUNT_ID);
    const incarnation = this.#incarnationOf(accountId);
    return incarnation === 0 ? undefined : new SessionHandle(this, accountId, incarnation, NO_SLOT);
  }

  handleAt(slot: number): SessionHandle | undefined {
    const incarnation = this.#store.word(slot, Column.incarnation);
    return incarnation === 0 ? undefined : new SessionHandle(this, this.#store.word(slot, Column.account) >>> 0, incarnation, slot);
  }

  /** Each session once: those awake when their turn comes, by slot, then those that were asleep at the beginning and still are. */
  *all(): Generator<SessionHandle> {
    const { sleepers } = this.#store;
    const asleep = sleepers.count === 0 ? [] : Array.from(sleepers.entries(), (entry) => sleepers.accountOf(entry));
    for (const slot of this.#store.slots()) {
      if (this.#store.isAsleep(slot)) continue;
      const handle = this.handleAt(slot);
      if (handle !== undefined) yield handle;
    }
    for (const accountId of asleep) {
      const entry = this.isClosed ? NO_ENTRY : sleepers.find(accountId);
      if (entry !== NO_ENTRY) yield new SessionHandle(this, accountId, sleepers.incarnationOf(entry), NO_SLOT);
    }
  }

  /** `incarnation`: only if it is still that one when its turn comes. */
  release(accountId: number, incarnation?: number): boolean {
    requireInteger('accountId', accountId, 1, MAX_ACCOUNT_ID);
    if (this.#incarnationOf(accountId) === 0) return false;
    if (this.#isBusy) {
      this.#parts.queue.addRelease(accountId, () => {
        // It may have released itself meanwhile, and its account have been spawned anew.
        if (incarnation === undefined || this.#store.incarnationOf(accountId) === incarnation) this.changes.release(accountId);
      });
      return true;
    }
    const hook = this.#store.hookOf(this.#store.index.get(accountId));
    if (hook === 'release') return false;
    if (hook === 'create') {
      const message = `account ${accountId} cannot be released in its own create hook: throw there to undo its creation`;
      throw new DormouseError('ERR_SESSION_HOOK', message, { accountId });
    }
    this.changes.release(accountId);
    return true;
  }

  revive(accountId: number): boolean {
    requireInteger('accountId', accountId, 1, MAX_ACCOUNT_ID);
    const slot = this.#store.index.get(accountId);
    if (slot === NO_SLOT || this.#store.table.slotStates[slot] !== SlotState.quarantined) return false;
    this.#change('revive', this.handleAt(slot) as SessionHandle, 0, (now) => {
      if (this.#store.table.slotStates[now] !== SlotState.quarantined) return;
      this.#store.revive(now);
      publish('dormouse:session:revived', { accountId });
    });
    return true;
  }

  /** For handles nobody is there any more: what they were told from now on would not be in the store. Sessions stay as they are, to be written. */
  refuse(): void {
    this.isClosed = true;
  }

  /** The same; and no handle keeps the sessions' memory, nor that of the list of sleepers. */
  close(): void {
    this.refuse();
    for (const view of this.#parts.views) view.$park();
    this.#store.pool.dropAll();
    this.#store.sleepers = new Sleepers();
  }

  // -------------------------------------------------------------------------------------------- what handles ask for

  findSession(accountId: number, incarnation: number, hint: number): number {
    return this.isClosed ? NO_SLOT : this.#store.find(accountId, incarnation, hint);
  }

  findSleeper(accountId: number, incarnation: number): number {
    const { sleepers } = this.#store;
    const entry = this.isClosed || sleepers.count === 0 ? NO_ENTRY : sleepers.find(accountId);
    return entry !== NO_ENTRY && sleepers.incarnationOf(entry) === incarnation ? entry : NO_ENTRY;
  }

  readSleeper(entry: number): RecordHead {
    return this.#parts.hibernation.headOf(entry);
  }

  idleMsOf({ lastActivityMs }: RecordHead): number {
    return this.#parts.clock.nowMs - lastActivityMs;
  }

  readWord(slot: number, column: number): number {
    return this.#store.word(slot, column);
  }

  readUpdateCount(slot: number): number {
    return this.#store.updateCount(slot);
  }

  readTraffic(slot: number, column: number): number {
    return this.#store.counted(slot, column);
  }

  readIdleMs(slot: number): number {
    return this.#parts.clock.nowMs - this.#store.lastActivityMs(slot);
  }

  statusOf(handle: SessionHandle, slot: number): SessionStatus {
    if (slot !== NO_SLOT) return STATUSES[this.#store.table.slotStates[slot]] ?? 'active';
    if (this.findSleeper(handle.accountId, handle.incarnation) !== NO_ENTRY) return 'hibernated';
    return this.#parts.queue.willBe(handle.accountId) === handle.incarnation ? 'queued' : 'released';
  }

  absenceOf(handle: SessionHandle): string {
    if (this.isClosed) return 'its manager was shut down';
    return this.statusOf(handle, NO_SLOT) === 'queued' ? 'it is created when the tick in flight ends' : 'it was released';
  }

  behaviorOf(slot: number): AnyBehavior {
    return this.#store.hostOf(slot).behavior;
  }

  behaviorOfSleeper(entry: number): AnyBehavior {
    return behaviorOfSleeper(this.#store, entry);
  }

  makeState(source: StateSource, behavior: AnyBehavior): object {
    const host = this.#store.pool.hosts.find((candidate) => candidate.behavior === behavior) as BehaviorHost;
    return new host.HostState(source);
  }

  locateState(slot: number): Record<string, unknown> {
    if (this.#parts.ticks.phase === 'updating') throw tickInFlight(this.#parts.clock, 'state cannot be read or written');
    const block = this.#store.block(slot);
    const view = this.#parts.views[block.behaviorIndex];
    view.$attach(block);
    view.$row = slot & ROW_MASK;
    return view as unknown as Record<string, unknown>;
  }

  pushTo(handle: SessionHandle, opcode: number, payload: Uint8Array): PushOutcome {
    return this.packets.push(handle, opcode, payload);
  }

  setMapOf(handle: SessionHandle, mapId: number): void {
    requireInteger('mapId', mapId, 0, MAX_U32);
    this.#change('setMap', handle, mapId, () => this.changes.moveAccount(handle.accountId, Column.map, mapId));
  }

  setGroupOf(handle: SessionHandle, groupId: number): void {
    requireInteger('groupId', groupId, 0, MAX_U32);
    this.#change('setGroup', handle, groupId, () => this.changes.moveAccount(handle.accountId, Column.group, groupId));
  }

  touchSession(handle: SessionHandle): void {
    this.#change('touch', handle, 0, () => this.sleep.touch(handle.accountId));
  }

  wakeHandle({ accountId, incarnation }: SessionHandle): boolean {
    return this.sleep.wake(accountId, incarnation);
  }

  hibernateHandle({ accountId, incarnation }: SessionHandle): boolean {
    return this.sleep.hibernate(accountId, incarnation);
  }

  stateWritten(slot: number, field: string, start: number, count: number): void {
    this.#parts.inputs.observer?.written(slot, field, start, count);
  }

  releaseHandle(handle: SessionHandle): boolean {
    return this.#incarnationOf(handle.accountId) === handle.incarnation && this.release(handle.accountId, handle.incarnation);
  }

  // -------------------------------------------------------------------------------------------------------- inside

  /** While true, what the host asks for is queued. */
  get #isBusy(): boolean {
    return this.#parts.ticks.phase !== 'idle';
  }

  /** `slots`: of those that were not there, in their order. */
  #handlesTo(planned: readonly PlannedSession[], slots: readonly number[]): SessionHandle[] {
    let next = 0;
    return planned.map(
      ({ accountId, incarnation, isThere }) =>
        new SessionHandle(this, accountId, incarnation, (isThere ? undefined : slots[next++]) ?? NO_SLOT),
    );
  }

  #incarnationOf(accountId: number): number {
    return this.isClosed ? 0 : this.population.incarnationOf(accountId);
  }

  #change(request: SessionChange, handle: SessionHandle, value: number, change: (slot: number) => void): void {
    const apply = (): void => {
      if (this.isClosed || this.#store.incarnationOf(handle.accountId) !== handle.incarnation) {
        throw new DormouseError('ERR_SESSION_STALE', `${handle} was released`, { accountId: handle.accountId });
      }
      this.#parts.inputs.observer?.changed(request, handle.accountId, value);
      change(this.#store.index.get(handle.accountId));
    };
    if (this.#isBusy) this.#parts.queue.add(request, handle.accountId, apply);
    else apply();
  }
}
