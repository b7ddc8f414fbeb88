import type { AnyBehavior } from '../behavior.js';
import type { CheckedOptions } from '../config.js';
import { DormouseError, type ErrorCode, messageOf } from '../errors.js';
import { publish } from '../events.js';
import { MAX_BATCHES, ROW_BITS } from '../layout/geometry.js';
import type { Logger } from '../logger.js';
import type { HandOver } from '../memory/hand-over.js';
import type { SharedRound } from '../memory/round.js';
import type { World } from '../memory/world.js';
import type { Participant, RowFault } from '../participant.js';
import type { InputTap } from '../recording/observer.js';
import type { IScheduler } from '../scheduler.js';
import type { SessionStore } from '../session/store.js';
import type { TickClock } from '../session/tick-clock.js';
import { NO_FAULTS, NO_REFUSALS, type RefusedRequest, type SessionFault, type TickReport } from '../tick-report.js';
import { BatchSize } from './batch-size.js';
import { discardInterrupted, type InterruptedSession, settleFaults } from './faults.js';
import type { HostServices } from './host-services.js';
import type { MetricsWindow } from './metrics.js';
import { handOut } from './observed-calls.js';
import { Reporting, type TickMarks, tellRefused } from './reporting.js';
import type { RequestQueue } from './requests.js';
import type { RoundCheck } from './round-check.js';
import type { Seats } from './seats.js';
import type { StoringRounds } from './sleep/storing-rounds.js';

/** Of a tick's length, what a checkpoint that nobody waits for may add to it: it goes on between ticks. */
const UNASKED_SHARE = 0.1;
const NOBODY: readonly InterruptedSession[] = [];

/** What a tick works with. */
export interface TickParts {
  readonly store: SessionStore;
  readonly scheduler: IScheduler;
  readonly caller: Participant;
  /** Updates that failed on the calling thread. */
  readonly callerFaults: RowFault[];
  readonly seats: Seats;
  readonly world: World;
  readonly clock: TickClock;
  readonly round: SharedRound;
  readonly check: RoundCheck;
  readonly storing: StoringRounds;
  readonly queue: RequestQueue;
  readonly metrics: MetricsWindow;
  readonly logger: Logger;
  readonly handOver: HandOver | undefined;
  /** How often a session may fail. */
  readonly quarantineAfter: number;
  readonly services: HostServices;
  readonly inputs: InputTap;
  /** What a tick begins with, before time advances: see `Intake`. */
  readonly intake: () => void;
  /** What can wait is done, for about so long: see `maintenanceSliceMs`. */
  readonly maintain: (untilMs: number, unaskedUntilMs: number) => void | Promise<void>;
  readonly maintenanceSliceMs: number;
}

/**
 * One tick after the other, never two at once: list the batches, have the scheduler run them, hand out packets, then deal
 * with what went wrong and with what the host asked for meanwhile.
 */
export class TickEngine {
  /**
   * `updating`: sessions belong to the participants. `handing out`: they are the host's again, changes still wait. `held`: no tick is in flight,
   * but sessions must stay as they are.
   */
  phase: 'idle' | 'updating' | 'handing out' | 'held' = 'idle';
  readonly batchSize: BatchSize;
  totalBatches = 0;
  readonly #parts: TickParts;
  readonly #check: RoundCheck;
  /** What the next report tells, since no report has. */
  #refusedLate: readonly RefusedRequest[] = NO_REFUSALS;
  #faultsLate: readonly SessionFault[] = NO_FAULTS;
  #epoch = 0;
  /** Of the last round. */
  #batchRows = 0;
  readonly #reporting: Reporting;
  /** Of the tick in hand, or the last one. */
  readonly #marks: TickMarks = { sessions: 0, batchCount: 0, startMs: 0, updateMs: 0, egressMs: 0, maintenanceMs: 0 };
  /** Whatever has the scheduler, the tick in flight or a change of it: settles when that has ended, well or not. */
  #busy: Promise<void> | undefined;

  constructor(parts: TickParts, { behaviors, config }: Pick<CheckedOptions<AnyBehavior>, 'behaviors' | 'config'>) {
    this.#parts = parts;
    this.#check = parts.check;
    this.#reporting = new Reporting(parts);
    this.batchSize = new BatchSize({ scheduler: parts.scheduler, logger: parts.logger, behaviors, config });
  }

  /** Carries out a change of the scheduler when the tick in flight has ended; a tick asked for meanwhile waits for it. */
  async betweenTicks(change: () => Promise<void>): Promise<void> {
    // A tick that is done at once, and inside which this was called, has ended then.
    await undefined;
    const done = this.#busy === undefined ? change() : this.#busy.then(change);
    this.#occupy(done);
    await done;
  }

  /** The same for work during which sessions must stay as they are: what the host asks for meanwhile is done when it has ended. */
  hold(work: () => Promise<void>): Promise<void> {
    return this.betweenTicks(async () => {
      // A tick that was asked for before this is over waits, and says that it is in flight.
      if (this.phase === 'idle') this.phase = 'held';
      try {
        await work();
      } finally {
        if (this.phase === 'held') this.phase = 'idle';
        this.#refusedLate = this.#applyQueue();
      }
    });
  }

  run(diffMs: number): Promise<TickReport> {
    if (this.phase !== 'idle' && this.phase !== 'held') {
      const tick = this.#parts.clock.number;
      return Promise.reject(new DormouseError('ERR_TICK_IN_FLIGHT', `tick ${tick} is in flight: wait for it before starting another`));
    }
    this.phase = 'updating';
    const ending = this.#busy === undefined ? this.#update(diffMs) : this.#busy.then(() => this.#update(diffMs));
    // A tick that is done at once leaves nothing to wait for.
    if ((this.phase as string) !== 'idle') this.#occupy(ending);
    return ending;
  }

  #occupy(work: Promise<unknown>): void {
    const free = (): void => {
      if (this.#busy === settled) this.#busy = undefined;
    };
    const settled = work.then(free, free);
    this.#busy = settled;
  }

  #update(diffMs: number): Promise<TickReport> {
    const { scheduler, store, clock, services, inputs, seats, intake } = this.#parts;
    this.#marks.startMs = performance.now();
    // Hooks run in it: what they ask for waits.
    this.phase = 'handing out';
    intake();
    this.phase = 'updating';
    const { batchSize } = this;
    if (batchSize.settle(this.#marks.batchCount, this.#batchRows)) inputs.observer?.batchSized(batchSize.rows);
    clock.advance(diffMs);
    inputs.observer?.ticking(clock.number, diffMs);
    services.beginTick();
    this.#marks.sessions = store.activeCount;
    seats.beginRound();
    this.#marks.batchCount = this.#openRound();
    this.#marks.updateMs = performance.now();
    let running: void | Promise<void>;
    try {
      running = this.#marks.batchCount === 0 ? undefined : scheduler.parallelFor(this.#marks.batchCount, this.#epoch, 'updates');
    } catch (cause) {
      return this.#end(this.#schedulerFailed(cause));
    }
    // A scheduler that is done when it returns costs no wait, and no promise but the caller's.
    if (typeof running?.then !== 'function') return this.#end(undefined);
    return Promise.resolve(running).then(
      () => this.#end(undefined),
      (cause) => this.#end(this.#schedulerFailed(cause)),
    );
  }

  /** The update is over, well or not: hand out packets, deal with faults and requests, report. */
  #end(schedulerFailure: DormouseError | undefined): Promise<TickReport> {
    const { store, caller, callerFaults, handOver, round, inputs, seats, storing, maintain, maintenanceSliceMs } = this.#parts;
    round.close();
    let isMaintaining = false;
    try {
      seats.endRound();
      const interrupted = seats.interruptions.length === 0 ? NOBODY : discardInterrupted(store, seats.interruptions.splice(0));
      const updateFailure = schedulerFailure ?? this.#check.failure(this.#marks.batchCount, this.#epoch);
      this.totalBatches += this.#marks.batchCount;
      caller.park();
      this.phase = 'handing out';
      inputs.observer?.moment();
      this.#marks.egressMs = performance.now();
      const handOutFailure = handOver === undefined ? undefined : this.#handOut(handOver);
      const failure = updateFailure ?? handOutFailure;
      this.#marks.maintenanceMs = performance.now();
      const failed = callerFaults.length + seats.faults.length + interrupted.length;
      const faults = failed === 0 ? this.#faultsLate : [...this.#faultsLate, ...this.#settleFaults(interrupted)];
      const refused = this.#applyRequests();
      if (interrupted.length === 0) inputs.observer?.ticked(updateFailure !== undefined);
      else inputs.observer?.interrupted(interrupted.map(({ accountId }) => accountId));
      const nowMs = performance.now();
      const unaskedMs = Math.min(maintenanceSliceMs, (nowMs - this.#marks.startMs) * UNASKED_SHARE);
      const maintaining = maintain(nowMs + maintenanceSliceMs, nowMs + unaskedMs);
      if (maintaining === undefined) return this.#conclude(faults, refused, failure ?? storing.takeFailure());
      isMaintaining = true;
      return maintaining.then(() => this.#conclude(faults, refused, failure ?? storing.takeFailure())).finally(() => this.#rest());
    } finally {
      if (!isMaintaining) this.#rest();
    }
  }

  /** The tick's work is done: it is told how it went. */
  #conclude(faults: TickReport['faults'], refused: TickReport['refused'], failure: DormouseError | undefined): Promise<TickReport> {
    const report = this.#reporting.report(this.#marks, faults, refused);
    this.#faultsLate = failure === undefined ? NO_FAULTS : faults;
    if (failure === undefined) return Promise.resolve(report);
    this.#refusedLate = refused;
    publish('dormouse:tick:failed', { tick: this.#parts.clock.number, error: failure });
    return Promise.reject(failure);
  }

  #rest(): void {
    this.phase = 'idle';
    // What was asked for since, by subscribers for one; a refusal of theirs stands in the next tick's report.
    this.#refusedLate = this.#applyQueue();
  }

  /** What sessions have asked for, then what the host has; then those that nothing has come for fall asleep. */
  #applyRequests(): readonly RefusedRequest[] {
    const { services, inputs } = this.#parts;
    inputs.observer?.moment();
    const refused = tellRefused(this.#parts, services.endTick());
    inputs.observer?.settling();
    const refusedOfHost = this.#applyQueue();
    inputs.observer?.moment();
    services.hibernation.endTick();
    inputs.observer?.moment();
    const asleep = services.hibernation.takeRefusals();
    const all = refused.length === 0 ? refusedOfHost : [...refused, ...refusedOfHost];
    return asleep.length === 0 ? all : [...all, ...asleep];
  }

  #applyQueue(): readonly RefusedRequest[] {
    const { queue } = this.#parts;
    const late = this.#refusedLate;
    this.#refusedLate = NO_REFUSALS;
    if (queue.length === 0) return late;
    const refused = tellRefused(this.#parts, queue.applyAll());
    return late.length === 0 ? refused : [...late, ...refused];
  }

  #settleFaults(interrupted: readonly InterruptedSession[]): readonly SessionFault[] {
    const { callerFaults, seats } = this.#parts;
    return settleFaults(this.#parts, [...callerFaults.splice(0), ...seats.faults.splice(0)], interrupted);
  }

  /** Lists the batches, and lets them be run; returns how many there are. */
  #openRound(): number {
    const { store, round, clock, world } = this.#parts;
    const blockCount = store.listBatches();
    const rows = blockCount << ROW_BITS;
    const batchRows = Math.max(this.batchSize.rows, Math.ceil(rows / MAX_BATCHES));
    const batchCount = Math.ceil(rows / batchRows);
    if (batchCount > 0) {
      this.#epoch = round.nextEpoch();
      this.#batchRows = batchRows;
      round.open(this.#epoch, clock, blockCount, batchRows, batchCount, world.isOpen);
    }
    return batchCount;
  }

  /** The handler's error; it has ended this hand-out, and packets not taken stay in their rings. */
  #handOut(handOver: HandOver): DormouseError | undefined {
    try {
      handOut(this.#parts.store, handOver, this.#parts.inputs.observer);
      return undefined;
    } catch (cause) {
      return this.#failed('ERR_PACKET_HANDLER', handOver.together === undefined ? 'onPacket failed' : 'onPackets failed', cause);
    }
  }

  #schedulerFailed(cause: unknown): DormouseError {
    this.#check.skip();
    return this.#failed('ERR_SCHEDULER_FAILED', `scheduler ${this.#parts.scheduler.name} failed`, cause);
  }

  #failed(code: ErrorCode, what: string, cause: unknown): DormouseError {
    return new DormouseError(code, `tick ${this.#parts.clock.number}: ${what}: ${messageOf(cause)}`, { cause });
  }
}

/** For what cannot be done, nor queued, while a tick is in flight. */
export function tickInFlight(clock: TickClock, what: string): DormouseError {
  return new DormouseError('ERR_TICK_IN_FLIGHT', `tick ${clock.number} is in flight: ${what} until it has ended`);
}
