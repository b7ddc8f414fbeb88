import { Column, powerOfTwoFrom, ROW_BITS, ROW_MASK, ROWS, SlotState } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { SessionStore } from './store.js';

/** Up to this share of all sessions senders are sorted, above it taken from the order of all accounts (of 50 000: as good at 3000 to 5000). */
const SORTED_SHARE = 1 / 16;
/** Room beyond so many times as many as there are sessions is given back; as much as few of them may need in many blocks is kept. */
const ROOM_TO_SPARE = 4;
const LEAST_ROOM = 4 * ROWS;
const NO_WORDS = new Int32Array(0);

type WordsOf = (block: Block) => Int32Array;
type ColumnOf = (block: Block) => number;

/**
 * Who has something to be taken, by ascending account id: an order that depends on nothing else, least of all on the slots that sessions have
 * got, which the clock on the wall has a say in. Allocates nothing once it has grown, and keeps no more than what four times as many sessions as there
 * are would need. Main thread only, between ticks.
 */
export class Senders {
  /** As many as {@link collect} says, and whose they were then, until it is called again. */
  slots: Int32Array = new Int32Array(ROWS);
  accounts: Uint32Array = new Uint32Array(ROWS);
  readonly #store: SessionStore;
  /** One byte a block: set by whoever has put something into one of its rows. */
  readonly #flags: Uint8Array;
  readonly #wordsOf: (block: Block) => Int32Array;
  readonly #columnOf: (block: Block) => number;
  /** What they have is in the table's columns, in reach of a kernel. */
  readonly #areOutbound: boolean;
  /** The order of all accounts, in parts that the kernel's list has room for. */
  #order: Int32Array = NO_WORDS;
  #parts: Int32Array[] = [];

  private constructor(store: SessionStore, flags: Uint8Array, areOutbound: boolean, wordsOf: WordsOf, columnOf: ColumnOf) {
    this.#store = store;
    this.#flags = flags;
    this.#areOutbound = areOutbound;
    this.#wordsOf = wordsOf;
    this.#columnOf = columnOf;
  }

  /** Those with packets for the host. */
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
    const { table, pool, count, order } = this.#store;
    const { slotStates } = table;
    const { blocks } = pool;
    const flags = this.#flags;
    const { free } = SlotState;
    if (this.slots.length > Math.max(LEAST_ROOM, count * ROOM_TO_SPARE) && this.slots !== table.senderSlots) this.#shrink(count);
    if (this.#parts.length > 0 && !order.isOf(this.#order)) {
      this.#order = NO_WORDS;
      this.#parts = [];
    }
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
      return this.#collectByOrder(blockIndex);
    }
    if (this.slots === table.senderSlots) table.mostSenders = Math.max(table.mostSenders, found);
    if (found > 1) this.#sort(found);
    else this.#noteAccounts(found);
    return found;
  }

  /** Has the next call find again those in `slots[from … count − 1]`. */
  putBack(slots: Int32Array, from: number, count: number): void {
    for (let i = from; i < count; i++) this.#flags[slots[i] >> ROW_BITS] = 1;
  }

  /** All of them, when blocks up to this one have had their flags taken. */
  #collectByOrder(blockIndex: number): number {
    const flags = this.#flags;
    const blockCount = this.#store.pool.blocks.length;
    try {
      const found = this.#areOutbound ? this.#keepOfOrder() : this.#takeFromOrder();
      flags.fill(0, blockIndex, blockCount);
      return found;
    } catch (error) {
      // There was no memory for so many: the next call finds them.
      flags.fill(1, 0, blockIndex + 1);
      throw error;
    }
  }

  #takeFromOrder(): number {
    const { order, pool, table } = this.#store;
    const { blocks } = pool;
    const { slotStates } = table;
    const { slots, count } = order.slots();
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

  /** The same by the kernel, in the table's lists: at once, or by parts that come to stand here. */
  #keepOfOrder(): number {
    const { order, table, kernels } = this.#store;
    const { senderSlots, senderAccounts } = table;
    const { length } = senderSlots;
    const { slots, count } = order.slots();
    table.mostSenders = Math.max(table.mostSenders, Math.min(length, slots.length));
    // Parts that are there: to cut one out would be to allocate.
    if (slots !== this.#order) this.#part(slots);
    if (count <= length) {
      senderSlots.set(this.#parts[0]);
      this.slots = senderSlots;
      this.accounts = senderAccounts;
      return kernels.keepSenders(count);
    }
    if (count > this.slots.length) this.#grow(count);
    let found = 0;
    for (let from = 0; from < count; from += length) {
      senderSlots.set(this.#parts[from / length]);
      const kept = kernels.keepSenders(Math.min(length, count - from));
      // All of the list. There is room: what it goes into is a power of two, as the list is, and longer, and `found` is at most `from`.
      this.slots.set(senderSlots, found);
      this.accounts.set(senderAccounts, found);
      found += kept;
    }
    return found;
  }

  /** Has the order at hand in parts of the list's length. */
  #part(order: Int32Array): void {
    const { length } = this.#store.table.senderSlots;
    const parts = Math.ceil(order.length / length);
    this.#parts = Array.from({ length: parts }, (_, part) => order.subarray(part * length, (part + 1) * length));
    this.#order = order;
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

  /** What is in `slots` is lost. */
  #shrink(count: number): void {
    const slots = new Int32Array(powerOfTwoFrom(Math.max(LEAST_ROOM, count)));
    this.accounts = new Uint32Array(slots.length);
    this.slots = slots;
  }

  /** Keeps what is in `slots`. */
  #grow(needed: number): void {
    const slots = new Int32Array(powerOfTwoFrom(needed));
    this.accounts = new Uint32Array(slots.length);
    slots.set(this.slots);
    this.slots = slots;
  }
}
