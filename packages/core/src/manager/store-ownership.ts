import { settledWithin } from '../dispatch/settled-within.js';
import { DormouseError, messageOf } from '../errors.js';
import type { HibernationStore } from '../hibernation/hibernation-store.js';
import type { Logger } from '../logger.js';

/** How long a store may take to close, wall-clock ms. */
const CLOSE_MS = 5000;

/** Stores that have a manager: each has one at a time, from `open` to `close`. */
const owned = new WeakSet<HibernationStore>();

/** Throws `ERR_STORE_CONTRACT` if another manager has it. */
export function takeStore(store: HibernationStore): void {
  if (owned.has(store)) {
    throw new DormouseError('ERR_STORE_CONTRACT', `store ${store.name} belongs to another manager: each needs one of its own`);
  }
  owned.add(store);
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
