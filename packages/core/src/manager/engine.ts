import type { AnyBehavior } from '../behavior.js';
import type { CheckedOptions, ManagerConfig } from '../config.js';
import { DormouseError, messageOf, requireInteger } from '../errors.js';
import { isObserved, publish } from '../events.js';
import { Column, MAX_ACCOUNT_ID, ROW_MASK, ROWS, SlotState } from '../layout/geometry.js';
import type { Logger } from '../logger.js';
import type { PacketHandler } from '../memory/packet-ring.js';
import { SessionTable } from '../memory/session-table.js';
import { Participant, type Round } from '../participant.js';
import type { StateView } from '../runtime/index.js';
import { runtimeFor, setUpBehavior } from '../runtime-loader.js';
import { type IScheduler, SCHEDULER_CONTRACT_VERSION } from '../scheduler.js';
import { BehaviorHost } from '../session/behavior-host.js';
import { type HandleOwner, type PushOutcome, SessionHandle, type SessionStatus } from '../session/handle.js';
import type { StateSource } from '../session/host-state.js';
import { type NewSession, NO_SLOT, SessionStore } from '../session/store.js';
import { TickClock } from '../session/tick-clock.js';
import type { TickReport } from '../tick-report.js';
import { MetricsWindow } from './metrics.js';
import { PacketInput } from './packet-input.js';
import { Population } from './population.js';
import { RequestQueue } from './requests.js';
import { TickEngine } from './tick-engine.js';

const MAX_U32 = 0xffff_ffff;

/** Starts all of a manager's parts. Throws `ERR_START_FAILED` with the cause; the scheduler has then been stopped. */
export async function startEngine<B extends AnyBehavior>(options: CheckedOptions<B>, logger: Logger): Promise<Engine> {
  const { behaviors, config, scheduler } = options;
  let starting = 'the session store';
  try {
    for (const behavior of behaviors) await setUpBehavior(behavior);
    const engine = await Engine.assemble(options, logger);
    starting = `scheduler ${scheduler.name}`;
    const { caller } = engine;
    const { workerThreads } = config;
    await scheduler.start({ contractVersion: SCHEDULER_CONTRACT_VERSION, workerThreads, caller, logger });
    return engine;
  } catch (cause) {
    await stopQuietly(scheduler, logger);
    if (DormouseError.isInstance(cause, 'ERR_START_FAILED')) throw cause;
    throw new DormouseError('ERR_START_FAILED', `${starting} did not start: ${messageOf(cause)}`, { cause });
  }
}

/** What a running manager consists of, and what its handles ask of it. Main thread only. */
export class Engine implements HandleOwner {
  readonly clock: TickClock;
  readonly caller: Participant;
  readonly store: SessionStore;
  readonly population: Population;
  readonly packets: PacketInput;
  readonly metrics: MetricsWindow;
  readonly ticks: TickEngine;
  readonly scheduler: IScheduler;
  hibernationThresholdMinutes: number;
  readonly #queue = new RequestQueue();
  readonly #logger: Logger;
  readonly #hosts: readonly BehaviorHost[];
  /** The host's view of a state, one for each behaviour, pointed at a row for one access. */
  readonly #views: StateView[] = [];
  #workerThreads: number;
  #poolWarned = false;
  #draining = false;
  #stopped = false;

  private constructor(options: CheckedOptions<AnyBehavior>, logger: Logger) {
    const { config, scheduler, behaviors, onPacket } = options;
    const round: Round = { isOpen: false, blockCount: 0, batchRows: config.updateBatchSize, diffMs: 0 };
    // A block holds one behaviour's sessions, and any of them may come to be all there are: room for each at its most.
    const table = SessionTable.reserve(behaviors.length * Math.ceil(config.sessionCeiling / ROWS) * ROWS);
    this.#logger = logger;
    this.#hosts = behaviors.map((behavior, index) => new BehaviorHost(behavior, index, config.ringBytes));
    this.#workerThreads = config.workerThreads;
    this.hibernationThresholdMinutes = config.hibernationThresholdMinutes;
    this.scheduler = scheduler;
    this.clock = new TickClock(config.startTimeMs);
    this.caller = new Participant(table, round, 0);
    this.store = new SessionStore(table, config, this.#hosts, this.caller, this.clock, (capacity) => this.#poolGrown(capacity));
    this.population = new Population(this.store, this.#queue, this.#hosts, config.maxConcurrentSessions);
    this.packets = new PacketInput(this.store, this.#queue, this, () => this.#isBusy, config.ringBytes);
    this.metrics = new MetricsWindow(config.metricsWindowMs);
    const { store, clock, caller, metrics } = this;
    const parts = { store, scheduler, caller, clock, round, queue: this.#queue, metrics, logger, onPacket };
    this.ticks = new TickEngine({ ...parts, quarantineAfter: config.quarantineAfter }, config.updateBatchSize);
  }

  static async assemble<B extends AnyBehavior>(options: CheckedOptions<B>, logger: Logger): Promise<Engine> {
    const runtimes = await Promise.all(options.behaviors.map(runtimeFor));
    const engine = new Engine(options as unknown as CheckedOptions<AnyBehavior>, logger);
    for (const [index, { defineStateClass, Runner }] of runtimes.entries()) {
      const { layout, definition } = options.behaviors[index];
      const State = defineStateClass(layout);
      engine.#views.push(new State());
      engine.caller.addBehavior((progress, faults) => new Runner(layout, State, definition, engine.clock, progress, faults));
    }
    return engine;
  }

  /** Settings as they are now. */
  settings(): Pick<ManagerConfig, 'updateBatchSize' | 'maxConcurrentSessions' | 'workerThreads' | 'hibernationThresholdMinutes'> {
    return {
      updateBatchSize: this.ticks.updateBatchSize,
      maxConcurrentSessions: this.population.maxConcurrentSessions,
      workerThreads: this.#workerThreads,
      hibernationThresholdMinutes: this.hibernationThresholdMinutes,
    };
  }

  create(planned: NewSession): SessionHandle {
    const { accountId, incarnation } = planned;
    if (!this.#isBusy) return new SessionHandle(this, accountId, incarnation, this.#createNow(planned));
    this.#queue.addCreation(accountId, incarnation, () => this.#createNow(planned));
    return new SessionHandle(this, accountId, incarnation, NO_SLOT);
  }

  /** All or none: when one cannot be created, those before it are released again. */
  createBatch(planned: readonly NewSession[]): SessionHandle[] {
    if (!this.#isBusy) return this.#createAllNow(planned);
    // One request for all, so that it stays all or none.
    this.#queue.addCreations(planned, () => this.#createAllNow(planned));
    return planned.map(({ accountId, incarnation }) => new SessionHandle(this, accountId, incarnation, NO_SLOT));
  }

  handleOf(accountId: number): SessionHandle | undefined {
    requireInteger('accountId', accountId, 1, MAX_ACCOUNT_ID);
    const incarnation = this.#incarnationOf(accountId);
    return incarnation === 0 ? undefined : new SessionHandle(this, accountId, incarnation, NO_SLOT);
  }

  handleAt(slot: number): SessionHandle | undefined {
    const incarnation = this.store.word(slot, Column.incarnation);
    return incarnation === 0 ? undefined : new SessionHandle(this, this.store.word(slot, Column.account) >>> 0, incarnation, slot);
  }

  release(accountId: number): boolean {
    requireInteger('accountId', accountId, 1, MAX_ACCOUNT_ID);
    if (this.#incarnationOf(accountId) === 0) return false;
    if (this.#isBusy) {
      this.#queue.addRelease(accountId, () => this.#releaseNow(accountId));
      return true;
    }
    const hook = this.store.hookOf(this.store.index.get(accountId));
    if (hook === 'release') return false;
    if (hook === 'create') {
      const message = `account ${accountId} cannot be released in its own create hook: throw there to undo its creation`;
      throw new DormouseError('ERR_SESSION_HOOK', message, { accountId });
    }
    this.#releaseNow(accountId);
    return true;
  }

  revive(accountId: number): boolean {
    requireInteger('accountId', accountId, 1, MAX_ACCOUNT_ID);
    const slot = this.store.index.get(accountId);
    if (slot === NO_SLOT || this.store.table.slotStates[slot] !== SlotState.quarantined) return false;
    this.#change('revive', this.handleAt(slot) as SessionHandle, (now) => {
      if (this.store.table.slotStates[now] !== SlotState.quarantined) return;
      this.store.revive(now);
      publish('dormouse:session:revived', { accountId });
    });
    return true;
  }

  tick(diffMs: number): Promise<TickReport> {
    if (this.#draining)
      return Promise.reject(new DormouseError('ERR_PACKET_HANDLER', 'a tick was asked for in the handler of drainOutbound'));
    if (this.store.isInHook && !this.#isBusy)
      return Promise.reject(new DormouseError('ERR_SESSION_HOOK', 'a tick was asked for in a hook'));
    return this.ticks.run(diffMs);
  }

  drain(handler: PacketHandler): number {
    if (this.ticks.phase !== 'idle') throw this.#inFlight('packets cannot be drained');
    if (this.#draining) throw new DormouseError('ERR_PACKET_HANDLER', 'drainOutbound was called from its own handler');
    this.#draining = true;
    try {
      return this.store.drain(handler);
    } finally {
      this.#draining = false;
    }
  }

  setUpdateBatchSize(size: number): void {
    // The round in hand keeps its own size; the next one takes this.
    this.ticks.updateBatchSize = size;
  }

  async resize(workerThreads: number): Promise<void> {
    const { scheduler } = this;
    if (!scheduler.supports.resize && workerThreads !== 0) {
      throw new DormouseError('ERR_SCHEDULER_UNSUPPORTED', `scheduler ${scheduler.name} has no workers to set: asked for ${workerThreads}`);
    }
    await this.ticks.betweenTicks(async () => {
      await scheduler.resize(workerThreads);
      this.#workerThreads = workerThreads;
    });
  }

  async stop(): Promise<void> {
    await this.ticks.betweenTicks(async () => {
      this.#stopped = true;
      await stopQuietly(this.scheduler, this.#logger);
      // A handle that is kept must not keep the sessions' memory.
      for (const view of this.#views) view.$park();
      this.store.pool.dropAll();
    });
  }

  // -------------------------------------------------------------------------------------------- what handles ask for

  findSession(accountId: number, incarnation: number, hint: number): number {
    return this.#stopped ? NO_SLOT : this.store.find(accountId, incarnation, hint);
  }

  readWord(slot: number, column: number): number {
    return this.store.word(slot, column);
  }

  readUpdateCount(slot: number): number {
    return this.store.updateCount(slot);
  }

  readIdleMs(slot: number): number {
    return this.clock.nowMs - this.store.lastActivityMs(slot);
  }

  statusOf(handle: SessionHandle, slot: number): SessionStatus {
    if (slot === NO_SLOT) return this.#queue.willBe(handle.accountId) === handle.incarnation ? 'queued' : 'released';
    return this.store.table.slotStates[slot] === SlotState.quarantined ? 'quarantined' : 'active';
  }

  behaviorOf(slot: number): AnyBehavior {
    return this.#hosts[this.store.block(slot).behaviorIndex].behavior;
  }

  makeState(source: StateSource, slot: number): object {
    return new this.#hosts[this.store.block(slot).behaviorIndex].HostState(source);
  }

  locateState(slot: number): Record<string, unknown> {
    if (this.ticks.phase === 'updating') throw this.#inFlight('state cannot be read or written');
    const block = this.store.block(slot);
    const view = this.#views[block.behaviorIndex];
    view.$attach(block);
    view.$row = slot & ROW_MASK;
    return view as unknown as Record<string, unknown>;
  }

  pushTo(handle: SessionHandle, opcode: number, payload: Uint8Array): PushOutcome {
    return this.packets.push(handle, opcode, payload);
  }

  setMapOf(handle: SessionHandle, mapId: number): void {
    requireInteger('mapId', mapId, 0, MAX_U32);
    this.#change('setMap', handle, (slot) => this.store.setWord(slot, Column.map, mapId));
  }

  setGroupOf(handle: SessionHandle, groupId: number): void {
    requireInteger('groupId', groupId, 0, MAX_U32);
    this.#change('setGroup', handle, (slot) => this.store.setWord(slot, Column.group, groupId));
  }

  touchSession(handle: SessionHandle): void {
    this.#change('touch', handle, (slot) => this.store.touch(slot));
  }

  releaseHandle(handle: SessionHandle): boolean {
    return this.#incarnationOf(handle.accountId) === handle.incarnation && this.release(handle.accountId);
  }

  // -------------------------------------------------------------------------------------------------------- inside

  /** While true, what the host asks for is queued. */
  get #isBusy(): boolean {
    return this.ticks.phase !== 'idle';
  }

  #incarnationOf(accountId: number): number {
    if (this.#stopped) return 0;
    return this.population.incarnationOf(accountId, (slot) => this.store.word(slot, Column.incarnation));
  }

  #change(request: 'setMap' | 'setGroup' | 'touch' | 'revive', handle: SessionHandle, change: (slot: number) => void): void {
    const apply = (): void => {
      const slot = SessionHandle.locate(handle, this);
      if (slot === NO_SLOT) {
        throw new DormouseError('ERR_SESSION_STALE', `${handle} was released`, { accountId: handle.accountId });
      }
      change(slot);
    };
    if (this.#isBusy) this.#queue.add(request, handle.accountId, apply);
    else apply();
  }

  #createNow(planned: NewSession): number {
    const slot = this.store.create(planned);
    if (isObserved('dormouse:session:created')) publish('dormouse:session:created', { accountId: planned.accountId });
    return slot;
  }

  #createAllNow(planned: readonly NewSession[]): SessionHandle[] {
    const { population } = this;
    const handles: SessionHandle[] = [];
    let toCome = planned.length;
    population.promised += toCome;
    try {
      for (const session of planned) {
        toCome--;
        population.promised--;
        handles.push(new SessionHandle(this, session.accountId, session.incarnation, this.#createNow(session)));
      }
    } catch (error) {
      population.promised -= toCome;
      // But for those that a hook has released, and perhaps created anew, meanwhile.
      for (const { accountId, isLive } of handles.reverse()) if (isLive) this.#releaseNow(accountId);
      throw error;
    }
    return handles;
  }

  /** The hook's error is told, not thrown: the session is gone, as was asked. */
  #releaseNow(accountId: number): void {
    const slot = this.store.index.get(accountId);
    if (slot === NO_SLOT) return;
    const failure = this.store.release(slot);
    if (failure !== undefined) {
      this.#logger.error(failure.message);
      publish('dormouse:request:refused', { request: 'release', accountId, error: failure });
    }
    if (isObserved('dormouse:session:released')) publish('dormouse:session:released', { accountId });
  }

  #poolGrown(capacity: number): void {
    if (!this.#poolWarned) {
      this.#logger.warn(
        `the session pool was exhausted and grew to ${capacity}; it will grow on without further warning (poolSize, poolGrowth)`,
      );
    }
    this.#poolWarned = true;
    publish('dormouse:pool:grown', { capacity });
  }

  #inFlight(what: string): DormouseError {
    return new DormouseError('ERR_TICK_IN_FLIGHT', `tick ${this.clock.number} is in flight: ${what} until it has ended`);
  }
}

/** A scheduler's `stop` must not fail; one that does must not keep the rest from being let go. */
async function stopQuietly(scheduler: IScheduler, logger: Logger): Promise<void> {
  try {
    await scheduler.stop();
  } catch (error) {
    logger.error(`scheduler ${scheduler.name} did not stop: ${messageOf(error)}`);
  }
}
