import {
  ACTIVITY_BYTES,
  Column,
  HOT_BYTES,
  PAGE_BYTES,
  PAGE_WORDS,
  ROW_BITS,
  ROWS,
  SlotState,
  TRAFFIC_BYTES,
  TRAFFIC_WORDS,
  Traffic as TrafficColumn,
} from '../layout/geometry.js';
import type { SessionTable } from '../memory/session-table.js';
import type { ColumnKernels, ColumnRegion, ListedPackets, StateCounts, Traffic } from './column-kernels.js';
import { placeInbound } from './place-inbound.js';

const { free: FREE, active: ACTIVE, quarantined: QUARANTINED } = SlotState;

/** {@link ColumnKernels} in JavaScript. */
export class PlainKernels implements ColumnKernels {
  readonly form = 'plain';
  readonly slots: Int32Array;
  mostListed = 0;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #states: Uint8Array;
  readonly #table: SessionTable;
  readonly #counts = new Int32Array(5);

  constructor(table: SessionTable) {
    this.slots = table.slotList;
    this.#words = table.words;
    this.#doubles = table.doubles;
    this.#states = table.slotStates;
    this.#table = table;
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
    let column = (this.#table.regions.traffic / 4 + TrafficColumn.packetsIn) | 0;
    for (let first = 0; first < end; first = (first + rows) | 0, column = (column + TRAFFIC_WORDS) | 0) {
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
    const activity = this.#table.firstActivity(0);
    for (let slot = 0; slot < end; slot++) {
      if (states[slot] === ACTIVE && doubles[(activity + slot) | 0] <= beforeMs) slots[length++] = slot;
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

  placeInbound(run: ListedPackets, blockIndex: number): number {
    return placeInbound(this.#table, run, blockIndex);
  }

  keepSenders(count: number): number {
    const { words, slotStates, senderSlots, senderAccounts, regions } = this.#table;
    const account = regions.pages / 4 + Column.account;
    const outbound = regions.pages / 4 + Column.outbound;
    const free = FREE | 0;
    const pageWords = PAGE_WORDS | 0;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const slot = senderSlots[i];
      const at = (Math.imul(slot >> 6, pageWords) + (slot & 63)) | 0;
      if (words[(outbound + at) | 0] === 0 || slotStates[slot] === free) continue;
      senderSlots[kept] = slot;
      senderAccounts[kept++] = words[(account + at) | 0];
    }
    return kept;
  }

  turnActivity(blockCount: number): void {
    const words = this.#words;
    const { packetsIn, packetsOut, mark, markBefore } = TrafficColumn;
    let first = this.#table.regions.traffic / 4;
    for (let block = 0; block < blockCount; block++, first += TRAFFIC_WORDS) {
      if (!this.#isInUse(block)) continue;
      for (let row = 0; row < ROWS; row++) {
        const at = (first + row) | 0;
        words[(at + markBefore) | 0] = words[(at + mark) | 0];
        words[(at + mark) | 0] = words[(at + packetsIn) | 0] + words[(at + packetsOut) | 0];
      }
    }
  }

  clearColumn(region: ColumnRegion, column: number, firstBlock: number, blockCount: number): void {
    const { regions } = this.#table;
    const blockWords = region === 'pages' ? PAGE_WORDS : TRAFFIC_WORDS;
    const begin = regions[region] / 4 + firstBlock * blockWords + column;
    const end = begin + blockCount * blockWords;
    for (let at = begin; at < end; at += blockWords) this.#words.fill(0, at, at + ROWS);
  }

  clearBlocks(firstBlock: number, blockCount: number, withHot: boolean): void {
    const { regions } = this.#table;
    const clear = (region: number, blockBytes: number): void => {
      const begin = (region + firstBlock * blockBytes) / 8;
      this.#doubles.fill(0, begin, begin + (blockCount * blockBytes) / 8);
    };
    clear(regions.pages, PAGE_BYTES);
    clear(regions.traffic, TRAFFIC_BYTES);
    clear(regions.activity, ACTIVITY_BYTES);
    if (withHot) clear(regions.hot, HOT_BYTES);
  }

  #isInUse(block: number): boolean {
    const end = (block + 1) << ROW_BITS;
    for (let slot = block << ROW_BITS; slot < end; slot++) if (this.#states[slot] !== FREE) return true;
    return false;
  }
}
