import { Column, ROWS, SlotState } from '../layout/geometry.js';
import type { SessionStore } from '../session/store.js';

/**
 * Finds the sessions that have been idle longest: by last activity, then account. One pass over the sessions, through a heap that holds
 * the best so far, the least idle of them at the top: most sessions are compared with that one alone. What it finds in it keeps for the next
 * search: nothing is allocated. Main thread only, between ticks.
 */
export class LeastActive {
  /** What was found, the one idle longest first. */
  count = 0;
  readonly accountIds: Uint32Array;
  readonly lastActivityMs: Float64Array;
  readonly #store: SessionStore;

  /** `most`: sessions it can find at once. */
  constructor(store: SessionStore, most: number) {
    this.#store = store;
    this.accountIds = new Uint32Array(most);
    this.lastActivityMs = new Float64Array(most);
  }

  /** Looks for `wanted` active sessions whose last activity is not after `beforeMs` and which `may` accepts. */
  find(wanted: number, beforeMs: number, may: (slot: number) => boolean): void {
    const { table, pool } = this.#store;
    const { slotStates, doubles } = table;
    const { accountIds, lastActivityMs } = this;
    const most = Math.min(wanted, accountIds.length);
    this.count = 0;
    for (const block of most > 0 ? pool.blocks : []) {
      if (block === undefined || !table.hasActiveRows(block.blockIndex)) continue;
      const { firstActivity, firstSlot, page } = block;
      for (let row = 0; row < ROWS; row++) {
        const activeMs = doubles[firstActivity + row];
        if (activeMs > beforeMs || slotStates[firstSlot + row] !== SlotState.active) continue;
        const accountId = page[Column.account + row] >>> 0;
        if (this.count === most && !isBefore(activeMs, accountId, lastActivityMs[0], accountIds[0])) continue;
        if (!may(firstSlot + row)) continue;
        if (this.count < most) this.#rise(this.count++, activeMs, accountId);
        else this.#sink(most, activeMs, accountId);
      }
    }
    // The least idle goes to the end, and so on.
    for (let end = this.count - 1; end > 0; end--) {
      const activeMs = lastActivityMs[end];
      const accountId = accountIds[end];
      this.#put(end, lastActivityMs[0], accountIds[0]);
      this.#sink(end, activeMs, accountId);
    }
  }

  #rise(from: number, activeMs: number, accountId: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(this.lastActivityMs[above], this.accountIds[above], activeMs, accountId)) break;
      this.#put(at, this.lastActivityMs[above], this.accountIds[above]);
      at = above;
    }
    this.#put(at, activeMs, accountId);
  }

  /** Puts one in the place of the top, in a heap of `count`. */
  #sink(count: number, activeMs: number, accountId: number): void {
    const { lastActivityMs, accountIds } = this;
    let at = 0;
    for (let below = 1; below < count; below = at * 2 + 1) {
      if (below + 1 < count && isBefore(lastActivityMs[below], accountIds[below], lastActivityMs[below + 1], accountIds[below + 1]))
        below++;
      if (!isBefore(activeMs, accountId, lastActivityMs[below], accountIds[below])) break;
      this.#put(at, lastActivityMs[below], accountIds[below]);
      at = below;
    }
    this.#put(at, activeMs, accountId);
  }

  #put(at: number, activeMs: number, accountId: number): void {
    this.lastActivityMs[at] = activeMs;
    this.accountIds[at] = accountId;
  }
}

function isBefore(aMs: number, a: number, bMs: number, b: number): boolean {
  return aMs !== bMs ? aMs < bMs : a < b;
}
