import { BLOCK_CELL_BYTES, Column, IN_CELL, NEAR_WORDS, OS_PAGE_BYTES, ROWS, wholePages } from '../layout/geometry.js';
import type { Block } from './block.js';
import { bitCount, FarMarks } from './page-marks.js';
import { wordsInUse } from './ring-cursors.js';

/** Pages of near parts: each holds those of 16 rows. */
export const ROWS_A_NEAR_PAGE_BITS = 4;
const OUTBOUND_NEAR = 4;

/**
 * Remembers, in memory of the main thread's own, which pages of packet rings were ever written: a rewound ring cannot tell. What sessions wrote
 * becomes known when their rings are drained, or by {@link survey}.
 */
export abstract class TouchedRings {
  /** Words of a ring, and of its far part. */
  protected readonly capacity: number;
  protected readonly farWords: number;
  /** A byte a block: bits 0…3 are the pages of its inbound near parts, bits 4…7 of its outbound ones. */
  readonly #near: Uint8Array;
  readonly #inboundFar: FarMarks;
  readonly #outboundFar: FarMarks;
  #hasInboundCells = false;
  #hasOutboundCells = false;

  /** For blocks `0 … blockCount − 1`, with two rings of `ringBytes` a session. */
  constructor(blockCount: number, ringBytes: number) {
    this.capacity = ringBytes / 4;
    this.farWords = this.capacity - NEAR_WORDS;
    this.#near = new Uint8Array(blockCount);
    this.#inboundFar = new FarMarks(blockCount, this.farWords);
    this.#outboundFar = new FarMarks(blockCount, this.farWords);
  }

  /** Bytes of a block's rings that were ever written, in whole pages of the operating system. */
  touchedBytes(blockIndex: number): number {
    const pages = bitCount(this.#near[blockIndex]) + this.#inboundFar.pagesOf(blockIndex) + this.#outboundFar.pagesOf(blockIndex);
    return pages * OS_PAGE_BYTES;
  }

  /** Bytes of the table's cells that were ever written, where so many blocks were ever used: all of them, once any was. */
  cellBytes(blocksUsed: number): number {
    const bytes = wholePages(blocksUsed * BLOCK_CELL_BYTES);
    return (this.#hasInboundCells ? bytes : 0) + (this.#hasOutboundCells ? bytes : 0);
  }

  /** Takes note of what the sessions in rows `begin … end − 1` of a block have written and nobody has drained yet. */
  survey(block: Block, begin = 0, end = ROWS): void {
    for (let row = begin; row < end; row++) {
      const cursors = block.page[Column.outbound + row];
      if (cursors !== 0) this.noteOutbound(block.blockIndex, row, cursors);
    }
  }

  /** A session with all that is in its rings has come to a row from another. */
  surveyBoth(block: Block, row: number): void {
    const { blockIndex } = block;
    this.survey(block, row, row + 1);
    const cursors = block.page[Column.inbound + row];
    if (cursors === 0) return;
    if (cursors === IN_CELL) {
      this.noteInboundCells();
      return;
    }
    this.noteInboundNear(blockIndex, 1 << (row >> ROWS_A_NEAR_PAGE_BITS));
    if (cursors >>> 0 > NEAR_WORDS) this.noteInboundFar(blockIndex, row, this.#farEnd(cursors));
  }

  /** The block was dropped, its pages with it. */
  forget(blockIndex: number): void {
    this.#near[blockIndex] = 0;
    this.#inboundFar.forget(blockIndex);
    this.#outboundFar.forget(blockIndex);
  }

  protected noteInboundCells(): void {
    this.#hasInboundCells = true;
  }

  protected noteOutboundCells(): void {
    this.#hasOutboundCells = true;
  }

  /** `pages`: a bit for each of the block's four pages of near parts. */
  protected noteInboundNear(blockIndex: number, pages: number): void {
    this.#near[blockIndex] |= pages;
  }

  protected noteOutboundNear(blockIndex: number, pages: number): void {
    this.#near[blockIndex] |= pages << OUTBOUND_NEAR;
  }

  /** The first `words` words of a far part were written to. */
  protected noteInboundFar(blockIndex: number, row: number, words: number): void {
    this.#inboundFar.raise(blockIndex, row, words);
  }

  /** What is in an outbound ring was written. */
  protected noteOutbound(blockIndex: number, row: number, cursors: number): void {
    if (cursors === IN_CELL) {
      this.noteOutboundCells();
      return;
    }
    this.noteOutboundNear(blockIndex, 1 << (row >> ROWS_A_NEAR_PAGE_BITS));
    if (cursors >>> 0 <= NEAR_WORDS) return;
    this.#outboundFar.raise(blockIndex, row, this.#farEnd(cursors));
  }

  /** The furthest word of the far part that what is in the ring takes. */
  #farEnd(cursors: number): number {
    const end = ((cursors >>> 16) & (this.capacity - 1)) + wordsInUse(cursors);
    // Past the end it went round: then the far part counts as written to its end.
    return Math.min(end, this.capacity) - NEAR_WORDS;
  }
}
