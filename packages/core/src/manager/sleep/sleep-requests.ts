import { DormouseError, requireInteger } from '../../errors.js';
import { MAX_ACCOUNT_ID } from '../../layout/geometry.js';
import type { InputTap } from '../../recording/observer.js';
import { NO_SLOT, type SessionStore } from '../../session/store.js';
import type { RequestQueue } from '../requests.js';
import type { Hibernation } from './hibernation.js';

export interface SleepRequestParts {
  readonly store: SessionStore;
  readonly queue: RequestQueue;
  readonly hibernation: Hibernation;
  readonly inputs: InputTap;
}

/**
 * What the host asks of sessions' sleep: at once between ticks; while one is in flight it waits for its end (R-08), answered by what is known
 * then. Main thread only.
 */
export class SleepRequests {
  readonly #parts: SleepRequestParts;
  readonly #incarnationOf: (accountId: number) => number;
  readonly #isBusy: () => boolean;

  /** `incarnationOf`: what an account has when all that is queued is done; 0 for none. */
  constructor(parts: SleepRequestParts, incarnationOf: (accountId: number) => number, isBusy: () => boolean) {
    this.#parts = parts;
    this.#incarnationOf = incarnationOf;
    this.#isBusy = isBusy;
  }

  /** See `SessionManager.reactivateSession`. `incarnation`: only if it is that one. */
  wake(accountId: number, incarnation?: number): boolean {
    if (!this.#concerns(accountId, incarnation) || !this.isAsleep(accountId)) return false;
    if (!this.#isBusy()) return this.#wake(accountId);
    const { queue, store } = this.#parts;
    const asked = store.incarnationOf(accountId);
    queue.add('wake', accountId, () => {
      if (store.incarnationOf(accountId) === asked) this.#wake(accountId);
    });
    return true;
  }

  /** See `SessionManager.reactivateSessionsForMap`, `reactivateSessionsForGroup`. */
  wakeAll(what: 'map' | 'group', number: number): number {
    const { store, queue } = this.#parts;
    const { sleepers } = store;
    const accounts = (): number[] =>
      (what === 'map' ? sleepers.ofMap(number) : sleepers.ofGroup(number)).map((entry) => sleepers.accountOf(entry));
    if (this.#isBusy()) {
      queue.add('wake', 0, () => void this.#wakeEach(accounts()));
      return accounts().length;
    }
    return this.#wakeEach(accounts());
  }

  /** See `SessionManager.hibernateSession`. */
  hibernate(accountId: number, incarnation?: number): boolean {
    const { queue, store } = this.#parts;
    if (!this.#concerns(accountId, incarnation) || this.isAsleep(accountId)) return false;
    if (!this.#isBusy()) return this.#hibernate(accountId);
    const asked = this.#incarnationOf(accountId);
    queue.add('hibernate', accountId, () => {
      if (store.incarnationOf(accountId) !== asked || this.isAsleep(accountId) || this.#hibernate(accountId)) return;
      throw new DormouseError('ERR_SESSION_FAILED', `account ${accountId} may not sleep now`, { accountId });
    });
    return true;
  }

  /** See `SessionManager.hibernateInactiveSessions`. */
  hibernateInactive(): number {
    if (!this.#isBusy()) return this.#hibernateInactive();
    this.#parts.queue.add('hibernate', 0, () => void this.#hibernateInactive());
    return 0;
  }

  /** At once; a sleeper wakes. Its slot; below 0 if it has none. */
  touch(accountId: number): number {
    const { store, hibernation } = this.#parts;
    const slot = hibernation.wakeSlot(accountId);
    if (slot >= 0) store.touch(slot);
    return slot;
  }

  isAsleep(accountId: number): boolean {
    const { store } = this.#parts;
    const slot = store.index.get(accountId);
    return slot === NO_SLOT ? store.sleepers.find(accountId) >= 0 : store.isAsleep(slot);
  }

  #concerns(accountId: number, incarnation: number | undefined): boolean {
    requireInteger('accountId', accountId, 1, MAX_ACCOUNT_ID);
    const present = this.#incarnationOf(accountId);
    return present !== 0 && (incarnation === undefined || incarnation === present);
  }

  #wake(accountId: number): boolean {
    const { inputs, store } = this.#parts;
    // To wake somebody is to touch him.
    inputs.observer?.changed('touch', accountId, 0);
    const slot = this.touch(accountId);
    // Who hears of it may have it sleep again.
    return slot >= 0 && !store.isAsleep(slot);
  }

  #wakeEach(accounts: readonly number[]): number {
    let count = 0;
    for (const accountId of accounts) if (this.isAsleep(accountId) && this.#wake(accountId)) count++;
    return count;
  }

  #hibernateInactive(): number {
    const { inputs, hibernation } = this.#parts;
    inputs.observer?.hibernatingInactive();
    return hibernation.hibernateInactive();
  }

  #hibernate(accountId: number): boolean {
    const { store, hibernation, inputs } = this.#parts;
    inputs.observer?.changed('hibernate', accountId, 0);
    return hibernation.sleepAsked(store.index.get(accountId));
  }
}
