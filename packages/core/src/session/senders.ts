import { Column, ROW_BITS, ROW_MASK, ROWS, SlotState } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { SessionStore } from './store.js';

/** Up to this share of all sessions senders are sorted, above it taken from the order of all accounts (of 50 000: as good at 3000 to 5000). */
const SORTED_SHARE = 1 / 16;

/**
 * Who has something to be taken, by ascending account id: an order that depends on nothing else, least of all on the slots that sessions have
 * got, which the clock on the wall has a say in. Allocates nothing once it has grown. Main thread only, between ticks.
 */
export class Senders {
  /** As many as {@link collect} says, and whose they were then. */
  slots = new Int32Array(ROWS);
  accounts = new Uint32Array(ROWS);
  readonly #store: SessionStore;
  /** One byte a block: set by whoever has put something into one of its rows. */
  readonly #flags: Uint8Array;
  readonly #isSender: (block: Block, row: number) => boolean;

  constructor(store: SessionStore, flags: Uint8Array, isSender: (block: Block, row: number) => boolean) {
    this.#store = store;
    this.#flags = flags;
    this.#isSender = isSender;
  }

  /** Finds them; returns how many. Takes the blocks' flags: whatever is sent from now on is found by the next call. */
  collect(): number {
    const { table, pool, count } = this.#store;
    const { slotStates } = table;
    const { blocks } = pool;
    const flags = this.#flags;
    let found = 0;
    for (let blockIndex = 0; blockIndex < blocks.length; blockIndex++) {
      if (flags[blockIndex] === 0) continue;
      flags[blockIndex] = 0;
      const block = blocks[blockIndex];
      if (block === undefined) continue;
      if (found + ROWS > this.slots.length) this.#grow(found);
      for (let row = 0; row < ROWS; row++) {
        // A create hook that threw leaves what it sent to whoever comes to the row next, to be cleared.
        if (!this.#isSender(block, row) || slotStates[block.firstSlot + row] === SlotState.free) continue;
        this.slots[found++] = block.firstSlot + row;
      }
    }
    if (found > count * SORTED_SHARE) found = this.#takeFromOrder();
    else if (found > 1) this.#sort(found);
    this.#noteAccounts(found);
    return found;
  }

  /** Has the next call find again what stands at `from … count − 1` now. */
  putBack(from: number, count: number): void {
    for (let i = from; i < count; i++) this.#flags[this.slots[i] >> ROW_BITS] = 1;
  }

  #takeFromOrder(): number {
    const { order, pool, table } = this.#store;
    const { blocks } = pool;
    const { slots, count } = order.slots();
    const senders = this.slots;
    let found = 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i];
      if (!this.#isSender(blocks[slot >> ROW_BITS] as Block, slot & ROW_MASK)) continue;
      if (table.slotStates[slot] !== SlotState.free) senders[found++] = slot;
    }
    return found;
  }

  #sort(found: number): void {
    const { index } = this.#store;
    this.#noteAccounts(found);
    const accounts = this.accounts.subarray(0, found).sort();
    for (let i = 0; i < found; i++) this.slots[i] = index.get(accounts[i]);
  }

  #noteAccounts(found: number): void {
    const { blocks } = this.#store.pool;
    for (let i = 0; i < found; i++) {
      const slot = this.slots[i];
      this.accounts[i] = (blocks[slot >> ROW_BITS] as Block).page[Column.account + (slot & ROW_MASK)];
    }
  }

  #grow(found: number): void {
    const slots = new Int32Array(this.slots.length * 2);
    slots.set(this.slots.subarray(0, found));
    this.slots = slots;
    this.accounts = new Uint32Array(slots.length);
  }
}
