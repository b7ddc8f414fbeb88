import { DormouseError } from '../errors.js';
import { lowestBit } from '../layout/bits.js';
import { ROW_BITS, ROW_MASK, ROWS } from '../layout/geometry.js';

const NONE = -1;

/**
 * Which slots are taken, over the blocks given to it: the lowest free slot of the fullest block first, so that blocks
 * fill up and empty blocks stay empty (a last-in-first-out stack scatters sessions until no block ever empties).
 *
 * Blocks with the same number of taken rows form a doubly linked list, the last to come in first, so that what was in use lately
 * is used again; a bit says which lists are not empty. New blocks queue at the end of the list of empty ones: they are used in
 * the order they were added, and only when no block that was ever used is left. Taking and giving back touch a few words each
 * and allocate nothing. Main thread only, in memory of its own.
 */
export class SlotAllocator {
  /** Two words a block: bit r of the pair is set while row r is taken. */
  #taken = new Int32Array(0);
  #counts = new Uint8Array(0);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  readonly #heads = new Int32Array(ROWS + 1).fill(NONE);
  /** Bit c of the first 64 is set while some block has exactly c taken rows; full blocks (64) are in no list. */
  readonly #lists = new Int32Array(2);
  /** The end of the list of empty blocks. */
  #lastEmpty = NONE;
  #takenCount = 0;
  #freeCount = 0;
  #emptyCount = 0;

  /** Slots taken and slots free in all blocks it was given. */
  get takenCount(): number {
    return this.#takenCount;
  }
  get freeCount(): number {
    return this.#freeCount;
  }
  /** Of those that are free, the ones in blocks that have taken ones as well. */
  get freeBesideTaken(): number {
    return this.#freeCount - this.#emptyCount * ROWS;
  }

  /** Adds an empty block, which must not be among its blocks now. */
  addBlock(blockIndex: number): void {
    this.#reserve(blockIndex + 1);
    this.#taken[blockIndex * 2] = 0;
    this.#taken[blockIndex * 2 + 1] = 0;
    this.#counts[blockIndex] = 0;
    if (this.#lastEmpty === NONE) this.#link(blockIndex, 0);
    else {
      this.#next[this.#lastEmpty] = blockIndex;
      this.#previous[blockIndex] = this.#lastEmpty;
      this.#next[blockIndex] = NONE;
      this.#lastEmpty = blockIndex;
    }
    this.#freeCount += ROWS;
    this.#emptyCount++;
  }

  /** Takes back one of its blocks. Throws `ERR_INVALID_ARGUMENT` when rows of it are taken. */
  removeBlock(blockIndex: number): void {
    if (this.#counts[blockIndex] !== 0) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `block ${blockIndex} cannot be removed: ${this.#counts[blockIndex]} rows are taken`);
    }
    this.#unlink(blockIndex, 0);
    this.#freeCount -= ROWS;
    this.#emptyCount--;
  }

  /** Rows taken in a block. */
  takenIn(blockIndex: number): number {
    return this.#counts[blockIndex];
  }

  /** The block with the fewest taken rows, of those that have some and are not full; −1 when there is none. */
  get sparsestBlock(): number {
    // List 0 is that of empty blocks.
    const low = this.#lists[0] & ~1;
    if (low !== 0) return this.#heads[lowestBit(low)];
    const high = this.#lists[1];
    return high !== 0 ? this.#heads[32 + lowestBit(high)] : NONE;
  }

  /** The last of the empty blocks, which was never used if any of them was not; −1 when there is none. */
  get lastEmptyBlock(): number {
    return this.#lastEmpty;
  }

  /** The lowest taken slot of a block; −1 when it is empty. */
  firstTakenIn(blockIndex: number): number {
    const low = this.#taken[blockIndex * 2];
    const high = this.#taken[blockIndex * 2 + 1];
    if ((low | high) === 0) return NONE;
    return (blockIndex << ROW_BITS) | (low !== 0 ? lowestBit(low) : 32 + lowestBit(high));
  }

  /** Takes the lowest free slot of the fullest block that has one; −1 when all are taken. */
  take(): number {
    const count = this.#fullestList();
    return count === NONE ? NONE : this.#takeFrom(this.#heads[count]);
  }

  /** The same, but not in this block, nor in an empty one: where its sessions can go. */
  takeBeside(blockIndex: number): number {
    const count = this.#fullestList();
    if (count <= 0) return NONE;
    const head = this.#heads[count];
    if (head !== blockIndex) return this.#takeFrom(head);
    // It is the fullest itself: then any other will do that is as full, or has some.
    const other = this.#next[head] !== NONE ? this.#next[head] : this.sparsestBlock;
    return other === blockIndex ? NONE : this.#takeFrom(other);
  }

  /** Takes the lowest free slot of one of its blocks; −1 when that is full. */
  takeIn(blockIndex: number): number {
    return this.#counts[blockIndex] === ROWS ? NONE : this.#takeFrom(blockIndex);
  }

  /** Gives a taken slot back. */
  give(slot: number): void {
    const blockIndex = slot >> ROW_BITS;
    const row = slot & ROW_MASK;
    const count = this.#counts[blockIndex];
    this.#taken[blockIndex * 2 + (row >> 5)] &= ~(1 << (row & 31));
    this.#recount(blockIndex, count, count - 1);
    this.#takenCount--;
    this.#freeCount++;
    if (count === 1) this.#emptyCount++;
  }

  #takeFrom(blockIndex: number): number {
    const count = this.#counts[blockIndex];
    const low = ~this.#taken[blockIndex * 2];
    const word = low !== 0 ? 0 : 1;
    const free = low !== 0 ? low : ~this.#taken[blockIndex * 2 + 1];
    const row = word * 32 + lowestBit(free);
    this.#taken[blockIndex * 2 + word] |= 1 << (row & 31);
    this.#recount(blockIndex, count, count + 1);
    this.#takenCount++;
    this.#freeCount--;
    if (count === 0) this.#emptyCount--;
    return (blockIndex << ROW_BITS) | row;
  }

  #recount(blockIndex: number, from: number, to: number): void {
    this.#counts[blockIndex] = to;
    if (from < ROWS) this.#unlink(blockIndex, from);
    if (to < ROWS) this.#link(blockIndex, to);
  }

  #link(blockIndex: number, count: number): void {
    const head = this.#heads[count];
    this.#next[blockIndex] = head;
    this.#previous[blockIndex] = NONE;
    if (head !== NONE) this.#previous[head] = blockIndex;
    else if (count === 0) this.#lastEmpty = blockIndex;
    this.#heads[count] = blockIndex;
    this.#lists[count >> 5] |= 1 << (count & 31);
  }

  #unlink(blockIndex: number, count: number): void {
    const next = this.#next[blockIndex];
    const previous = this.#previous[blockIndex];
    if (next !== NONE) this.#previous[next] = previous;
    else if (count === 0) this.#lastEmpty = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else {
      this.#heads[count] = next;
      if (next === NONE) this.#lists[count >> 5] &= ~(1 << (count & 31));
    }
  }

  #fullestList(): number {
    const high = this.#lists[1];
    if (high !== 0) return 63 - Math.clz32(high);
    const low = this.#lists[0];
    return low !== 0 ? 31 - Math.clz32(low) : NONE;
  }

  #reserve(blockCount: number): void {
    if (blockCount <= this.#counts.length) return;
    const room = Math.max(blockCount, this.#counts.length * 2, 64);
    this.#taken = grown(this.#taken, new Int32Array(room * 2));
    this.#next = grown(this.#next, new Int32Array(room));
    this.#previous = grown(this.#previous, new Int32Array(room));
    this.#counts = grown(this.#counts, new Uint8Array(room));
  }
}

function grown<T extends Int32Array | Uint8Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
