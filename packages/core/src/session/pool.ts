import { DormouseError, messageOf } from '../errors.js';
import { ROW_BITS, ROW_MASK, ROWS } from '../layout/geometry.js';
import { allocateBlockBuffer, Block } from '../memory/block.js';
import type { SessionTable } from '../memory/session-table.js';
import { SlotAllocator } from '../memory/slot-allocator.js';
import type { BehaviorHost } from './behavior-host.js';

const NONE = -1;

/** Sizes of the pool, in sessions. */
export interface PoolCounts {
  /** Sessions in use. */
  readonly allocatedCount: number;
  /** Sessions that can be created without the pool growing. */
  readonly availableCount: number;
  /** Both together. */
  readonly capacity: number;
}

/** Told of what the pool does, by its owner. */
export interface PoolOwner {
  /** A block has come to be: whoever runs sessions must know of it. */
  blockAdded(block: Block): void;
  /** A block is about to go, with nobody in it: nobody may keep it. */
  blockDropped(block: Block): void;
  poolGrown(capacity: number): void;
}

/** Bits of what a block's page of the session table has held: its core columns, its hot fields. */
const CORE_TOUCHED = 1;
const HOT_TOUCHED = 2;

/**
 * Storage for sessions, made ahead: `poolSize` at start, `poolGrowth` more whenever it is exhausted, in whole blocks. Taking
 * and giving back a slot allocates nothing while the pool lasts. Slots are the lowest free one of the fullest block.
 *
 * Defragmentation takes it back to what it was made for: blocks that are empty and were used are dropped, and so are those that
 * were not beyond `poolSize`; where less than `poolSize` is left, blocks that nobody has touched come in their place, which are address
 * space only. A new block has the lowest number that is free: pages of the session table are used again, and few are ever touched.
 * Main thread only.
 */
export class SessionPool implements PoolCounts {
  readonly blocks: (Block | undefined)[] = [];
  /** For each block the most rows that were ever in use: slots are taken lowest first, so no row above was touched. */
  readonly highRows: Uint8Array;
  readonly #table: SessionTable;
  readonly hosts: readonly BehaviorHost[];
  /** One for each behaviour: a block holds sessions of one only. */
  readonly #slots: SlotAllocator[];
  readonly #growth: number;
  readonly #ceiling: number;
  readonly #owner: PoolOwner;
  readonly #size: number;
  /** By block number: what of its page of the table was ever written. That stays, whatever becomes of the block. */
  readonly #touchedPages: Uint8Array;
  /** No number below it is free. */
  #lowestFree = 0;
  #blockCount = 0;
  #capacity: number;
  #allocated = 0;

  constructor(table: SessionTable, hosts: readonly BehaviorHost[], size: number, growth: number, ceiling: number, owner: PoolOwner) {
    this.#table = table;
    this.hosts = hosts;
    this.#slots = hosts.map(() => new SlotAllocator());
    this.#growth = growth;
    this.#ceiling = ceiling;
    this.#size = size;
    this.#capacity = size;
    this.#owner = owner;
    this.highRows = new Uint8Array(table.regions.blockCount);
    this.#touchedPages = new Uint8Array(table.regions.blockCount);
    for (let sessions = 0; sessions < size; sessions += ROWS) this.#addBlock(hosts[0]);
  }

  get allocatedCount(): number {
    return this.#allocated;
  }

  get availableCount(): number {
    return this.#capacity - this.#allocated;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Takes a slot for a session of a behaviour. Throws `ERR_MEMORY`, and has then changed nothing. */
  take(host: BehaviorHost): number {
    const slots = this.#slots[host.behaviorIndex];
    if (slots.freeCount === 0) this.#addBlock(host);
    const isExhausted = this.#allocated === this.#capacity;
    if (isExhausted) this.#capacity = Math.min(this.#capacity + this.#growth, this.#ceiling);
    this.#allocated++;
    const slot = this.#taken(slots.take());
    // Last: who hears of it may take slots too.
    if (isExhausted) this.#owner.poolGrown(this.#capacity);
    return slot;
  }

  give(slot: number, block: Block): void {
    this.#slots[block.behaviorIndex].give(slot);
    this.#allocated--;
  }

  // ------------------------------------------------------------------------------------------------ defragmentation

  /** Blocks there are. */
  get blockCount(): number {
    return this.#blockCount;
  }

  /** Pages of the session table that were ever written: those of core columns, those of hot fields. */
  get touchedPages(): { readonly core: number; readonly hot: number } {
    let core = 0;
    let hot = 0;
    for (const bits of this.#touchedPages) {
      if ((bits & CORE_TOUCHED) !== 0) core++;
      if ((bits & HOT_TOUCHED) !== 0) hot++;
    }
    return { core, hot };
  }

  /** Sessions in a block. */
  usedIn(block: Block): number {
    return this.#slots[block.behaviorIndex].takenIn(block.blockIndex);
  }

  /**
   * A slot whose session should move, so that one block less has sessions in it: one in the block of a behaviour that has the fewest, if all
   * of these find room in others; −1 when no block can be emptied so.
   */
  slotToEvacuate(behaviorIndex: number): number {
    const slots = this.#slots[behaviorIndex];
    // Of the free slots beside taken ones its own are as many as it has none in.
    if (slots.freeBesideTaken < ROWS) return NONE;
    const blockIndex = slots.sparsestBlock;
    return blockIndex === NONE ? NONE : slots.firstTakenIn(blockIndex);
  }

  /** Takes a slot for the session in another block that moves: in the fullest other one; −1 when there is none. The pool does not grow. */
  takeBeside(block: Block): number {
    return this.#takenToMove(this.#slots[block.behaviorIndex].takeBeside(block.blockIndex));
  }

  /** Takes a slot of this block for a session that moves; −1 when it is full. */
  takeIn(block: Block): number {
    return this.#takenToMove(this.#slots[block.behaviorIndex].takeIn(block.blockIndex));
  }

  /**
   * A block that nobody is in and nobody has touched, for sessions to move to: one that there is, or else a new one; `undefined` while the behaviour has
   * as many as it can ever need, since what is beyond these is left to others. Throws `ERR_MEMORY`.
   */
  untouchedBlock(host: BehaviorHost): Block | undefined {
    const slots = this.#slots[host.behaviorIndex];
    const { lastEmptyBlock } = slots;
    if (lastEmptyBlock !== NONE && this.highRows[lastEmptyBlock] === 0) return this.blocks[lastEmptyBlock];
    return slots.takenCount + slots.freeCount < this.#ceiling ? this.#addBlock(host) : undefined;
  }

  /** True for a block that is empty and of no use: it was used, or there are enough without it. */
  isToSpare(block: Block): boolean {
    if (this.usedIn(block) > 0) return false;
    return this.highRows[block.blockIndex] > 0 || (this.#blockCount - 1) * ROWS >= this.#size;
  }

  /** Drops a block. Throws `ERR_INVALID_ARGUMENT` when somebody is in it. */
  drop(block: Block): void {
    const { blockIndex } = block;
    this.#slots[block.behaviorIndex].removeBlock(blockIndex);
    this.#owner.blockDropped(block);
    this.highRows[blockIndex] = 0;
    this.blocks[blockIndex] = undefined;
    this.#blockCount--;
    this.#lowestFree = Math.min(this.#lowestFree, blockIndex);
    while (this.blocks.length > 0 && this.blocks[this.blocks.length - 1] === undefined) this.blocks.pop();
  }

  /** Adds a block that nobody has touched if the pool has fewer rows than it was made for; false when it has not. Throws `ERR_MEMORY`. */
  refill(): boolean {
    if (this.#blockCount * ROWS >= this.#size) return false;
    this.#addBlock(this.hosts[0]);
    return true;
  }

  /** Takes back what the pool has grown by and nobody uses. */
  shrink(): void {
    const beyond = Math.max(0, this.#allocated - this.#size);
    const capacity = Math.min(this.#size + Math.ceil(beyond / this.#growth) * this.#growth, this.#ceiling);
    this.#capacity = Math.min(this.#capacity, capacity);
  }

  /** Lets go of all blocks, whoever keeps the pool. */
  dropAll(): void {
    for (const block of this.blocks.splice(0)) if (block !== undefined) this.#owner.blockDropped(block);
  }

  #takenToMove(slot: number): number {
    if (slot === NONE) return NONE;
    this.#allocated++;
    return this.#taken(slot);
  }

  #taken(slot: number): number {
    const blockIndex = slot >> ROW_BITS;
    const row = slot & ROW_MASK;
    if (row < this.highRows[blockIndex]) return slot;
    this.highRows[blockIndex] = row + 1;
    const hasHot = (this.blocks[blockIndex] as Block).layout.state.hotBytesPerSession > 0;
    this.#touchedPages[blockIndex] |= hasHot ? CORE_TOUCHED | HOT_TOUCHED : CORE_TOUCHED;
    return slot;
  }

  #addBlock(host: BehaviorHost): Block {
    while (this.blocks[this.#lowestFree] !== undefined) this.#lowestFree++;
    const blockIndex = this.#lowestFree;
    // It has room for as many as all behaviours together can ever fill.
    const { blockCount } = this.#table.regions;
    if (blockIndex >= blockCount) {
      throw new DormouseError(
        'ERR_MEMORY',
        `the session table has room for ${blockCount} blocks of ${ROWS} sessions: got ${blockIndex + 1}`,
      );
    }
    let buffer: SharedArrayBuffer;
    try {
      buffer = allocateBlockBuffer(host.blockLayout);
    } catch (cause) {
      throw new DormouseError(
        'ERR_MEMORY',
        `no memory for a block of ${ROWS} sessions (${host.blockLayout.bufferBytes} bytes) of behaviour ${host.behavior.name}: ${messageOf(cause)}`,
        { cause },
      );
    }
    const block = new Block(this.#table, blockIndex, host.behaviorIndex, host.blockLayout, buffer);
    this.blocks[blockIndex] = block;
    this.#slots[host.behaviorIndex].addBlock(blockIndex);
    this.#blockCount++;
    this.#owner.blockAdded(block);
    return block;
  }
}
