import { Column, ROW_BITS, ROW_MASK, ROWS, SlotState } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { SessionStore } from './store.js';

/** Up to this share of all sessions senders are sorted, above it taken from the order of all accounts (of 50 000: as good at 3000 to 5000). */
const SORTED_SHARE = 1 / 16;
const NO_WORDS = new Int32Array(0);

type WordsOf = (block: Block) => Int32Array;
type ColumnOf = (block: Block) => number;

/**
 * Who has something to be taken, by ascending account id: an order that depends on nothing else, least of all on the slots that sessions have
 * got, which the clock on the wall has a say in. Allocates nothing once it has grown. Main thread only, between ticks.
 */
export class Senders {
  /** As many as {@link collect} says, and whose they were then. */
  slots: Int32Array;
  accounts: Uint32Array;
  readonly #store: SessionStore;
  /** One byte a block: set by whoever has put something into one of its rows. */
  readonly #flags: Uint8Array;
  readonly #wordsOf: (block: Block) => Int32Array;
  readonly #columnOf: (block: Block) => number;
  /** They are all in reach of a kernel, in the table's own lists. */
  readonly #areOutbound: boolean;

  private constructor(store: SessionStore, flags: Uint8Array, areOutbound: boolean, wordsOf: WordsOf, columnOf: ColumnOf) {
    const { table } = store;
    this.#store = store;
    this.#flags = flags;
    this.#areOutbound = areOutbound;
    this.#wordsOf = wordsOf;
    this.#columnOf = columnOf;
    this.slots = areOutbound ? table.senderSlots : new Int32Array(ROWS);
    this.accounts = areOutbound ? table.senderAccounts : new Uint32Array(ROWS);
  }

  /** Those with packets for the host. One of a store: they use the table's lists. */
  static outbound(store: SessionStore): Senders {
    return new Senders(
      store,
      store.table.outboundFlags,
      true,
      ({ page }) => page,
      () => Column.outbound,
    );
  }

  /** Those for whom a row has something to be taken while its word is not 0: in `wordsOf(block)`, from `columnOf(block)` on. */
  static by(store: SessionStore, flags: Uint8Array, wordsOf: WordsOf, columnOf: ColumnOf): Senders {
    return new Senders(store, flags, false, wordsOf, columnOf);
  }

  /** Finds them; returns how many. Takes the blocks' flags: whatever is sent from now on is found by the next call. */
  collect(): number {
    const { table, pool, count } = this.#store;
    const { slotStates } = table;
    const { blocks } = pool;
    const flags = this.#flags;
    const { free } = SlotState;
    let found = 0;
    for (let blockIndex = 0; blockIndex < blocks.length; blockIndex++) {
      if (flags[blockIndex] === 0) continue;
      flags[blockIndex] = 0;
      const block = blocks[blockIndex];
      if (block === undefined) continue;
      if (found + ROWS > this.slots.length) this.#grow(found + ROWS);
      const { slots } = this;
      const { firstSlot } = block;
      const words = this.#wordsOf(block);
      const column = this.#columnOf(block);
      for (let row = 0; row < ROWS; row++) {
        // A create hook that threw leaves what it sent to whoever comes to the row next, to be cleared.
        if (words[column + row] !== 0 && slotStates[firstSlot + row] !== free) slots[found++] = firstSlot + row;
      }
      if (found <= count * SORTED_SHARE) continue;
      flags.fill(0, blockIndex, blocks.length);
      return this.#takeFromOrder();
    }
    if (this.#areOutbound) this.#noteMost(found);
    if (found > 1) this.#sort(found);
    else this.#noteAccounts(found);
    return found;
  }

  /** Has the next call find again what stands at `from … count − 1` now. */
  putBack(from: number, count: number): void {
    for (let i = from; i < count; i++) this.#flags[this.slots[i] >> ROW_BITS] = 1;
  }

  #takeFromOrder(): number {
    const { order, pool, table, kernels } = this.#store;
    const { blocks } = pool;
    const { slotStates } = table;
    const { slots, count } = order.slots();
    if (this.#areOutbound) {
      // As long as the table's list at most, whatever of it is in use: a part would have to be allocated.
      this.slots.set(slots);
      this.#noteMost(slots.length);
      return kernels.keepSenders(count);
    }
    if (count > this.slots.length) this.#grow(count);
    const senders = this.slots;
    const senderAccounts = this.accounts;
    const { account } = Column;
    const { free } = SlotState;
    let found = 0;
    let blockIndex = -1;
    let page: Int32Array = NO_WORDS;
    let words: Int32Array = NO_WORDS;
    let column = 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i];
      // Accounts that are neighbours mostly came to the same block.
      if (slot >> ROW_BITS !== blockIndex) {
        blockIndex = slot >> ROW_BITS;
        const block = blocks[blockIndex] as Block;
        page = block.page;
        words = this.#wordsOf(block);
        column = this.#columnOf(block);
      }
      const row = slot & ROW_MASK;
      if (words[column + row] === 0 || slotStates[slot] === free) continue;
      senders[found] = slot;
      senderAccounts[found++] = page[account + row];
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

  #noteMost(words: number): void {
    const { table } = this.#store;
    table.mostSenders = Math.max(table.mostSenders, words);
  }

  /** Keeps what is in `slots`. */
  #grow(needed: number): void {
    let capacity = this.slots.length;
    while (capacity < needed) capacity *= 2;
    const slots = new Int32Array(capacity);
    slots.set(this.slots);
    this.slots = slots;
    this.accounts = new Uint32Array(capacity);
  }
}
