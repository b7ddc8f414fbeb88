import { availableParallelism } from 'node:os';
import { DormouseError, shown } from '../errors.js';
import { Gate } from '../memory/gate.js';
import {
  type IScheduler,
  type ParticipantStats,
  type RoundWork,
  SCHEDULER_CONTRACT_VERSION,
  type SchedulerHost,
  type SchedulerStats,
  type SchedulerSupport,
} from '../scheduler.js';
import { Crew } from './crew.js';
import type { ThreadLauncher } from './launcher.js';
import { type CheckedResidentOptions, checkResidentOptions, type ResidentOptions } from './options.js';
import { Rounds } from './rounds.js';
import { Watchdog } from './watchdog.js';

/**
 * A scheduler on a thread library (R-02, R-13). The launcher starts threads, as the library does it; what to run where, stealing (R-09), threads
 * that die or do not come back, and changes of their number are seen to here, the same for every library.
 *
 * Each thread is a long-lived participant: it sleeps between ticks with its event loop alive, is woken through shared memory, takes batches
 * from its own range and then from others', and nothing is copied or posted in a tick. When a thread dies inside a tick the others
 * finish it; see `ERR_SESSION_INTERRUPTED`.
 *
 * Throws `ERR_CONFIG_INVALID` or `ERR_CONFIG_KEY_UNKNOWN` for wrong options, `ERR_SCHEDULER_CONTRACT` for what is no launcher.
 */
export function residentScheduler(launcher: ThreadLauncher, options: ResidentOptions = {}): IScheduler {
  const { name, launch } = (launcher ?? {}) as Partial<ThreadLauncher>;
  if (typeof name !== 'string' || name === '' || typeof launch !== 'function') {
    throw new DormouseError('ERR_SCHEDULER_CONTRACT', `launcher must have a name and launch(): got ${shown(launcher)}`);
  }
  return new ResidentScheduler(launcher, checkResidentOptions(options));
}

interface Running {
  readonly host: SchedulerHost;
  readonly gate: Gate;
  readonly crew: Crew;
  readonly rounds: Rounds;
  readonly watchdog: Watchdog;
  readonly startedMs: number;
}

class ResidentScheduler implements IScheduler {
  readonly contractVersion = SCHEDULER_CONTRACT_VERSION;
  readonly name: string;
  readonly supports: SchedulerSupport;
  readonly #launcher: ThreadLauncher;
  readonly #options: CheckedResidentOptions;
  #running: Running | undefined;
  #stopping = Promise.resolve();

  constructor(launcher: ThreadLauncher, options: CheckedResidentOptions) {
    this.#launcher = launcher;
    this.#options = options;
    this.name = launcher.name;
    this.supports = { workers: true, resize: true, callerParticipates: options.callerParticipates };
  }

  async start(host: SchedulerHost): Promise<void> {
    if (this.#running !== undefined) {
      throw new DormouseError('ERR_SCHEDULER_CONTRACT', `scheduler ${this.name} is started already: each manager needs one of its own`);
    }
    const gate = Gate.create();
    const crew = new Crew({ host, launcher: this.#launcher, gate, options: this.#options });
    const rounds = new Rounds(gate, crew, host, this.#options);
    const watchdog = new Watchdog(crew, gate, host.updateTimeoutMs, host.logger);
    this.#running = { host, gate, crew, rounds, watchdog, startedMs: performance.now() };
    watchdog.start();
    try {
      await crew.resize(this.#countOf(host.workerThreads));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  parallelFor(batchCount: number, _epoch: number, work: RoundWork = 'updates'): void | Promise<void> {
    if (this.#running === undefined) {
      throw new DormouseError('ERR_SCHEDULER_CONTRACT', `scheduler ${this.name}: parallelFor was called before start, or after stop`);
    }
    return this.#running.rounds.run(batchCount, work);
  }

  async resize(workerThreads: number): Promise<void> {
    await this.#running?.crew.resize(this.#countOf(workerThreads));
  }

  rouse(): void {
    this.#running?.crew.rouse();
  }

  stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    // Asked for again meanwhile, it is the same stop.
    if (running !== undefined) this.#stopping = this.#stop(running);
    return this.#stopping;
  }

  async #stop({ crew, watchdog }: Running): Promise<void> {
    await crew.stop();
    watchdog.stop();
  }

  stats(): SchedulerStats {
    const running = this.#running;
    if (running === undefined) return { participants: [] };
    const { gate, crew, rounds } = running;
    const workers = crew.members.filter(({ seat }) => seat.isReady).map((member) => member.stats(gate, rounds.openedMs));
    return {
      participants: this.#options.callerParticipates ? [this.#callerStats(running), ...workers] : workers,
      aloneRounds: rounds.alone,
      recoveries: rounds.recoveries,
      replacedThreads: crew.replaced,
      missingThreads: crew.missing,
    };
  }

  #callerStats({ gate, rounds, startedMs }: Running): ParticipantStats {
    const { batches, busyMs } = rounds.callerCounts;
    const { steals, failedSteals } = gate.counts(0);
    const updateUs = busyMs * 1000;
    return { batches, steals, failedSteals, updateUs, idleUs: Math.max(0, (performance.now() - startedMs) * 1000 - updateUs) };
  }

  /** 0: as many as there are processors for, the calling thread's left to it where it participates. */
  #countOf(workerThreads: number): number {
    if (workerThreads > 0) return workerThreads;
    return Math.max(1, availableParallelism() - (this.#options.callerParticipates ? 1 : 0));
  }
}
