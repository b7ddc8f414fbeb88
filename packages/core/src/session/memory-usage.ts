import { ROW_BITS } from '../layout/geometry.js';
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
  poolBytes: 0,
  reservedBytes: 0,
});

/** Counts what is held. Cost: some µs for each block. */
export function memoryUsage(store: SessionStore): MemoryUsage {
  let stateBytes = 0;
  let ringBytes = 0;
  let serviceBytes = 0;
  let reservedBytes = 0;
  let blocksUsed = 0;
  let hotBlocks = 0;
  for (const block of store.pool.blocks) {
    if (block === undefined) continue;
    const host = store.pool.hosts[block.behaviorIndex];
    const rows = store.pool.highRows[block.blockIndex];
    store.rings.survey(block);
    stateBytes += host.touchedColdBytes(rows) + host.touchedDataBytes(block, rows);
    if (store.places?.wasShown(block.blockIndex)) stateBytes += host.snapshotBytes;
    ringBytes += store.rings.touchedBytes(block.blockIndex);
    store.mail.survey(block);
    serviceBytes += store.mail.touchedBytes(block.blockIndex);
    reservedBytes += block.buffer.byteLength;
    if (rows === 0) continue;
    blocksUsed++;
    if (host.layout.hotBytesPerSession > 0) hotBlocks++;
  }
  const tableBytes = store.table.touchedBytes(blocksUsed, hotBlocks);
  const indexBytes = store.index.touchedBytes + (store.places?.indexBytes ?? 0);
  const sessionBytes = stateBytes + ringBytes + serviceBytes + tableBytes;
  const slots = blocksUsed << ROW_BITS;
  const poolBytes = slots === 0 ? 0 : Math.round((sessionBytes * (slots - store.count)) / slots);
  return {
    totalBytes: sessionBytes + wholePages(indexBytes),
    stateBytes,
    ringBytes,
    serviceBytes,
    tableBytes,
    indexBytes,
    poolBytes,
    reservedBytes,
  };
}
