import { columnKernels } from '../../src/kernels/column-kernels.js';
import { Column, LAST_ACTIVITY_F64, PAGE_BYTES, ROW_BITS, ROW_MASK, ROWS, SlotState } from '../../src/layout/geometry.js';
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
  const page = (slot: number): number => table.pageOffset(slot >> ROW_BITS) / 4;
  return {
    table,
    kernels,
    fill(slot: number, change: Partial<Row>): void {
      const { state, lastActivityMs, ...columns } = { ...NEW_ROW, ...change };
      for (const [name, value] of Object.entries(columns)) {
        table.words[page(slot) + Column[name as keyof typeof columns] + (slot & ROW_MASK)] = value;
      }
      table.doubles[page(slot) / 2 + LAST_ACTIVITY_F64 + (slot & ROW_MASK)] = lastActivityMs;
      table.setSlotState(slot, state);
    },
    word: (slot: number, column: number): number => table.words[page(slot) + column + (slot & ROW_MASK)],
    idle: (beforeMs: number): number[] => [...kernels.slots.subarray(0, kernels.listIdle(blockCount, beforeMs))],
    /** All words of a block's page. */
    pageWords: (block: number): Int32Array => table.words.slice(page(block * ROWS), page(block * ROWS) + PAGE_BYTES / 4),
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
