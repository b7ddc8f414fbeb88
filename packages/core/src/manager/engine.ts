import type { AnyBehavior } from '../behavior.js';
import { describeBehavior } from '../behavior-module.js';
import type { CheckedOptions } from '../config.js';
import { DormouseError } from '../errors.js';
import type { HibernationStore } from '../hibernation/hibernation-store.js';
import { columnKernels } from '../kernels/column-kernels.js';
import { encodeInitials } from '../layout/data-field.js';
import { ROWS } from '../layout/geometry.js';
import { type Logger, sessionLogger } from '../logger.js';
import { SharedRound } from '../memory/round.js';
import { SessionTable } from '../memory/session-table.js';
import { Staging } from '../memory/staging.js';
import { World } from '../memory/world.js';
import { Participant, type RowFault } from '../participant.js';
import type { InputTap } from '../recording/observer.js';
import { type Runtime, runtimeFor } from '../runtime-loader.js';
import type { IScheduler } from '../scheduler.js';
import { BehaviorHost } from '../session/behavior-host.js';
import { PublishedState } from '../session/published-state.js';
import { StateDigest } from '../session/state-digest.js';
import { SessionStore } from '../session/store.js';
import { TickClock } from '../session/tick-clock.js';
import type { ManagerConfig } from '../settings.js';
import type { TickReport } from '../tick-report.js';
import { AskDesk } from './asks/ask-desk.js';
import { Broadcasts } from './broadcast.js';
import { Durability } from './durable/durability.js';
import type { OpenStore } from './durable/stored-terms.js';
import { Upgrades } from './durable/upgrades.js';
import { HostDrain } from './host-drain.js';
import { HostServices } from './host-services.js';
import { Intake } from './intake.js';
import { MetricsWindow } from './metrics.js';
import { ObservedHooks } from './observed-calls.js';
import { OutboxDelivery } from './outbox-delivery.js';
import { closeStore, stopScheduler } from './ownership.js';
import { poolNotice } from './pool-notice.js';
import { RequestQueue } from './requests.js';
import { RoundCheck } from './round-check.js';
import { Seats } from './seats.js';
import { SessionRegistry } from './session-registry.js';
import { SessionRequests } from './session-requests.js';
import { SharedContent } from './shared-content.js';
import { Hibernation } from './sleep/hibernation.js';
import { StoringRounds } from './sleep/storing-rounds.js';
import { addRunners } from './state-views.js';
import { TickEngine, tickInFlight } from './tick-engine.js';
import { Maintenance } from './upkeep/maintenance.js';

/** What a running manager consists of. Main thread only. */
export class Engine {
  readonly clock: TickClock;
  readonly caller: Participant;
  readonly seats: Seats;
  readonly round: SharedRound;
  readonly storing: StoringRounds;
  readonly store: SessionStore;
  readonly registry: SessionRegistry;
  readonly metrics: MetricsWindow;
  readonly ticks: TickEngine;
  readonly services: HostServices;
  readonly scheduler: IScheduler;
  /** Who hears of all that enters from outside. */
  readonly inputs: InputTap = { observer: undefined };
  readonly hibernation: Hibernation;
  readonly maintenance: Maintenance;
  readonly intake: Intake;
  /** Where sleepers' records are. */
  readonly records: HibernationStore;
  /** True for one that goes on where an earlier one has stopped. */
  readonly isResumed: boolean;
  /** See {@link Staging.shapes}. */
  readonly shapeNumbers: Uint8Array;
  /** Of a store that outlives the process. */
  readonly durability: Durability | undefined;
  /** Between those records and whoever reads them. */
  readonly upgrades: Upgrades;
  /** Of sessions' random streams. */
  readonly seed: number;
  readonly #logger: Logger;
  readonly shared: SharedContent;
  readonly drain: HostDrain;
  #workerThreads: number;
  #digest: StateDigest | undefined;

  private constructor(options: CheckedOptions<AnyBehavior>, runtimes: readonly Runtime[], { records, terms }: OpenStore, logger: Logger) {
    const { config, scheduler, behaviors, handOver, codec, clock: wallClock } = options;
    const { ringBytes, maxConcurrentSessions, quarantineAfter } = config;
    // A block holds one behaviour's sessions, and any of them may come to be all there are: room for each at its most.
    const table = SessionTable.reserve(behaviors.length * Math.ceil(config.sessionCeiling / ROWS) * ROWS);
    const hosts = behaviors.map((behavior, index) => new BehaviorHost(behavior, index, config));
    for (const { layout } of hosts) encodeInitials(layout, codec);
    const clock = new TickClock(config.startTimeMs, terms?.tick);
    const round = new SharedRound(table);
    const staging = Staging.create(records.compresses !== true);
    const callerFaults: RowFault[] = [];
    const caller = new Participant(table, round, staging, 0, { fault: (fault) => callerFaults.push(fault) });
    const views = new Map(options.shared);
    const world = new World(table, caller.blocks);
    const seats = new Seats({
      table,
      round,
      staging,
      world,
      shared: views,
      sizes: config,
      behaviors: behaviors.map(describeBehavior),
      workerSetup: options.workerSetup,
      codec,
      seed: config.seed,
    });
    const { inputs } = this;
    const hooks = new ObservedHooks(caller, seats, inputs);
    const store = new SessionStore(table, config, hosts, hooks, clock, poolNotice(logger));
    store.kernels = columnKernels(table, config.enableSimd, (reason) => logger.warn(`no SIMD, plain JavaScript instead: ${reason}`));
    const check = new RoundCheck({ scheduler, caller, seats, clock, round });
    const durability = records.durable && new Durability(records, records.durable, clock);
    const storing = new StoringRounds({ scheduler, round, check, staging, store, clock, kept: durability?.kept, runs: durability?.runs });
    const upgrades = new Upgrades({ behaviors, numbers: staging.shapes, codec, records });
    const hibernation = new Hibernation({
      store,
      clock,
      records,
      upgrades,
      rounds: storing,
      shapes: staging.shapes,
      kept: durability?.kept,
      noteClock: durability?.noteClock,
      wallClock,
      logger,
      inputs,
      isAutomatic: config.enableAutoHibernation,
      thresholdMinutes: config.hibernationThresholdMinutes,
      lastWords: (slot) => this.services.outboxes.empty(slot),
    });
    const asks = new AskDesk({ store, clock, wallClock, codec, logger, waking: hibernation });
    store.onGone = (incarnation) => asks.sessionGone(incarnation);
    const requests = new SessionRequests({
      store,
      clock,
      codec,
      asks,
      log: sessionLogger(options.logger),
      changes: () => this.registry.changes,
    });
    const outboxes = new OutboxDelivery(store, requests, hibernation);
    const queue = new RequestQueue();
    const broadcasts = new Broadcasts(store, queue, () => this.ticks.phase !== 'idle', config.mailboxBytes, inputs, hibernation);
    const services = new HostServices(new PublishedState(store, world), asks, outboxes, requests, broadcasts, hibernation);
    const metrics = new MetricsWindow(config.metricsWindowMs);
    const parts = {
      store,
      scheduler,
      caller,
      callerFaults,
      seats,
      world,
      clock,
      round,
      check,
      storing,
      queue,
      metrics,
      logger,
      handOver,
      quarantineAfter,
      services,
      inputs,
      intake: () => this.intake.run(),
      maintain: (untilMs: number, unaskedUntilMs: number) => this.maintenance.run(untilMs, unaskedUntilMs),
      maintenanceSliceMs: config.maintenanceSliceMs,
    };
    const ticks = new TickEngine(parts, options);
    this.shared = new SharedContent(views, { seats, queue, inputs, ticks });
    const runtimeServices = { tick: clock, behaviors, codec, seed: config.seed, outboxFlags: table.outboxFlags, world, shared: views };
    const stateViews = addRunners(caller, runtimes, behaviors, table, runtimeServices);
    this.registry = new SessionRegistry({
      store,
      hibernation,
      clock,
      ticks,
      queue,
      hosts,
      views: stateViews,
      logger,
      maxConcurrentSessions,
      ringBytes,
      inputs,
      outboxes,
    });
    this.drain = new HostDrain({ store, clock, ticks, inputs });
    this.clock = clock;
    this.caller = caller;
    this.seats = seats;
    this.round = round;
    this.storing = storing;
    this.store = store;
    this.metrics = metrics;
    this.ticks = ticks;
    this.services = services;
    this.scheduler = scheduler;
    this.hibernation = hibernation;
    durability?.attach({ store, rounds: storing, hibernation, asks, registry: this.registry, wallClock, logger, config });
    this.durability = durability;
    this.maintenance = new Maintenance({
      store,
      records,
      durability,
      hibernation,
      round,
      seats,
      scheduler,
      ticks,
      views: stateViews,
      wallClock,
      logger,
      sliceMs: config.maintenanceSliceMs,
      intervalMs: config.enableAutoDefragmentation ? config.defragmentationIntervalMs : undefined,
    });
    this.intake = new Intake({
      store,
      clock,
      registry: this.registry,
      hibernation,
      inputs,
      wallClock,
      config,
      held: () => this.maintenance.held,
    });
    this.records = records;
    this.upgrades = upgrades;
    this.seed = config.seed;
    this.#workerThreads = config.workerThreads;
    this.#logger = logger;
    this.shapeNumbers = staging.shapes;
    this.isResumed = terms?.isNew === false;
  }

  static async assemble(options: CheckedOptions<AnyBehavior>, store: OpenStore, logger: Logger): Promise<Engine> {
    return new Engine(options, await Promise.all(options.behaviors.map(runtimeFor)), store, logger);
  }

  /** Settings as they are now. */
  settings(): Pick<ManagerConfig, 'updateBatchSize' | 'maxConcurrentSessions' | 'workerThreads' | 'hibernationThresholdMinutes'> {
    return {
      updateBatchSize: this.ticks.batchSize.most,
      maxConcurrentSessions: this.registry.population.maxConcurrentSessions,
      workerThreads: this.#workerThreads,
      hibernationThresholdMinutes: this.hibernation.thresholdMinutes,
    };
  }

  /** What the sessions come to now. Throws `ERR_TICK_IN_FLIGHT` while they are being updated. */
  digest(): StateDigest {
    if (this.ticks.phase === 'updating') throw tickInFlight(this.clock, 'the state digest cannot be taken');
    this.#digest ??= new StateDigest(this.store, this.upgrades, this.shapeNumbers);
    this.#digest.take();
    return this.#digest;
  }

  tick(diffMs: number): Promise<TickReport> {
    if (this.drain.isUnderWay)
      return Promise.reject(new DormouseError('ERR_PACKET_HANDLER', 'a tick was asked for in the handler of drainOutbound'));
    if (this.store.isInHook && this.ticks.phase === 'idle')
      return Promise.reject(new DormouseError('ERR_SESSION_HOOK', 'a tick was asked for in a hook'));
    return this.ticks.run(diffMs);
  }

  setUpdateBatchSize(size: number): void {
    this.ticks.batchSize.most = size;
    this.inputs.observer?.batchSized(size);
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
      this.registry.refuse();
      await this.durability?.checkpoints.finish();
      this.inputs.observer?.stopped();
      this.services.close();
      this.maintenance.close();
      this.intake.admissions.close();
      this.registry.close();
      this.#digest = undefined;
      await stopScheduler(this.scheduler, this.#logger);
      await closeStore(this.records, this.#logger);
      this.seats.close();
    });
  }
}
