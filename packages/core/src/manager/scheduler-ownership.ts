import { DormouseError, messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { IScheduler } from '../scheduler.js';

/** Schedulers that have a manager: each has one at a time, from its start to its stop. */
const owned = new WeakSet<IScheduler>();

/** Throws `ERR_SCHEDULER_CONTRACT` if another manager has it: what fails in the start of this one would stop it for that one too. */
export function takeScheduler(scheduler: IScheduler): void {
  if (owned.has(scheduler)) {
    throw new DormouseError('ERR_SCHEDULER_CONTRACT', `scheduler ${scheduler.name} belongs to another manager: each needs one of its own`);
  }
  owned.add(scheduler);
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
