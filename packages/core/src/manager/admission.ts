import type { AnyBehavior } from '../behavior.js';
import { DormouseError, messageOf, requireInteger, requireKeys, shown } from '../errors.js';
import type { WallClock } from '../wall-clock.js';
import { type CreateOptions, lengthOf, type PlannedSession } from './population.js';

/** How accounts are brought in. */
export interface AdmitOptions<B extends AnyBehavior = AnyBehavior, Init = unknown> {
  /** Most accounts that have their turn in one tick, 1…65 536, default 64; those that are adopted do not count. */
  readonly perTick?: number;
  /** For all alike, or made for each when its turn comes. */
  readonly options?: CreateOptions<B, Init> | ((accountId: number, index: number) => CreateOptions<B, Init>);
  /** Cancels it. */
  readonly signal?: AbortSignal;
  /** Called in each tick in which accounts had their turn, when they had. What it throws ends the admission. */
  readonly onProgress?: (progress: AdmissionProgress) => void;
  /** Most wall-clock ms that it may add to a tick, 0.1…`maintenanceSliceMs`; default that. */
  readonly maxTickShareMs?: number;
}

/** An account that could not be brought in, and why. */
export interface AdmissionFailure {
  readonly accountId: number;
  readonly error: DormouseError;
}

/** How far it is. */
export interface AdmissionProgress {
  readonly total: number;
  readonly created: number;
  /** Accounts that had a session, which they go on with (`adopt: true`). */
  readonly adopted: number;
  /** In the order of the accounts. */
  readonly failed: readonly AdmissionFailure[];
  /** Accounts whose turn has yet to come: the last so many of those given. */
  readonly remaining: number;
  /** Ticks in which accounts had their turn. */
  readonly ticks: number;
}

/** How it went. `created`, `adopted`, `failed` and `remaining` together are all accounts. */
export interface AdmissionReport extends Omit<AdmissionProgress, 'remaining'> {
  /** Accounts whose turn never came, since it was cancelled or the manager shut down. */
  readonly remaining: readonly number[];
  readonly wasCancelled: boolean;
  /** The most that it added to a tick, wall-clock ms. */
  readonly longestShareMs: number;
}

/** Accounts that are brought in by slices: see `SessionManager.admitSessions`. */
export interface Admission {
  /** Resolves when the last account has had its turn, or it was cancelled; rejects only with what `onProgress` threw. */
  readonly done: Promise<AdmissionReport>;
  readonly progress: AdmissionProgress;
  /** No account has its turn any more; sessions created stay. Later calls do nothing. */
  cancel(): void;
}

export interface AdmissionParts {
  /** Throws what keeps an account out; nothing has changed then. */
  readonly plan: (accountId: number, options: CreateOptions) => PlannedSession;
  readonly create: (planned: PlannedSession) => void;
  /** Has others make room, the limit being reached; true if it may be less full now. */
  readonly makeRoom: () => boolean;
  readonly wallClock: WallClock;
  readonly maintenanceSliceMs: number;
}

const MOST_PER_TICK = 65_536;
const LEAST_SHARE_MS = 0.1;
const OPTIONS = ['perTick', 'options', 'signal', 'onProgress', 'maxTickShareMs'] as const;
const NO_OPTIONS: CreateOptions = Object.freeze({});

/** The admissions under way, one behind the other. Main thread only. */
export class Admissions {
  readonly #parts: AdmissionParts;
  readonly #waiting: SlicedAdmission[] = [];

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** True when a tick has nothing to do for them. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** See `SessionManager.admitSessions`. Throws `ERR_INVALID_ARGUMENT`. */
  add(accountIds: ArrayLike<number>, options: AdmitOptions): Admission {
    const { maintenanceSliceMs } = this.#parts;
    const checked = checkOptions(options, maintenanceSliceMs);
    const admission = new SlicedAdmission(
      Array.from({ length: lengthOf(accountIds) }, (_, i) => accountIds[i]),
      checked,
      this.#parts,
    );
    if (!admission.hasEnded) this.#waiting.push(admission);
    return admission;
  }

  /**
   * The slices of one tick, before its time advances: the first admission's, and if that is through with time to spare, the next one's. The
   * first account has its turn whatever the clock says, so that there is progress. Never throws.
   */
  slice(): void {
    const { wallClock, maintenanceSliceMs } = this.#parts;
    const startMs = wallClock.now();
    for (let isFirst = true; this.#waiting.length > 0; isFirst = false) {
      const [admission] = this.#waiting;
      const nowMs = isFirst ? startMs : wallClock.now();
      const leftMs = maintenanceSliceMs - (nowMs - startMs);
      if (!isFirst && leftMs <= 0) return;
      admission.slice(nowMs, leftMs);
      if (!admission.hasEnded) return;
      this.#waiting.shift();
    }
  }

  /** The manager is shut down: nobody has a turn any more. */
  close(): void {
    for (const admission of this.#waiting.splice(0)) admission.cancel();
  }
}

class SlicedAdmission implements Admission {
  readonly done: Promise<AdmissionReport>;
  hasEnded = false;
  readonly #accountIds: readonly number[];
  readonly #options: AdmitOptions;
  readonly #parts: AdmissionParts;
  readonly #settle: PromiseWithResolvers<AdmissionReport>;
  readonly #failed: AdmissionFailure[] = [];
  readonly #onAbort = (): void => this.cancel();
  #created = 0;
  #adopted = 0;
  #ticks = 0;
  #longestShareMs = 0;
  #wasCancelled = false;
  #isAtWork = false;

  constructor(accountIds: readonly number[], options: AdmitOptions, parts: AdmissionParts) {
    this.#accountIds = accountIds;
    this.#options = options;
    this.#parts = parts;
    this.#settle = withResolvers();
    this.done = this.#settle.promise;
    const { signal } = options;
    if (signal?.aborted === true) this.cancel();
    else if (accountIds.length === 0) this.#end();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get progress(): AdmissionProgress {
    const total = this.#accountIds.length;
    return {
      total,
      created: this.#created,
      adopted: this.#adopted,
      failed: [...this.#failed],
      remaining: total - this.#taken,
      ticks: this.#ticks,
    };
  }

  cancel(): void {
    if (this.hasEnded || this.#wasCancelled) return;
    this.#wasCancelled = true;
    // Called by a hook or by `onProgress`: who has its turn is told of as well.
    if (!this.#isAtWork) this.#end();
  }

  /** Has accounts have their turn for at most `leftMs`, but at least one. */
  slice(startMs: number, leftMs: number): void {
    if (this.hasEnded) return;
    const { wallClock } = this.#parts;
    const { perTick = 64, maxTickShareMs = leftMs, onProgress } = this.#options;
    const untilMs = startMs + Math.min(leftMs, maxTickShareMs);
    this.#isAtWork = true;
    this.#ticks++;
    let nowMs = startMs;
    const most = perTick + this.#taken - this.#adopted;
    for (let isFirst = true; this.#taken - this.#adopted < most && this.#goesOn && (isFirst || nowMs < untilMs); isFirst = false) {
      this.#admit(this.#taken);
      nowMs = wallClock.now();
    }
    this.#longestShareMs = Math.max(this.#longestShareMs, nowMs - startMs);
    let failure: { readonly cause: unknown } | undefined;
    try {
      onProgress?.(this.progress);
    } catch (cause) {
      failure = { cause };
    }
    this.#isAtWork = false;
    if (failure !== undefined || !this.#goesOn) this.#end(failure);
  }

  /** Accounts that have had their turn. */
  get #taken(): number {
    return this.#created + this.#adopted + this.#failed.length;
  }

  get #goesOn(): boolean {
    return !this.#wasCancelled && this.#taken < this.#accountIds.length;
  }

  #admit(index: number): void {
    const accountId = this.#accountIds[index];
    try {
      const planned = this.#plan(accountId, index);
      if (planned.isThere) {
        this.#adopted++;
        return;
      }
      this.#parts.create(planned);
      this.#created++;
    } catch (error) {
      this.#failed.push({ accountId, error: asDormouseError(accountId, error) });
    }
  }

  #plan(accountId: number, index: number): PlannedSession {
    const { plan, makeRoom } = this.#parts;
    const { options = NO_OPTIONS } = this.#options;
    const own = typeof options === 'function' ? options(accountId, index) : options;
    try {
      return plan(accountId, own);
    } catch (error) {
      if (!DormouseError.isInstance(error, 'ERR_SESSION_LIMIT') || !makeRoom()) throw error;
      return plan(accountId, own);
    }
  }

  #end(failure?: { readonly cause: unknown }): void {
    this.hasEnded = true;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    if (failure !== undefined) {
      this.#settle.reject(failure.cause);
      return;
    }
    this.#settle.resolve({
      total: this.#accountIds.length,
      created: this.#created,
      adopted: this.#adopted,
      failed: this.#failed,
      remaining: this.#accountIds.slice(this.#taken),
      wasCancelled: this.#wasCancelled,
      ticks: this.#ticks,
      longestShareMs: this.#longestShareMs,
    });
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** `Promise.withResolvers`, which Node.js 20 has not. */
function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}

function checkOptions(options: AdmitOptions, maintenanceSliceMs: number): AdmitOptions {
  if (typeof options !== 'object' || options === null) throw invalid(`options of admitSessions must be an object: got ${shown(options)}`);
  requireKeys('option of admitSessions', options, OPTIONS);
  const { perTick, options: own, signal, onProgress, maxTickShareMs } = options;
  if (perTick !== undefined) requireInteger('perTick', perTick, 1, MOST_PER_TICK);
  if (own !== undefined && typeof own !== 'function' && (typeof own !== 'object' || own === null)) {
    throw invalid(`options.options must be options of createSession, or a function that makes them: got ${shown(own)}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalid(`signal must be an AbortSignal: got ${shown(signal)}`);
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw invalid(`onProgress must be a function: got ${shown(onProgress)}`);
  if (
    maxTickShareMs !== undefined &&
    !(typeof maxTickShareMs === 'number' && maxTickShareMs >= LEAST_SHARE_MS && maxTickShareMs <= maintenanceSliceMs)
  ) {
    throw invalid(`maxTickShareMs must be ${LEAST_SHARE_MS}…${maintenanceSliceMs} (maintenanceSliceMs): got ${shown(maxTickShareMs)}`);
  }
  return { ...options };
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_INVALID_ARGUMENT', message);
}

function asDormouseError(accountId: number, cause: unknown): DormouseError {
  if (DormouseError.isInstance(cause)) return cause;
  return new DormouseError('ERR_SESSION_FAILED', `admission of account ${accountId} failed: ${messageOf(cause)}`, { cause, accountId });
}
