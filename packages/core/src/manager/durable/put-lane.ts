import { DormouseError, messageOf } from '../../errors.js';
import { isObserved, publish } from '../../events.js';
import { nextPauseMs } from '../../growing-pause.js';
import type { HibernationStore } from '../../hibernation/hibernation-store.js';
import type { Logger } from '../../logger.js';
import type { SessionStore } from '../../session/store.js';
import type { WallClock } from '../../wall-clock.js';

export interface LaneParts {
  readonly store: SessionStore;
  readonly records: HibernationStore;
  readonly wallClock: WallClock;
  readonly logger: Logger;
}

/** What the store is to do. */
export interface Work {
  readonly begin: () => void | Promise<void>;
  /** What has to be done when it has ended, well or with an error; nobody else hears of anything before. Returns what went wrong, if anything. */
  readonly ended: (error: unknown) => unknown;
  /** The last of it: others hear of it. */
  readonly tell?: () => void;
}

/** A store that is at one call for longer, wall-clock ms, takes nothing for as long as nobody knows. */
const LATE_MS = 10_000;

interface Call {
  readonly work: Promise<void>;
  readonly what: Work;
  isDone: boolean;
  error: unknown;
}

/**
 * All that the store takes goes through here, one call at a time: batches of records and flushes. A store that fails is left alone for a while,
 * which is told once, as it is of one that does not end a call, and so is that it takes records again. Between ticks, main thread only.
 *
 * Whoever hears of something may want a slot, for which the store is given something: so each call is over, and all is as it says, before anybody hears of it; and
 * whether the store is free is looked up when all have heard.
 */
export class PutLane {
  /** Calls of the store that failed since start. */
  failures = 0;
  /** What the store did not take last; undefined when it has taken something since. */
  lastError: DormouseError | undefined;
  /** A call has ended that took its time: {@link settle} sees to it. Called whatever the manager does just then. */
  onSettled: (() => void) | undefined;
  readonly #parts: LaneParts;
  #call: Call | undefined;
  /** True while the store is called, or what it has done is seen to. */
  #isInside = false;
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;
  /** Since when the store has taken nothing, if it does not. */
  #failingSinceMs: number | undefined;
  #pausedMs = 0;
  /** Of the call under way: when it is late. */
  #lateTimer: unknown;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  /** Until then the store is busy; undefined: it is not. Never rejects. */
  get work(): Promise<void> | undefined {
    return this.#call?.work;
  }

  /** True while a store that has failed is left alone. */
  get isPausing(): boolean {
    return this.#parts.wallClock.now() < this.#retryAtMs;
  }

  /** Wall-clock ms since start in which the store took nothing: from a call that failed, or from the beginning of one that took 10 s and longer, to the next that ended well. */
  get pausedMs(): number {
    return this.#pausedMs + (this.#failingSinceMs === undefined ? 0 : this.#parts.wallClock.now() - this.#failingSinceMs);
  }

  /** Nobody hears of anything any more. */
  close(): void {
    this.#parts.wallClock.clearTimeout(this.#lateTimer);
  }

  /** Sees to what the store was doing; false while it is at something, be it the next. */
  settle(): boolean {
    for (let call = this.#call; call?.isDone; call = this.#call) {
      this.#call = undefined;
      this.#end(call.what, call.error);
    }
    return this.#isFree;
  }

  /** Has the store do something, which is free to; true if it has, at once and well, and is free again. */
  run(what: Work): boolean {
    if (!this.#isFree) throw new Error(`store ${this.#parts.records.name} was to be given something while it is at something else`);
    let work: void | Promise<void>;
    this.#isInside = true;
    try {
      work = what.begin();
    } catch (cause) {
      this.#isInside = false;
      return this.#end(what, reasonOf(cause));
    }
    this.#isInside = false;
    if (typeof work?.then !== 'function') return this.#end(what, undefined) && this.#isFree;
    this.#call = this.#watch(work, what);
    return false;
  }

  get #isFree(): boolean {
    return this.#call === undefined && !this.#isInside;
  }

  #watch(work: Promise<void>, what: Work): Call {
    const { wallClock } = this.#parts;
    const beganMs = wallClock.now();
    this.#lateTimer = wallClock.setTimeout(() => this.#late(beganMs), LATE_MS);
    const done = (error: unknown): void => {
      wallClock.clearTimeout(this.#lateTimer);
      call.isDone = true;
      call.error = error;
      this.onSettled?.();
    };
    const call: Call = {
      work: work.then(
        () => done(undefined),
        (error: unknown) => done(reasonOf(error)),
      ),
      what,
      isDone: false,
      error: undefined,
    };
    return call;
  }

  #end({ ended, tell }: Work, error: unknown): boolean {
    this.#isInside = true;
    const cause = ended(error);
    this.#isInside = false;
    if (cause === undefined) this.#taken();
    else this.#failed(cause);
    tell?.();
    return cause === undefined;
  }

  #taken(): void {
    this.lastError = undefined;
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
    this.#pauseMs = 0;
    if (this.#failingSinceMs === undefined) return;
    const { logger, records, wallClock } = this.#parts;
    const pausedMs = wallClock.now() - this.#failingSinceMs;
    this.#pausedMs += pausedMs;
    this.#failingSinceMs = undefined;
    logger.info(`store ${records.name} takes records again`);
    if (isObserved('dormouse:store:recovered')) publish('dormouse:store:recovered', { store: records.name, pausedMs });
  }

  #failed(cause: unknown): void {
    const { records, wallClock } = this.#parts;
    const error = new DormouseError('ERR_STORE_FAILED', `store ${records.name} did not take records: ${messageOf(cause)}`, { cause });
    this.failures++;
    this.lastError = error;
    // What was tried in a pause makes it no longer.
    if (!this.isPausing) {
      this.#pauseMs = nextPauseMs(this.#pauseMs);
      this.#retryAtMs = wallClock.now() + this.#pauseMs;
    }
    this.#tell(error, wallClock.now(), 'and it is tried again');
  }

  /** It is not given up: what the store does not say may be so. */
  #late(beganMs: number): void {
    const message = `store ${this.#parts.records.name} has been at one batch for ${LATE_MS / 1000} s`;
    this.#tell(new DormouseError('ERR_STORE_FAILED', message), beganMs, 'until it has ended it');
  }

  /** The first of what keeps the store from taking anything, since when it does. */
  #tell(error: DormouseError, sinceMs: number, untilWhen: string): void {
    const { store, logger, records } = this.#parts;
    if (this.#failingSinceMs !== undefined) return;
    this.#failingSinceMs = sinceMs;
    logger.error(`${error.message}; ${store.hibernatingCount} sessions stay in memory, asleep, ${untilWhen}`);
    publish('dormouse:store:failed', { store: records.name, error });
  }
}

function reasonOf(error: unknown): unknown {
  return error ?? 'it did not say why';
}
