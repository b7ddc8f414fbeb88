import { CELL_TAKEN, Column, IN_CELL, NEAR_WORDS, ROWS, recordWords, Traffic } from '../layout/geometry.js';
import type { Block } from './block.js';
import { CellRuns } from './cell-runs.js';
import type { CellTaker } from './outbound-run.js';
import { type PacketBatchHandler, PacketColumns } from './packet-batch.js';
import { refusePromise } from './packet-handler.js';
import { cellOf } from './ring-cells.js';
import { skipPads } from './ring-cursors.js';
import type { SessionTable } from './session-table.js';

/**
 * The way out for many packets together: they are taken, then the handler is called, then the rings they were in are rewound. Until then nobody can write to where they lie. Main thread,
 * between ticks.
 */
export abstract class BatchRuns extends CellRuns {
  readonly #batch = PacketColumns.ofOwn(ROWS);

  /**
   * Hands out together the packets that lie in cells, of senders `begin` … `end` − 1 of the table's list, as long as each has one there; returns the number of the first that has not. When the handler is
   * called, all are taken. What their sessions send meanwhile waits for the next time.
   */
  takeCells(
    { sent, outboundCells }: SessionTable,
    begin: number,
    end: number,
    nowMs: number,
    taker: CellTaker,
    handler: PacketBatchHandler,
  ): number {
    const taken = taker.takeCells?.(begin, end, nowMs) ?? 0;
    if (taken === 0) return begin;
    this.packetsOut += taken;
    this.noteOutboundCells();
    sent.open(outboundCells.words, outboundCells.floats);
    sent.begin = begin;
    sent.end = begin + taken;
    try {
      const result = handler(sent);
      if (result !== undefined) refusePromise(result);
    } finally {
      sent.close();
      taker.rewindCells?.(begin, begin + taken);
    }
    return begin + taken;
  }

  /**
   * Hands every packet in a row's outbound ring to `handler`, together; returns how many. When it is called they are taken. What the session sends meanwhile waits for the next
   * time.
   */
  drainTogether(block: Block, row: number, handler: PacketBatchHandler): number {
    const { page, traffic, rings, outboundCells } = block;
    const cursor = (Column.outbound + row) | 0;
    let cursors = page[cursor];
    if (cursors >>> 16 === (cursors & 0xffff)) return 0;
    this.noteOutbound(block.blockIndex, row, cursors);
    const accountId = page[(Column.account + row) | 0] >>> 0;
    const batch = this.#batch;
    let taken = CELL_TAKEN;
    let bytes = 0;
    if (cursors === IN_CELL) {
      const cell = cellOf(block.firstSlot + row);
      batch.open(outboundCells.words, outboundCells.floats);
      bytes = batch.add(accountId, outboundCells.words[cell], cell + 1);
    } else {
      const words = block.cold.i32;
      const near = rings.outboundNear + row * NEAR_WORDS;
      const far = rings.outboundFar + row * this.farWords - NEAR_WORDS;
      batch.open(words, block.cold.f32);
      taken = (cursors & 0xffff) | (cursors << 16);
      while (cursors !== taken) {
        cursors = skipPads(words, near, far, this.capacity, cursors);
        const position = (cursors >>> 16) & (this.capacity - 1);
        const at = (position < NEAR_WORDS ? near : far) + position;
        const length = batch.add(accountId, words[at], at + 1);
        bytes += length;
        cursors = (cursors & 0xffff) | (((cursors >>> 16) + recordWords(length)) << 16);
      }
    }
    const count = batch.end;
    page[cursor] = taken;
    traffic[(Traffic.packetsOut + row) | 0] += count;
    traffic[(Traffic.bytesOut + row) | 0] += bytes;
    this.packetsOut += count;
    try {
      const result = handler(batch);
      if (result !== undefined) refusePromise(result);
    } finally {
      batch.close();
      if (page[cursor] === taken) page[cursor] = 0;
    }
    return count;
  }
}
