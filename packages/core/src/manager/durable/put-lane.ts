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

/** How a call of the store came out: what has to be done when it has ended, well or with an error. Returns what went wrong, if anything. */
export type Ended = (error: unknown) => unknown;

interface Call {
  readonly work: Promise<void>;
  isDone: boolean;
  error: unknown;
  readonly ended: Ended;
}

/**
 * All that the store takes goes through here, one call at a time: batches of records and flushes. A store that fails is left alone for a while,
 * which is told once, and so is that it takes records again. Between ticks, main thread only.
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
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #pauseMs = 0;
  /** Since when the store has taken nothing, if it does not. */
  #failingSinceMs = 0;
  #pausedMs = 0;

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

  /** Wall-clock ms since start in which the store took nothing, from a call that failed to the next that did not. */
  get pausedMs(): number {
    return this.#pausedMs + (this.#pauseMs === 0 ? 0 : this.#parts.wallClock.now() - this.#failingSinceMs);
  }

  /** Sees to what the store was doing; false while it still is. */
  settle(): boolean {
    const call = this.#call;
    if (call === undefined) return true;
    if (!call.isDone) return false;
    this.#call = undefined;
    this.#end(call.ended, call.error);
    return true;
  }

  /** Has the store do something, which is free to; true if it has, at once and well. */
  run(begin: () => void | Promise<void>, ended: Ended): boolean {
    let work: void | Promise<void>;
    try {
      work = begin();
    } catch (error) {
      return this.#end(ended, reasonOf(error));
    }
    if (typeof work?.then !== 'function') return this.#end(ended, undefined);
    this.#call = this.#watch(work, ended);
    return false;
  }

  #watch(work: Promise<void>, ended: Ended): Call {
    const done = (error: unknown): void => {
      call.isDone = true;
      call.error = error;
      this.onSettled?.();
    };
    const call: Call = {
      work: work.then(
        () => done(undefined),
        (error: unknown) => done(reasonOf(error)),
      ),
      isDone: false,
      error: undefined,
      ended,
    };
    return call;
  }

  #end(ended: Ended, error: unknown): boolean {
    const cause = ended(error);
    if (cause === undefined) this.#taken();
    else this.#failed(cause);
    return cause === undefined;
  }

  #taken(): void {
    this.lastError = undefined;
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
    if (this.#pauseMs === 0) return;
    const { logger, records, wallClock } = this.#parts;
    const pausedMs = wallClock.now() - this.#failingSinceMs;
    this.#pausedMs += pausedMs;
    this.#pauseMs = 0;
    logger.info(`store ${records.name} takes records again`);
    if (isObserved('dormouse:store:recovered')) publish('dormouse:store:recovered', { store: records.name, pausedMs });
  }

  #failed(cause: unknown): void {
    const { store, logger, records, wallClock } = this.#parts;
    const isFirst = this.#pauseMs === 0;
    const error = new DormouseError('ERR_STORE_FAILED', `store ${records.name} did not take records: ${messageOf(cause)}`, { cause });
    this.failures++;
    this.lastError = error;
    if (isFirst) this.#failingSinceMs = wallClock.now();
    // What was tried in a pause makes it no longer.
    if (!this.isPausing) {
      this.#pauseMs = nextPauseMs(this.#pauseMs);
      this.#retryAtMs = wallClock.now() + this.#pauseMs;
    }
    if (!isFirst) return;
    logger.error(`${error.message}; ${store.hibernatingCount} sessions stay in memory, asleep, and it is tried again`);
    publish('dormouse:store:failed', { store: records.name, error });
  }
}

function reasonOf(error: unknown): unknown {
  return error ?? 'it did not say why';
}
