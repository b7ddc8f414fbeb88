import { type ColumnRegion, columnKernels } from '../../src/kernels/column-kernels.js';
import {
  ACTIVITY_BYTES,
  HOT_BYTES,
  PAGE_BYTES,
  ROW_BITS,
  ROW_MASK,
  ROWS,
  SlotState,
  TRAFFIC_BYTES,
  Traffic,
} from '../../src/layout/geometry.js';
import { SessionTable } from '../../src/memory/session-table.js';

/** What one row holds. */
export interface Row {
  readonly state: SlotState;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly dropped: number;
  readonly mark: number;
  readonly lastActivityMs: number;
}

export const NEW_ROW: Row = {
  state: SlotState.active,
  packetsIn: 0,
  packetsOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  dropped: 0,
  mark: 0,
  lastActivityMs: 0,
};

export type Form = 'simd' | 'plain';
export const FORMS: readonly Form[] = ['simd', 'plain'];

/** A table of `blockCount` blocks and the kernels over it in one form. */
export function kernelTable(form: Form, blockCount: number) {
  const table = SessionTable.reserve(blockCount * ROWS);
  const kernels = columnKernels(table, form === 'simd', (reason) => {
    throw new Error(reason);
  });
  const traffic = (slot: number): number => table.trafficOffset(slot >> ROW_BITS) / 4;
  const wordsOf = (region: number, block: number, bytes: number): Int32Array =>
    table.words.slice((region + block * bytes) / 4, (region + (block + 1) * bytes) / 4);
  const blockWords = (block: number): Record<ColumnRegion | 'activity' | 'hot', Int32Array> => ({
    pages: wordsOf(table.regions.pages, block, PAGE_BYTES),
    traffic: wordsOf(table.regions.traffic, block, TRAFFIC_BYTES),
    activity: wordsOf(table.regions.activity, block, ACTIVITY_BYTES),
    hot: wordsOf(table.regions.hot, block, HOT_BYTES),
  });
  return {
    table,
    kernels,
    fill(slot: number, change: Partial<Row>): void {
      const { state, lastActivityMs, ...columns } = { ...NEW_ROW, ...change };
      for (const [name, value] of Object.entries(columns)) {
        table.words[traffic(slot) + Traffic[name as keyof typeof columns] + (slot & ROW_MASK)] = value;
      }
      table.doubles[table.firstActivity(0) + slot] = lastActivityMs;
      table.setSlotState(slot, state);
    },
    word: (slot: number, column: number): number => table.words[traffic(slot) + column + (slot & ROW_MASK)],
    idle: (beforeMs: number): number[] => [...kernels.slots.subarray(0, kernels.listIdle(blockCount, beforeMs))],
    /** All words that a block has in the table, by region. */
    blockWords,
    /** Of these, whether each is `value`, in all regions or in some. */
    areAll: (block: number, value: number, ...regions: (keyof ReturnType<typeof blockWords>)[]): boolean => {
      const words = blockWords(block);
      const those = regions.length === 0 ? Object.values(words) : regions.map((region) => words[region]);
      return those.every((some) => some.every((word) => word === value));
    },
    /** Writes −1 to every word of all blocks. */
    smear: () => table.words.fill(-1, table.regions.pages / 4),
    /** All words of the memory that are not 0, in a form that two tables can be compared by. */
    touched: (): string => {
      const found: string[] = [];
      const { kernelResults, slotList, index } = table.regions;
      for (let at = 0; at < table.words.length; at++) {
        const isScratch = at * 4 >= kernelResults && at * 4 < slotList;
        const isList = at * 4 >= slotList && at * 4 < index;
        if (table.words[at] !== 0 && !isScratch && !isList) found.push(`${at}:${table.words[at]}`);
      }
      return found.join(' ');
    },
  };
}
