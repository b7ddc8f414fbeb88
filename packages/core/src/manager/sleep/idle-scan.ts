import { Column } from '../../layout/geometry.js';
import type { SessionStore } from '../../session/store.js';

const NOBODY = new Uint32Array(0);

/** Finds sessions that have been idle. Main thread only, between ticks. */
export class IdleScan {
  readonly #store: SessionStore;

  constructor(store: SessionStore) {
    this.#store = store;
  }

  /**
   * Accounts of the active sessions whose last activity is not after `beforeMs`, ascending. Accounts, not slots: what is done with one of them may
   * change who has the slots of others. Cost: below 1 ns a session with SIMD; allocates and sorts only what it finds.
   */
  find(beforeMs: number): Uint32Array {
    const { kernels, pool } = this.#store;
    const count = kernels.listIdle(pool.blocks.length, beforeMs);
    if (count === 0) return NOBODY;
    const { slots } = kernels;
    const accounts = new Uint32Array(count);
    for (let i = 0; i < count; i++) accounts[i] = this.#store.word(slots[i], Column.account);
    return accounts.sort();
  }
}
