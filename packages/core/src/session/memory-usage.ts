import { ROW_BITS } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { wholePages } from '../memory/session-table.js';
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
  /** Who is asleep: some 35 bytes each, whatever the store takes. */
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
export function memoryUsage(store: SessionStore, { storeBytes, droppedBytes }: HeldBeside): MemoryUsage {
  let stateBytes = 0;
  let ringBytes = 0;
  let serviceBytes = 0;
  let reservedBytes = 0;
  let blocksUsed = 0;
  for (const block of store.pool.blocks) {
    if (block === undefined) continue;
    survey(store, block);
    stateBytes += stateBytesOf(store, block);
    ringBytes += store.rings.touchedBytes(block.blockIndex);
    serviceBytes += store.mail.touchedBytes(block.blockIndex);
    reservedBytes += block.buffer.byteLength;
    if (store.pool.highRows[block.blockIndex] > 0) blocksUsed++;
  }
  const pages = store.pool.touchedPages;
  const tableBytes = store.table.touchedBytes(pages.core, pages.hot) + wholePages(store.kernels.mostListed * 4);
  const indexBytes = store.index.touchedBytes + (store.places?.indexBytes ?? 0);
  const sleeperBytes = store.sleepers.heldBytes;
  const sessionBytes = stateBytes + ringBytes + serviceBytes + tableBytes;
  const slots = blocksUsed << ROW_BITS;
  const poolBytes = slots === 0 ? 0 : Math.round((sessionBytes * (slots - store.count)) / slots);
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
    reservedBytes,
  };
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
