import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import type { BehaviorDescriptor } from './behavior-module.js';
import { DormouseError, messageOf, shown } from './errors.js';
import type { Logger } from './logger.js';
import type { WallClock } from './wall-clock.js';

/**
 * Version of the contract between the manager and a scheduler. A scheduler built for another major contract is refused at
 * start (`ERR_SCHEDULER_CONTRACT`). New optional members do not change it; a changed or a new required one does.
 */
export const SCHEDULER_CONTRACT_VERSION = 1;

/** What a scheduler can do. The conformance suite tests what is declared, and the opposite of what is not. */
export interface SchedulerSupport {
  /** Sessions run on threads other than the caller's. */
  readonly workers: boolean;
  /** The number of workers can be changed while the manager runs. */
  readonly resize: boolean;
  /** The calling thread runs batches too (it always does where there are no workers). */
  readonly callerParticipates: boolean;
}

/** What one participant has done since it joined. */
export interface ParticipantStats {
  /** Batches it ran. */
  readonly batches: number;
  /** Times it took batches from another participant's range. */
  readonly steals: number;
  /** Times it looked for batches to take and found none. */
  readonly failedSteals: number;
  /** Time in rounds, µs: running batches and looking for more. */
  readonly updateUs: number;
  /** The rest of its time. */
  readonly idleUs: number;
  /** From when the last round was opened to when this participant entered it, µs; not there for the caller, or if it came too late. */
  readonly wakeUs?: number;
}

export interface SchedulerStats {
  /** The calling thread first, if it participates; then the workers. */
  readonly participants: readonly ParticipantStats[];
  /** Rounds that the caller ran alone, since waking workers would have cost more than it saves. */
  readonly aloneRounds?: number;
  /** Times a round was taken up again after a thread had died in it. */
  readonly recoveries?: number;
  /** Threads that died and were replaced. */
  readonly replacedThreads?: number;
  /** Workers asked for that are not there: being started in the place of others, or, if that has failed, tried again. */
  readonly missingThreads?: number;
}

/** Runs batches of the round in hand on the thread it belongs to. */
export interface BatchRunner {
  /**
   * Runs batches `begin … end − 1`. Never throws for what a session does: faults are gathered and reported when the tick ends.
   * A batch run twice in a round updates its sessions twice: whoever calls must not.
   */
  runBatches(begin: number, end: number): void;
}

/**
 * A place for one thread among a manager's participants. The scheduler starts a thread and transfers `port` to it; there,
 * `attachParticipant(port)` of `@dormouse/core/worker` gives what runs batches.
 */
export interface ParticipantSeat {
  /** 1 … 255; the caller is 0. The lowest that is free. */
  readonly participant: number;
  /** To be transferred to the thread, in the same tick of the event loop or later; nothing else may be done with it. */
  readonly port: MessagePort;
  /**
   * Resolves when the thread can run batches. Rejects with `ERR_BEHAVIOR_IMPORT`, `ERR_START_FAILED` (a `setup` failed), or
   * `ERR_THREAD_GONE` if it ended before. Need not be looked at.
   */
  readonly ready: Promise<void>;
  readonly isReady: boolean;
  /**
   * Resolves when the thread touches nothing of the sessions any more: it has left, or it is over, whatever ended it. Hears of
   * `terminate()`, `process.exit()`, out of memory and uncaught errors alike, some milliseconds after.
   */
  readonly gone: Promise<void>;
  readonly isGone: boolean;
  /** Batches it has run. */
  readonly batches: number;
  /** A number that differs from what it was if the participant has come any further since. Any time. */
  readonly progress: number;
  /**
   * After it is gone, and before any batch that it had not finished is given to another: takes note of the session it was interrupted in, which
   * is reported with `reason` (a part of a sentence: why the thread is gone, if that is known) and `cause` and quarantined, and has whoever gets
   * its batch next go on behind that. Frees the number.
   */
  retire(reason: string, cause?: unknown): void;
}

/** What the manager gives a scheduler at start. */
export interface SchedulerHost {
  readonly contractVersion: number;
  /** Workers asked for; 0: the scheduler decides. */
  readonly workerThreads: number;
  /** A session's update that takes longer has its thread ended, where that is not the caller; 0: never. */
  readonly updateTimeoutMs: number;
  /** Runs batches on the calling thread, the one that `parallelFor` is called on. */
  readonly caller: BatchRunner;
  readonly logger: Logger;
  /** What pauses are measured by; the manager's option `clock`. */
  readonly clock: WallClock;
  /** URLs of the modules that each worker imports first, in this order: the manager's option `workerSetup`. */
  readonly workerSetup: readonly string[];
  /** What each worker imports next. By index of the behaviour. */
  readonly behaviors: readonly BehaviorDescriptor[];
  /** A place for one more thread, from `start` to `stop`. Throws `ERR_SCHEDULER_CONTRACT` when there are 255. */
  openSeat(): ParticipantSeat;
  /** True if a batch of the round in hand has been run to its end, by whomever. The truth after a thread has died. */
  isBatchDone(batch: number): boolean;
  /**
   * Lets a worker thread of its own import `workerSetup` and `behaviors`, and rejects with `ERR_BEHAVIOR_IMPORT` if it cannot, with the
   * cause: a clear error at start. The thread has 30 s and is over when this settles; it costs 50 to 150 ms and the imports.
   *
   * For schedulers that say they have workers and seat none at start: those that do find the same out by `ParticipantSeat.ready`.
   */
  checkBehaviors(): Promise<void>;
}

/** What a round's batches are: `updates` of sessions, or `records` of those that have fallen asleep, 32 a batch, which takes each some 50 to 200 µs. */
export type RoundWork = 'updates' | 'records';

/**
 * Decides which threads run the batches of a tick. Called by the manager alone, on one thread, never overlapping. Belongs to one
 * manager at a time, from its start to its stop: another that is given it does not start (`ERR_SCHEDULER_CONTRACT`).
 *
 * | member | called | must | may fail |
 * |---|---|---|---|
 * | `start` | once, first | be ready for `parallelFor` when it returns or resolves; fail if a worker cannot import the behaviours; when it fails leave no thread, timer or listener | yes: `ERR_START_FAILED`, with the cause |
 * | `parallelFor` | for each round, one after the other: once a tick, and where many sessions fall asleep again for every 256 of them | run each batch `0 … batchCount − 1` exactly once; return (or resolve) only when all are done and what they wrote is visible to the caller | yes: the tick rejects with `ERR_SCHEDULER_FAILED` |
 * | `resize` | between ticks | lose no batch of a later tick | yes, leaving the count as it was |
 * | `stop` | last; also after a failed `start`, or without one; also twice | end within a bound, whatever its threads do | no |
 * | `rouse` (optional) | between ticks | have each worker call `takeMessages` of its participant soon | no |
 * | `stats` | any time between ticks | be cheap | no |
 */
export interface IScheduler {
  /** {@link SCHEDULER_CONTRACT_VERSION} it was built for. */
  readonly contractVersion: number;
  /** A short name for reports and metrics. */
  readonly name: string;
  readonly supports: SchedulerSupport;
  start(host: SchedulerHost): void | Promise<void>;
  /**
   * `epoch` numbers the rounds, from 1 on, without gaps in one manager. `work` is for schedulers that go by what batches took before; all rounds
   * are run alike. Synchronous when it returns nothing.
   */
  parallelFor(batchCount: number, epoch: number, work?: RoundWork): void | Promise<void>;
  /** Workers wanted from now on; 0: the scheduler decides. */
  resize(workerThreads: number): void | Promise<void>;
  /** Has every worker look up, so that it takes what the manager has posted to it. Between ticks. Without it they do when the next one begins. */
  rouse?(): void;
  stop(): void | Promise<void>;
  stats(): SchedulerStats;
}

/** What a scheduler package exports as default. */
export type SchedulerFactory = (options?: never) => IScheduler;

const MEMBERS = ['start', 'parallelFor', 'resize', 'stop', 'stats'] as const;

/** Throws `ERR_SCHEDULER_CONTRACT` unless `scheduler` has every member and was built for this contract. */
export function requireScheduler(scheduler: unknown): IScheduler {
  const candidate = scheduler as IScheduler;
  if (typeof scheduler !== 'object' || scheduler === null) {
    throw refused(
      `scheduler must be an IScheduler, such as inlineScheduler() of @dormouse/scheduler-inline: got ${shown(scheduler)}${typeof scheduler === 'function' ? '; call it' : ''}`,
    );
  }
  if (typeof (scheduler as PromiseLike<unknown>).then === 'function')
    throw refused('scheduler must be an IScheduler: got a promise; await it');
  for (const member of MEMBERS) {
    if (typeof candidate[member] !== 'function') throw refused(`scheduler has no ${member}(): got ${shown(candidate[member])}`);
  }
  if (typeof candidate.name !== 'string' || candidate.name === '') {
    throw refused(`scheduler must have a name: got ${shown(candidate.name)}`);
  }
  if (typeof candidate.supports !== 'object' || candidate.supports === null) {
    throw refused(`scheduler ${candidate.name} does not say what it supports: got ${shown(candidate.supports)}`);
  }
  if (candidate.contractVersion !== SCHEDULER_CONTRACT_VERSION) {
    throw refused(
      `scheduler ${candidate.name} is built for contract ${shown(candidate.contractVersion)}, this core for ${SCHEDULER_CONTRACT_VERSION}: ` +
        'install versions that belong together',
    );
  }
  return candidate;
}

/** Schedulers of this project, by the name they go by on a command line: `tinypool` is the package `@dormouse/scheduler-tinypool`. */
export const BUILT_IN_SCHEDULERS: readonly string[] = ['inline', 'tinypool', 'poolifier', 'threads'];

/**
 * Makes a scheduler from what a command line names: a built-in name (`inline`), a package, or a module's path or URL. The
 * module's default export must be a function that makes one; `options` is handed to it.
 *
 * Paths are meant from the working directory, packages are looked for from the module `from` (a path or `import.meta.url`; default: the
 * working directory). Throws `ERR_SCHEDULER_UNKNOWN` when there is no such module, with the cause, and `ERR_SCHEDULER_CONTRACT` when what
 * it makes is not a scheduler.
 */
export async function loadScheduler(specifier: string, options: object = {}, from?: string | URL): Promise<IScheduler> {
  if (typeof specifier !== 'string' || specifier === '') {
    throw new DormouseError(
      'ERR_SCHEDULER_UNKNOWN',
      `scheduler must be ${BUILT_IN_SCHEDULERS.join(', ')}, a package name or a path: got ${shown(specifier)}`,
    );
  }
  const name = BUILT_IN_SCHEDULERS.includes(specifier) ? `@dormouse/scheduler-${specifier}` : specifier;
  let module: { default?: unknown };
  try {
    module = await import(hrefOf(name, from ?? resolve('package.json')));
  } catch (cause) {
    const hint =
      name === specifier
        ? `built in are ${BUILT_IN_SCHEDULERS.join(', ')}, else give a package name or a path`
        : `it is a package of its own: npm install ${name}`;
    const reason = messageOf(cause).split('\n', 1)[0];
    throw new DormouseError('ERR_SCHEDULER_UNKNOWN', `no scheduler ${shown(specifier)}: ${reason}; ${hint}`, { cause });
  }
  if (typeof module.default !== 'function') {
    throw refused(`${shown(specifier)} must export a function that makes a scheduler as default: got ${shown(module.default)}`);
  }
  return requireScheduler((module.default as (options: object) => unknown)(options));
}

function hrefOf(name: string, from: string | URL): string {
  if (/^(file|data|node):/.test(name)) return name;
  if (isAbsolute(name) || /^\.{1,2}([\\/]|$)/.test(name)) return pathToFileURL(resolve(name)).href;
  return pathToFileURL(entryOf(name, createRequire(from))).href;
}

/** A package's file to import. Node resolves from another folder by the rules of `require` alone, which miss what is for `import` only. */
function entryOf(name: string, require: NodeJS.Require): string {
  try {
    return require.resolve(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error;
    const [, packageName = name, subpath = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(name) ?? [];
    const folders = (require.resolve.paths(name) ?? []).map((folder) => resolve(folder, packageName));
    const folder = folders.find((candidate) => existsSync(resolve(candidate, 'package.json')));
    if (folder === undefined) throw error;
    const { exports } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8'));
    const target = importTarget(exports[`.${subpath}`] ?? (subpath === '' ? exports : undefined));
    if (target === undefined) throw error;
    return resolve(folder, target);
  }
}

/** The first target in a package's `exports` that an import takes. */
function importTarget(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    const found = ['import', 'node', 'module-sync', 'default'].includes(condition) ? importTarget(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function refused(message: string): DormouseError {
  return new DormouseError('ERR_SCHEDULER_CONTRACT', message);
}
