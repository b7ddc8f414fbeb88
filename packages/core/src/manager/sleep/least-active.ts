import { Column, ROWS, SlotState } from '../../layout/geometry.js';
import type { Block } from '../../memory/block.js';
import type { SessionStore } from '../../session/store.js';

/**
 * Finds the sessions that have been idle longest: by last activity, then account. One pass over the blocks, in as many steps as one likes, through a
 * heap that holds the best so far, the least idle of them at the top: most sessions are compared with that one alone. Who is active between two steps may
 * be found all the same, or who has gone. What it finds in it keeps for the next search: nothing is allocated. Main thread only, between ticks.
 */
export class LeastActive {
  /** What was found, the one idle longest first; in order once the search is done. */
  count = 0;
  readonly accountIds: Uint32Array;
  readonly lastActivityMs: Float64Array;
  readonly #store: SessionStore;
  readonly #may: (slot: number) => boolean;
  #wanted = 0;
  #beforeMs = 0;
  #blockIndex = 0;

  /** `most`: sessions it can find at once. It looks for active ones that `may` accepts. */
  constructor(store: SessionStore, most: number, may: (slot: number) => boolean) {
    this.#store = store;
    this.#may = may;
    this.accountIds = new Uint32Array(most);
    this.lastActivityMs = new Float64Array(most);
  }

  /** Begins a search for `wanted` sessions whose last activity is not after `beforeMs`. */
  begin(wanted: number, beforeMs: number): void {
    this.#wanted = Math.min(wanted, this.accountIds.length);
    this.#beforeMs = beforeMs;
    this.#blockIndex = 0;
    this.count = 0;
  }

  /** Looks at so many blocks more; true when the search is done. */
  step(blockCount: number): boolean {
    const { table, pool } = this.#store;
    const end = this.#wanted > 0 ? pool.blocks.length : 0;
    const stop = Math.min(this.#blockIndex + blockCount, end);
    for (; this.#blockIndex < stop; this.#blockIndex++) {
      const block = pool.blocks[this.#blockIndex];
      if (block !== undefined && table.hasActiveRows(this.#blockIndex)) this.#lookAt(block);
    }
    if (stop < end) return false;
    this.#sort();
    return true;
  }

  #lookAt({ firstActivity, firstSlot, page }: Block): void {
    const { slotStates, doubles } = this.#store.table;
    const { accountIds, lastActivityMs } = this;
    const most = this.#wanted;
    let lastMs = this.count === most ? lastActivityMs[0] : this.#beforeMs;
    for (let row = 0; row < ROWS; row++) {
      const activeMs = doubles[firstActivity + row];
      if (activeMs > lastMs || slotStates[firstSlot + row] !== SlotState.active) continue;
      const accountId = page[Column.account + row] >>> 0;
      const isFull = this.count === most;
      if (isFull && !isBefore(activeMs, accountId, lastActivityMs[0], accountIds[0])) continue;
      if (!this.#may(firstSlot + row)) continue;
      if (isFull) this.#sink(most, activeMs, accountId);
      else this.#rise(this.count++, activeMs, accountId);
      if (this.count === most) lastMs = lastActivityMs[0];
    }
  }

  /** The least idle goes to the end, and so on. */
  #sort(): void {
    const { accountIds, lastActivityMs } = this;
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
