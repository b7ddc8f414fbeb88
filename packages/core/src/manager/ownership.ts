import { settledWithin } from '../dispatch/settled-within.js';
import { DormouseError, type ErrorCode, messageOf } from '../errors.js';
import type { HibernationStore } from '../hibernation/hibernation-store.js';
import type { Logger } from '../logger.js';
import type { IScheduler } from '../scheduler.js';

/** How long a store may take to close, wall-clock ms. */
const CLOSE_MS = 5000;

/** What a manager is given and has alone: schedulers, from start to stop; stores, from `open` to `close`. */
const owned = new WeakSet<IScheduler | HibernationStore>();

/** Throws `ERR_SCHEDULER_CONTRACT` if another manager has it: what fails in the start of this one would stop it for that one too. */
export function takeScheduler(scheduler: IScheduler): void {
  take(scheduler, 'scheduler', 'ERR_SCHEDULER_CONTRACT');
}

/** Throws `ERR_STORE_CONTRACT` if another manager has it. */
export function takeStore(store: HibernationStore): void {
  take(store, 'store', 'ERR_STORE_CONTRACT');
}

/** A scheduler's `stop` must not fail; one that does must not keep the rest from being let go. */
export async function stopScheduler(scheduler: IScheduler, logger: Logger): Promise<void> {
  try {
    await scheduler.stop();
  } catch (error) {
    logger.error(`scheduler ${scheduler.name} did not stop: ${messageOf(error)}`);
  }
  owned.delete(scheduler);
}

/** A store's `close` must not fail, nor take for ever; one that does must not keep the rest from being let go. */
export async function closeStore(store: HibernationStore, logger: Logger): Promise<void> {
  try {
    const closing = store.close();
    // One that is done at once needs no clock.
    if (closing !== undefined && !(await settledWithin(closing, CLOSE_MS)))
      logger.error(`store ${store.name} did not close in ${CLOSE_MS} ms`);
    else await closing;
  } catch (error) {
    logger.error(`store ${store.name} did not close: ${messageOf(error)}`);
  }
  owned.delete(store);
}

function take(thing: IScheduler | HibernationStore, what: string, code: ErrorCode): void {
  if (owned.has(thing)) throw new DormouseError(code, `${what} ${thing.name} belongs to another manager: each needs one of its own`);
  owned.add(thing);
}
