import { type DataField, MAX_DATA_BYTES } from './data-field.js';
import { OS_PAGE_BYTES, ROWS, wholePages } from './geometry.js';
import type { Column } from './state-layout.js';

/** Columns of words that each data field has: lengths, versions, refusals, marks. */
export const DATA_COLUMNS = 4;
/** Data fields of a session together: bytes of address space, so that a block's buffer stays below 2 GiB. */
export const MAX_DATA_BYTES_TOGETHER = 4 * MAX_DATA_BYTES;

/**
 * Where the values of a data field lie. Offsets of columns are in words from the start of the block's buffer; the column's own `offset` is
 * that of each row's length plus one, 0 while the session has stored none.
 */
export interface DataColumn extends Column {
  readonly field: DataField;
  /** Column that counts every change of a row's value, whoever's it was. */
  readonly versions: number;
  /** Column of how many values were refused as too large since the session was created. */
  readonly refusals: number;
  /** Column of what of its tiers each row has ever used. */
  readonly marks: number;
  /** Where the values lie by their size, smallest first. */
  readonly tiers: readonly Tier[];
}

/** Room for one value of each row, one row's after the other's. */
export interface Tier {
  /** First byte of row 0's, from the start of the block's far end of state. A multiple of the operating system's page. */
  readonly at: number;
  /** Bytes a row. */
  readonly stride: number;
}

const SMALLEST_TIER = 64;
/** From a page on, sharing pages among rows saves nothing: one last tier for all that is larger. */

/**
 * Tiers of 64, 128, … 2048 bytes a row below `maxBytes`, and one of `maxBytes` (decision 0010). Most are never touched and cost address space
 * only; 64 rows of 64 bytes are a page, so that each tier begins at one.
 */
export function layOutTiers(maxBytes: number, start: number): { readonly tiers: readonly Tier[]; readonly end: number } {
  const tiers: Tier[] = [];
  let at = start;
  const add = (stride: number): void => {
    tiers.push({ at, stride });
    at += wholePages(ROWS * stride);
  };
  for (let stride = SMALLEST_TIER; stride < maxBytes && stride < OS_PAGE_BYTES; stride *= 2) add(stride);
  add(maxBytes);
  return { tiers, end: at };
}
