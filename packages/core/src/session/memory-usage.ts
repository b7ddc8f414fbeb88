import { ROW_BITS, wholePages } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { SessionStore } from './store.js';

/** Memory that a manager's sessions hold, in bytes: what was ever written, in the operating system's pages. */
export interface MemoryUsage {
  readonly totalBytes: number;
  /** State columns of blocks. */
  readonly stateBytes: number;
  /** Packet rings of blocks. */
  readonly ringBytes: number;
  /** Mailboxes, outboxes, timers and random streams of blocks. */
  readonly serviceBytes: number;
  /** The session table: ids, cursors, counters, hot fields. */
  readonly tableBytes: number;
  readonly indexBytes: number;
  /** Who is asleep: some 32 bytes each, 14 more with groups of five, whatever the store takes. */
  readonly sleeperBytes: number;
  /** What the store takes of this process's memory for the records of sleepers. */
  readonly storeBytes: number;
  /** Blocks that were dropped and wait to be collected. */
  readonly droppedBytes: number;
  /** Of all this, the share of slots that no session uses now. */
  readonly poolBytes: number;
  /** Reserved for blocks, touched or not: address space only. */
  readonly reservedBytes: number;
}

export const NO_MEMORY: MemoryUsage = Object.freeze({
  totalBytes: 0,
  stateBytes: 0,
  ringBytes: 0,
  serviceBytes: 0,
  tableBytes: 0,
  indexBytes: 0,
  sleeperBytes: 0,
  storeBytes: 0,
  droppedBytes: 0,
  poolBytes: 0,
  reservedBytes: 0,
});

/** Bytes held beside the sessions that have slots. */
export interface HeldBeside {
  readonly storeBytes: number;
  readonly droppedBytes: number;
}

/** Counts what is held. Cost: some µs for each block. */
export function memoryUsage(store: SessionStore, held: HeldBeside): MemoryUsage {
  const tally = new Tally();
  for (const block of store.pool.blocks) if (block !== undefined) tally.add(store, block);
  return tally.usage(store, held);
}

/** Blocks that a survey counts at a time. */
const BLOCKS_A_STEP = 64;

/** {@link memoryUsage} in steps that take some 0.2 ms each, however many blocks there are. What changes meanwhile is counted as it was or as it is. */
export class MemorySurvey {
  readonly #store: SessionStore;
  readonly #blocksAStep: number;
  #tally = new Tally();
  #blockIndex = 0;

  constructor(store: SessionStore, blocksAStep = BLOCKS_A_STEP) {
    this.#store = store;
    this.#blocksAStep = blocksAStep;
  }

  /** Counts some blocks more. Undefined until all have been, then what it came to; the call after that begins anew. */
  step(held: () => HeldBeside): MemoryUsage | undefined {
    const { blocks } = this.#store.pool;
    const stop = Math.min(this.#blockIndex + this.#blocksAStep, blocks.length);
    for (; this.#blockIndex < stop; this.#blockIndex++) {
      const block = blocks[this.#blockIndex];
      if (block !== undefined) this.#tally.add(this.#store, block);
    }
    if (stop < blocks.length) return undefined;
    const usage = this.#tally.usage(this.#store, held());
    this.#tally = new Tally();
    this.#blockIndex = 0;
    return usage;
  }
}

/** What blocks hold, added up. */
class Tally {
  #stateBytes = 0;
  #ringBytes = 0;
  #serviceBytes = 0;
  #reservedBytes = 0;
  #blocksUsed = 0;

  add(store: SessionStore, block: Block): void {
    survey(store, block);
    this.#stateBytes += stateBytesOf(store, block);
    this.#ringBytes += store.rings.touchedBytes(block.blockIndex);
    this.#serviceBytes += store.mail.touchedBytes(block.blockIndex);
    this.#reservedBytes += block.buffer.byteLength;
    if (store.pool.highRows[block.blockIndex] > 0) this.#blocksUsed++;
  }

  /** With all that is held beside blocks. */
  usage(store: SessionStore, { storeBytes, droppedBytes }: HeldBeside): MemoryUsage {
    const stateBytes = this.#stateBytes;
    const ringBytes = this.#ringBytes;
    const serviceBytes = this.#serviceBytes;
    const pages = store.pool.touchedPages;
    const tableBytes =
      store.table.touchedBytes(pages.core, pages.hot) + wholePages(store.kernels.mostListed * 4) + store.rings.cellBytes(pages.core);
    const indexBytes = store.index.touchedBytes + (store.places?.indexBytes ?? 0);
    const sleeperBytes = store.sleepers.heldBytes;
    const sessionBytes = stateBytes + ringBytes + serviceBytes + tableBytes;
    const slots = this.#blocksUsed << ROW_BITS;
    const poolBytes = slots === 0 ? 0 : Math.round((sessionBytes * Math.max(0, slots - store.count)) / slots);
    return {
      totalBytes: sessionBytes + wholePages(indexBytes) + sleeperBytes + storeBytes + droppedBytes,
      stateBytes,
      ringBytes,
      serviceBytes,
      tableBytes,
      indexBytes,
      sleeperBytes,
      storeBytes,
      droppedBytes,
      poolBytes,
      reservedBytes: this.#reservedBytes,
    };
  }
}

/** Bytes of a block's buffer that were ever written: what goes back when it is dropped and collected. */
export function blockBytes(store: SessionStore, block: Block): number {
  survey(store, block);
  const { blockIndex } = block;
  return stateBytesOf(store, block) + store.rings.touchedBytes(blockIndex) + store.mail.touchedBytes(blockIndex);
}

function survey(store: SessionStore, block: Block): void {
  store.rings.survey(block);
  store.mail.survey(block);
}

function stateBytesOf(store: SessionStore, block: Block): number {
  const host = store.pool.hosts[block.behaviorIndex];
  const rows = store.pool.highRows[block.blockIndex];
  const bytes = host.touchedColdBytes(rows) + host.touchedDataBytes(block, rows);
  return store.places?.wasShown(block.blockIndex) === true ? bytes + host.snapshotBytes : bytes;
}
