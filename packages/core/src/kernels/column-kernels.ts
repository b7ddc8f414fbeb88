import { messageOf } from '../errors.js';
import type { SessionTable } from '../memory/session-table.js';
import { PlainKernels } from './plain-kernels.js';
import { SimdKernels } from './simd-kernels.js';

/** What sessions have received and sent since each was created. */
export interface Traffic {
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Packets that found a ring full. */
  readonly dropped: number;
}

/** Slots by what they hold. */
export interface StateCounts {
  readonly free: number;
  readonly active: number;
  readonly quarantined: number;
  readonly hibernating: number;
  readonly waking: number;
}

/** Packets of a batch, as far as kernels are concerned. */
export interface ListedPackets {
  /** `PACKET_WORDS` of each; the table's own list, or another. */
  readonly packets: Int32Array;
  readonly isInTable: boolean;
  /** First word of every record, or −1: then it stands in the list. */
  readonly header: number;
  readonly count: number;
  /** Number of the packet whose turn it is. */
  readonly next: number;
  /** Simulated time. */
  readonly nowMs: number;
}

/** Where a column of 64 words a block lies: those of `Column`, or those of `Traffic` in layout/geometry.ts. */
export type ColumnRegion = 'pages' | 'traffic';

/**
 * Passes over the columns of the session table, in one of two forms with the same results, bit for bit, as far as both have them. Each covers the blocks
 * 0 … `blockCount` − 1, whether there is a block of a number or not: free rows count for nothing. Main thread, between ticks.
 * Costs are of the SIMD form, on cores of 2024; docs of `bench simd` tell how to measure both.
 */
export interface ColumnKernels {
  readonly form: 'simd' | 'plain';
  /** Where {@link listIdle} leaves its slots; valid until it is called again. */
  readonly slots: Int32Array;
  /** The most that {@link listIdle} ever found: so many words of {@link slots} were touched. */
  readonly mostListed: number;
  /** Sums over the sessions that are awake: active or in quarantine. Exact, since no sum reaches 2⁵³. Cost: some 1 ns a session. */
  traffic(blockCount: number): Traffic;
  /**
   * Lists the slots of active sessions that had their last packet or touch at the simulated time `beforeMs` or before it, ascending,
   * in {@link slots}; returns how many. Cost: some 0.5 ns a session, and as much again for each that is listed.
   */
  listIdle(blockCount: number, beforeMs: number): number;
  /** Counts slots by state. Cost: some 0.1 ns a slot. */
  countStates(blockCount: number): StateCounts;
  /**
   * Makes room for packets of a batch, from number `run.next` on, in the near parts of inbound rings, as long as they are for sessions of this block that are awake and
   * end there, and counts them; their sessions' last activity is `run.nowMs`. Writes to the last of each one's words in `run.packets` where its record is to be, in words
   * from the block's first inbound ring on. Returns how many: the rest is as it was. Cost: some 4 ns a packet.
   */
  placeInbound(run: ListedPackets, blockIndex: number): number;
  /**
   * Puts packets of a batch, from number `run.next` on, into the cells of inbound rings, and counts them, as long as they are for sessions that are awake and whose rings are empty, no
   * longer than a cell, and their payloads lie in the bytes `start` … `end` − 1 of the table's `payloadChunk`, one behind the other; their sessions' last activity is `run.nowMs`. The packets
   * must stand in the table's list. Returns how many. Cost: some 5 ns a packet. The plain form has none: in JavaScript it takes twice as long as {@link placeInbound} and the copies behind it.
   */
  fillCells?(run: ListedPackets, start: number, end: number): number;
  /**
   * Takes the packets that lie in the cells of outbound rings of senders `begin` … `end` − 1 of the table's list, and counts them; their sessions' last activity is `nowMs`. Writes to the table's `sent` what they are.
   * Stops before the first sender whose account another has by now, or that has none there; returns how many were taken. Until {@link rewindCells} nobody can write to these cells. Cost: some 4 ns a
   * packet. The plain form has none.
   */
  takeCells?(begin: number, end: number, nowMs: number): number;
  /** Rewinds the rings of senders `begin` … `end` − 1 whose packets were taken, but for those that have sent more since. */
  rewindCells?(begin: number, end: number): void;
  /**
   * Of the first `count` slots in the table's `senderSlots`, keeps those, in their order, that are not free and whose outbound rings hold something; notes their accounts beside
   * them. Returns how many. Cost: some 2 ns a slot.
   */
  keepSenders(count: number): number;
  /** Begins the next half of the activity window: what has been counted so far is before it. Writes to blocks in use alone. */
  turnActivity(blockCount: number): void;
  /** Sets one of the columns of a region to 0 in `blockCount` blocks from `firstBlock` on. */
  clearColumn(region: ColumnRegion, column: number, firstBlock: number, blockCount: number): void;
  /**
   * Makes the columns of `blockCount` blocks from `firstBlock` on what they were when the table was new, and the user's hot fields `withHot`:
   * where nobody has any, they are memory that nobody has touched, and should stay so.
   */
  clearBlocks(firstBlock: number, blockCount: number, withHot: boolean): void;
}

/**
 * The kernels of a table: SIMD if it is asked for and WebAssembly has it here, else plain JavaScript; `refused` is told why SIMD is not to be had.
 */
export function columnKernels(table: SessionTable, enableSimd: boolean, refused: (reason: string) => void): ColumnKernels {
  if (!enableSimd) return new PlainKernels(table);
  try {
    return new SimdKernels(table);
  } catch (error) {
    refused(messageOf(error));
    return new PlainKernels(table);
  }
}
