import { Column, ROWS, SlotState } from '../layout/geometry.js';
import type { SessionStore } from '../session/store.js';

/** The first `count` of `slots`. */
export interface FoundSlots {
  readonly slots: Int32Array;
  readonly count: number;
}

/** Finds sessions that have been idle. Main thread only, between ticks. */
export class IdleScan implements FoundSlots {
  slots = new Int32Array(ROWS);
  count = 0;
  readonly #store: SessionStore;

  constructor(store: SessionStore) {
    this.#store = store;
  }

  /**
   * Active sessions whose last activity is not after `beforeMs`, by ascending account id. What is returned is the same object each time.
   * Cost: some ns a session; sorts only what it finds.
   */
  find(beforeMs: number): FoundSlots {
    const { table, pool } = this.#store;
    const { slotStates, doubles } = table;
    const { blocks } = pool;
    this.count = 0;
    for (let blockIndex = 0; blockIndex < blocks.length; blockIndex++) {
      const block = blocks[blockIndex];
      if (block === undefined || !table.hasActiveRows(blockIndex)) continue;
      const { firstActivity, firstSlot } = block;
      for (let row = 0; row < ROWS; row++) {
        if (doubles[firstActivity + row] > beforeMs || slotStates[firstSlot + row] !== SlotState.active) continue;
        if (this.count === this.slots.length) this.#grow();
        this.slots[this.count++] = firstSlot + row;
      }
    }
    if (this.count > 1) sortByAccount(this.#store, this.slots.subarray(0, this.count));
    return this;
  }

  #grow(): void {
    const slots = new Int32Array(this.slots.length * 2);
    slots.set(this.slots);
    this.slots = slots;
  }
}

/** Sorts slots of sessions by ascending account id, in place. */
export function sortByAccount(store: SessionStore, slots: Int32Array): void {
  const accounts = new Uint32Array(slots.length);
  for (let i = 0; i < slots.length; i++) accounts[i] = store.word(slots[i], Column.account);
  accounts.sort();
  for (let i = 0; i < slots.length; i++) slots[i] = store.index.get(accounts[i]);
}
