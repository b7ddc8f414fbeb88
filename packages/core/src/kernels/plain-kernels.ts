import { Column, LAST_ACTIVITY_F64, PAGE_BYTES, PAGE_CORE_BYTES, ROW_BITS, ROWS, SlotState } from '../layout/geometry.js';
import type { SessionTable } from '../memory/session-table.js';
import type { ColumnKernels, StateCounts, Traffic } from './column-kernels.js';

const PAGE_WORDS = PAGE_BYTES / 4;
const PAGE_DOUBLES = PAGE_BYTES / 8;
const { free: FREE, active: ACTIVE, quarantined: QUARANTINED } = SlotState;

/** {@link ColumnKernels} in JavaScript. */
export class PlainKernels implements ColumnKernels {
  readonly form = 'plain';
  readonly slots: Int32Array;
  mostListed = 0;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #states: Uint8Array;
  readonly #firstPageWord: number;
  readonly #counts = new Int32Array(5);

  constructor(table: SessionTable) {
    this.slots = table.slotList;
    this.#words = table.words;
    this.#doubles = table.doubles;
    this.#states = table.slotStates;
    this.#firstPageWord = table.regions.pages / 4;
  }

  traffic(blockCount: number): Traffic {
    const words = this.#words;
    const states = this.#states;
    let packetsIn = 0;
    let packetsOut = 0;
    let bytesIn = 0;
    let bytesOut = 0;
    let dropped = 0;
    const end = blockCount << ROW_BITS;
    // Locals, known to be small integers: what a bundle makes of constants of a module is looked up each time.
    const rows = ROWS | 0;
    const active = ACTIVE | 0;
    const quarantined = QUARANTINED | 0;
    // The five columns follow one another.
    let column = (this.#firstPageWord + Column.packetsIn) | 0;
    for (let first = 0; first < end; first = (first + rows) | 0, column = (column + PAGE_WORDS) | 0) {
      for (let row = 0; row < rows; row = (row + 1) | 0) {
        const state = states[(first + row) | 0];
        if (state !== active && state !== quarantined) continue;
        const at = (column + row) | 0;
        packetsIn += words[at] >>> 0;
        packetsOut += words[(at + rows) | 0] >>> 0;
        bytesIn += words[(at + 2 * rows) | 0] >>> 0;
        bytesOut += words[(at + 3 * rows) | 0] >>> 0;
        dropped += words[(at + 4 * rows) | 0] >>> 0;
      }
    }
    return { packetsIn, packetsOut, bytesIn, bytesOut, dropped };
  }

  listIdle(blockCount: number, beforeMs: number): number {
    const { slots } = this;
    const doubles = this.#doubles;
    const states = this.#states;
    const end = blockCount << ROW_BITS;
    let length = 0;
    let activity = this.#firstPageWord / 2 + LAST_ACTIVITY_F64;
    for (let first = 0; first < end; first += ROWS, activity += PAGE_DOUBLES) {
      for (let row = 0; row < ROWS; row++) {
        if (states[(first + row) | 0] === ACTIVE && doubles[(activity + row) | 0] <= beforeMs) slots[length++] = first + row;
      }
    }
    this.mostListed = Math.max(this.mostListed, length);
    return length;
  }

  countStates(blockCount: number): StateCounts {
    const states = this.#states;
    const counts = this.#counts.fill(0);
    const end = blockCount << ROW_BITS;
    for (let slot = 0; slot < end; slot++) counts[states[slot]]++;
    return { free: counts[0], active: counts[1], quarantined: counts[2], hibernating: counts[3], waking: counts[4] };
  }

  turnActivity(blockCount: number): void {
    const words = this.#words;
    const { packetsIn, packetsOut, mark, markBefore } = Column;
    let page = this.#firstPageWord;
    for (let block = 0; block < blockCount; block++, page += PAGE_WORDS) {
      if (!this.#isInUse(block)) continue;
      for (let row = 0; row < ROWS; row++) {
        const at = (page + row) | 0;
        words[(at + markBefore) | 0] = words[(at + mark) | 0];
        words[(at + mark) | 0] = words[(at + packetsIn) | 0] + words[(at + packetsOut) | 0];
      }
    }
  }

  clearColumn(column: number, firstBlock: number, blockCount: number): void {
    const begin = this.#firstPageWord + firstBlock * PAGE_WORDS + column;
    const end = begin + blockCount * PAGE_WORDS;
    for (let at = begin; at < end; at += PAGE_WORDS) this.#words.fill(0, at, at + ROWS);
  }

  clearPages(firstBlock: number, blockCount: number, withHot: boolean): void {
    const begin = this.#firstPageWord / 2 + firstBlock * PAGE_DOUBLES;
    const end = begin + blockCount * PAGE_DOUBLES;
    const length = withHot ? PAGE_DOUBLES : PAGE_CORE_BYTES / 8;
    for (let at = begin; at < end; at += PAGE_DOUBLES) this.#doubles.fill(0, at, at + length);
  }

  #isInUse(block: number): boolean {
    const end = (block + 1) << ROW_BITS;
    for (let slot = block << ROW_BITS; slot < end; slot++) if (this.#states[slot] !== FREE) return true;
    return false;
  }
}
