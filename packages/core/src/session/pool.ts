import { DormouseError, messageOf } from '../errors.js';
import { ROW_BITS, ROW_MASK, ROWS } from '../layout/geometry.js';
import { allocateBlockBuffer, Block } from '../memory/block.js';
import type { SessionTable } from '../memory/session-table.js';
import { SlotAllocator } from '../memory/slot-allocator.js';
import type { BehaviorHost } from './behavior-host.js';

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
  /** A block is gone: nobody may keep it. */
  blockDropped(block: Block): void;
  poolGrown(capacity: number): void;
}

/**
 * Storage for sessions, made ahead: `poolSize` at start, `poolGrowth` more whenever it is exhausted, in whole blocks. Taking
 * and giving back a slot allocates nothing while the pool lasts. Slots are the lowest free one of the fullest block.
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
  #capacity: number;
  #allocated = 0;

  constructor(table: SessionTable, hosts: readonly BehaviorHost[], size: number, growth: number, ceiling: number, owner: PoolOwner) {
    this.#table = table;
    this.hosts = hosts;
    this.#slots = hosts.map(() => new SlotAllocator());
    this.#growth = growth;
    this.#ceiling = ceiling;
    this.#capacity = size;
    this.#owner = owner;
    this.highRows = new Uint8Array(table.regions.blockCount);
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
    const slot = slots.take();
    const row = slot & ROW_MASK;
    if (row >= this.highRows[slot >> ROW_BITS]) this.highRows[slot >> ROW_BITS] = row + 1;
    // Last: who hears of it may take slots too.
    if (isExhausted) this.#owner.poolGrown(this.#capacity);
    return slot;
  }

  give(slot: number, block: Block): void {
    this.#slots[block.behaviorIndex].give(slot);
    this.#allocated--;
  }

  /** Lets go of all blocks, whoever keeps the pool. */
  dropAll(): void {
    for (const block of this.blocks.splice(0)) if (block !== undefined) this.#owner.blockDropped(block);
  }

  #addBlock(host: BehaviorHost): void {
    // The table has room for as many blocks as each behaviour can ever fill.
    const blockIndex = this.blocks.length;
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
    this.#owner.blockAdded(block);
  }
}
