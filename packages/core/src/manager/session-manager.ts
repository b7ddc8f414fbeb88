import type { AnyBehavior, InitOf } from '../behavior.js';
import { type CheckedOptions, checkOptions, type SessionManagerOptions } from '../config.js';
import { DormouseError, shown } from '../errors.js';
import { isObserved, publish } from '../events.js';
import { channelLogger, type Logger } from '../logger.js';
import type { PacketHandler } from '../memory/packet-handler.js';
import { type Recording, type RecordingOptions, startRecording } from '../recording/recording.js';
import type { BroadcastTarget } from '../session/broadcast-target.js';
import type { SessionHandle } from '../session/handle.js';
import type { TickInfo } from '../session-api.js';
import { NO_TICK, type TickReport } from '../tick-report.js';
import type { AskHandler, HandleOptions } from './asks/ask-lane.js';
import type { BroadcastOutcome } from './broadcast.js';
import { sharedInstance } from './instance.js';
import { type ManagerParts, partsOf, requireEngine, setParts, stopped } from './manager-parts.js';
import { ManagerSettingsAtRunTime } from './manager-settings.js';
import { type CreateOptions, lengthOf } from './population.js';
import { checkRunOptions, type RunOptions, type RunReport, runLoop } from './run-loop.js';
import { startEngine } from './start-engine.js';

const LONGEST_DIFF_MS = 3_600_000;
/**
 * For `@dormouse/core/testing`: the `AskDesk` where a running manager's sessions' requests go, if it has one. Not typed: the declarations
 * that users compile against would come to contain all that it is made of, WebAssembly's types included, which Node's have not.
 */
export let askDeskOf: (manager: SessionManager) => unknown;
/** True only while `start` makes a manager. */
let isStarting = false;
const NO_PAYLOAD = new Uint8Array(0);

/**
 * Thousands of sessions, updated once a tick by the threads of a scheduler. All methods belong to the thread it was started on.
 *
 * ```js
 * const manager = await SessionManager.start({ behavior, scheduler: inlineScheduler() });
 * manager.createSession(10001);
 * await manager.updateAllSessions(100);
 * await manager.shutdown();
 * ```
 */
export class SessionManager<B extends AnyBehavior = AnyBehavior> extends ManagerSettingsAtRunTime<B> implements AsyncDisposable {
  readonly #parts: ManagerParts;
  readonly #logger: Logger;
  #run: Promise<RunReport> | undefined;
  readonly #stopping = new AbortController();
  #shutdown: Promise<void> | undefined;

  static {
    askDeskOf = (manager) => partsOf(manager).engine?.services.asks;
  }

  private constructor(options: CheckedOptions<B>, logger: Logger) {
    super();
    // JavaScript knows no private constructors.
    if (!isStarting) throw invalid('a manager is made by await SessionManager.start(options), not by new');
    this.#parts = { options: options as unknown as CheckedOptions<AnyBehavior>, engine: undefined, isStopping: false, resumed: undefined };
    setParts(this, this.#parts);
    this.#logger = logger;
  }

  /**
   * Starts a manager. When it rejects — `ERR_CONFIG_INVALID`, `ERR_CONFIG_KEY_UNKNOWN`, `ERR_SCHEDULER_CONTRACT`, `ERR_STORE_NOT_EMPTY`, `ERR_STORE_LOCKED`,
   * `ERR_STORE_FILE`, `ERR_NODE_VERSION`, `ERR_START_FAILED` with the cause — no thread, timer or file is left behind.
   */
  static async start<const B extends AnyBehavior>(options: SessionManagerOptions<B>): Promise<SessionManager<B>> {
    const checked = checkOptions(options);
    const logger = channelLogger(checked.logger);
    isStarting = true;
    const manager = new SessionManager<B>(checked, logger);
    isStarting = false;
    if (!checked.config.enabled) {
      logger.info('disabled (enabled = false): no thread and no memory is held, updates do nothing');
      return manager;
    }
    Object.assign(manager.#parts, await startEngine(manager.#parts.options, logger));
    const { scheduler, config } = checked;
    if (config.workerThreads > 0 && !scheduler.supports.workers) {
      logger.warn(`scheduler ${scheduler.name} has no workers: workerThreads = ${config.workerThreads} has no effect`);
    }
    logger.info(`started on scheduler ${scheduler.name}, at most ${config.maxConcurrentSessions} sessions`);
    publish('dormouse:manager:started', { scheduler: scheduler.name, maxConcurrentSessions: config.maxConcurrentSessions });
    return manager;
  }

  /**
   * The one manager of the process. The first call starts it with its options; later ones get it, with the same options or
   * none. Calls at the same time share one start. After `shutdown`, or a failed start, the next call with options starts anew. Throws
   * `ERR_INSTANCE_OPTIONS` for other options, `ERR_INSTANCE_NOT_STARTED` without any before the start, `ERR_NOT_MAIN_THREAD` in a
   * worker, `ERR_INSTANCE_FOREIGN` when an incompatible copy of this package holds the instance.
   */
  static instance<const B extends AnyBehavior>(options?: SessionManagerOptions<B>): Promise<SessionManager<B>> {
    return sharedInstance(options, (given) => SessionManager.start(given)) as Promise<SessionManager<B>>;
  }

  /** False for a manager that was started disabled: it has no sessions, `updateAllSessions` does nothing. */
  get enabled(): boolean {
    return this.#parts.options.config.enabled;
  }

  get schedulerName(): string {
    return this.#parts.options.scheduler.name;
  }

  /** The last tick: number 0 before the first; after a restart from a store, the last one that it was noted. */
  get tick(): TickInfo {
    const { number, nowMs, diffMs } = this.#parts.engine?.clock ?? { number: 0, nowMs: this.#parts.options.config.startTimeMs, diffMs: 0 };
    return { number, nowMs, diffMs };
  }

  // ------------------------------------------------------------------------------------------------------- sessions

  /**
   * Creates a session for an account, u32 ≥ 1. While a tick is in flight it is queued, and there when that has ended. Throws
   * `ERR_SESSION_EXISTS` unless `adopt` is true, `ERR_SESSION_LIMIT`, `ERR_SESSION_HOOK` when the behaviour's `create` threw; then nothing has changed.
   */
  createSession(accountId: number, options: CreateOptions<B, InitOf<B>> = {}): SessionHandle<B> {
    return requireEngine(this).registry.create(accountId, options) as SessionHandle as SessionHandle<B>;
  }

  /**
   * Creates many sessions at once, all or none; `options` for all alike, or made for each. Throws as `createSession`, naming the
   * account that could not be created; none has been then.
   */
  createSessionBatch(
    accountIds: ArrayLike<number>,
    options: CreateOptions<B, InitOf<B>> | ((accountId: number, index: number) => CreateOptions<B, InitOf<B>>) = {},
  ): SessionHandle<B>[] {
    const optionsOf = typeof options === 'function' ? options : () => options;
    return requireEngine(this).registry.createBatch(accountIds, optionsOf) as SessionHandle[] as SessionHandle<B>[];
  }

  /** A handle to the account's session, if it has one. Each call makes a new handle. */
  getSession(accountId: number): SessionHandle<B> | undefined {
    return this.#parts.engine?.registry.handleOf(accountId) as SessionHandle | undefined as SessionHandle<B> | undefined;
  }

  /**
   * Ends the account's session; false if it has none. Unread packets of it go with it. Queued while a tick is in flight. Throws
   * `ERR_SESSION_HOOK` in the session's own `create` hook, which may throw instead. A sleeper wakes for its `release` hook: where it cannot now, for want of a
   * slot (`ERR_SESSION_LIMIT`) or since its record cannot be read (`ERR_STORE_FAILED`), that is thrown and it sleeps on.
   */
  releaseSession(accountId: number): boolean {
    return requireEngine(this).registry.release(accountId);
  }

  /** Ends many; ids without a session are passed over. Returns how many sessions were ended. */
  releaseSessionBatch(accountIds: ArrayLike<number>): number {
    const engine = requireEngine(this);
    let released = 0;
    for (let i = 0, count = lengthOf(accountIds); i < count; i++) if (engine.registry.release(accountIds[i])) released++;
    return released;
  }

  /** Handles to all sessions, first those awake. Sessions created, released, woken or put to sleep meanwhile may be missed or missing. */
  *sessions(): Generator<SessionHandle<B>> {
    for (const handle of this.#parts.engine?.registry.all() ?? []) yield handle as SessionHandle as SessionHandle<B>;
  }

  /** Takes a session out of quarantine, its faults forgotten; false if it is in none. Queued while a tick is in flight. */
  reviveSession(accountId: number): boolean {
    return requireEngine(this).registry.revive(accountId);
  }

  // ------------------------------------------------------------------------------------------------------- packets

  /**
   * Pushes one packet to each of many sessions. `payloads` holds them one behind the other; `opcode` and `payloadBytes` are one number
   * for all, or one for each. Returns how many were delivered or queued; `outcomes[i]`, if given, becomes the `PushOutcome` of
   * `handles[i]`. Bad input throws before anything is pushed.
   */
  pushBatch(
    handles: ArrayLike<SessionHandle<B>>,
    opcode: number | ArrayLike<number>,
    payloads: Uint8Array,
    payloadBytes: number | ArrayLike<number>,
    outcomes?: Uint8Array,
  ): number {
    return requireEngine(this).registry.packets.pushBatch(
      handles as ArrayLike<unknown> as ArrayLike<SessionHandle>,
      opcode,
      payloads,
      payloadBytes,
      outcomes,
    );
  }

  /**
   * Hands every packet that sessions have sent to `handler`, by account id, each session's in order; returns how many. A packet that was
   * handed over is taken, even if the handler throws; that ends the hand-out, and the rest waits. For managers without `onPacket`.
   * Throws `ERR_TICK_IN_FLIGHT` while sessions are being updated.
   */
  drainOutbound(handler: PacketHandler): number {
    if (typeof handler !== 'function') throw invalid(`handler must be a function: got ${shown(handler)}`);
    return requireEngine(this).drain.run(handler);
  }

  // ------------------------------------------------------------------------------------------------------ messages

  /**
   * Sends a message to every session on `mapId`, in `groupId`, or, with both, to those on that map and in that group; its `sender` is 0.
   * Their next update sees it, behind what sessions sent in earlier ticks. While a tick is in flight it is queued, and delivered when that
   * has ended: behind the messages of sessions, in the order of calls, to whoever is there then. `opcode` is 0…65 535; the payload is
   * copied. Cost: one pass over the sessions. Throws `ERR_INVALID_ARGUMENT`, `ERR_PACKET_TOO_LARGE` (see `mailboxBytes`).
   */
  broadcast(target: BroadcastTarget, opcode: number, payload: Uint8Array = NO_PAYLOAD): BroadcastOutcome {
    return requireEngine(this).services.broadcast(target, opcode, payload);
  }

  // ------------------------------------------------------------------------------------------------------ requests

  /**
   * Has `handler` answer what sessions ask on this topic (1…255 bytes of UTF-8); returns a function that ends it. Handlers run on this
   * thread, between ticks or while one is in flight, never inside the call of a tick, and may call anything of the manager. Each request
   * gets exactly one answer when a later tick begins, unless its session is released first; see `Session.answers`. Once ended, requests
   * already taken are still answered, later ones are `unhandled`.
   *
   * Throws `ERR_HANDLER_EXISTS` while the topic has a handler, `ERR_INVALID_ARGUMENT`.
   */
  handle(topic: string, handler: AskHandler, options: HandleOptions = {}): () => void {
    return requireEngine(this).services.asks.handle(topic, handler, options);
  }

  // --------------------------------------------------------------------------------------------------------- ticks

  /**
   * One tick: every active session is updated once, with `diffMs` (0…3 600 000) of simulated time. Resolves when all are done
   * and their packets handed out. Rejects with `ERR_TICK_IN_FLIGHT` while another tick is, with `ERR_SCHEDULER_FAILED` or
   * `ERR_SCHEDULER_CONTRACT` when the scheduler did not do its part, with `ERR_PACKET_HANDLER` when `onPacket` threw (the tick is
   * complete then, packets not yet handed out wait). Asked for in a hook or in the handler of `drainOutbound` it rejects with
   * `ERR_SESSION_HOOK` or `ERR_PACKET_HANDLER`. What a session throws does not reject: see `faults` in the report. Faults and refusals of
   * a tick that rejected stand in the next report.
   */
  updateAllSessions(diffMs: number): Promise<TickReport> {
    if (typeof diffMs !== 'number' || !(diffMs >= 0 && diffMs <= LONGEST_DIFF_MS)) {
      return Promise.reject(invalid(`diffMs must be 0…${LONGEST_DIFF_MS}: got ${shown(diffMs)}`));
    }
    if (!this.enabled) return Promise.resolve(NO_TICK);
    if (this.#parts.engine === undefined || this.#shutdown !== undefined) return Promise.reject(stopped());
    return this.#parts.engine.tick(diffMs);
  }

  /**
   * Ticks at a fixed rate until `signal` aborts, `maxTicks` are done or the manager is shut down; resolves with how it went.
   * Rejects with `ERR_RUN_ACTIVE` while another run is, and with what a tick rejects with. Keeps the process alive.
   */
  async run(options: RunOptions): Promise<RunReport> {
    const checked = checkRunOptions(options);
    if (this.#shutdown !== undefined) throw stopped();
    if (this.#run !== undefined) throw new DormouseError('ERR_RUN_ACTIVE', 'run() is active already: abort it before starting another');
    const onLate = (message: string): void => this.#logger.info(`${message}; later ones are counted in the run's report only`);
    this.#run = runLoop(checked, (diffMs) => this.updateAllSessions(diffMs), this.#stopping.signal, onLate);
    try {
      return await this.#run;
    } finally {
      this.#run = undefined;
    }
  }

  /**
   * Records everything that enters from outside — sessions created and released, packets, answers, what the host writes to states — so
   * that `replay(file, …)` can have sessions do the same again. To be called before the first session and the first tick. Ends with
   * `stop()` or the manager's shutdown. Records are written when a tick has ended: a crash loses the tick in flight. Throws
   * `ERR_RECORDING_STATE` when it is too late or a recording is under way, `ERR_RECORDING_FILE` when the file exists (see `overwrite`) or
   * cannot be written.
   */
  recordInputs(file: string | URL, options: RecordingOptions = {}): Recording {
    return startRecording(file, requireEngine(this), this.#parts.options, this.#logger, options);
  }

  // ------------------------------------------------------------------------------------------------------- the end

  /**
   * Ends a run, waits for a tick in flight, stops the scheduler and lets go of all memory. From then on handles are stale: what is written before the end is what sessions were then. Sessions end without their `release` hooks.
   * Safe to call again, at any time: every call gets the same promise.
   */
  shutdown(): Promise<void> {
    this.#parts.isStopping = true;
    this.#shutdown ??= this.#stop();
    return this.#shutdown;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    const engine = this.#parts.engine;
    if (engine === undefined) return;
    await this.#run?.catch(() => {});
    await engine.stop();
    this.#parts.engine = undefined;
    this.#logger.info(`stopped after ${engine.clock.number} ticks`);
    if (isObserved('dormouse:manager:stopped')) publish('dormouse:manager:stopped', { ticks: engine.clock.number });
  }
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_INVALID_ARGUMENT', message);
}
