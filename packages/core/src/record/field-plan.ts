import type { DataColumn } from '../layout/data-column.js';
import { ELEMENT_BYTES } from '../layout/field.js';
import type { Column, StateLayout, TextColumn } from '../layout/state-layout.js';
import type { Block } from '../memory/block.js';
import type { SessionTable } from '../memory/session-table.js';

/**
 * How one row's fields of fixed size become bytes side by side, and columns again. Their order: those in the block's buffer, then hot ones;
 * of each, fields of one word, of several, of elements below a word; within these as in the layout. So whoever has the list of fields can take
 * a record apart.
 */
export class FieldPlan {
  readonly layout: StateLayout;
  /** Of all these fields together. */
  readonly bytes: number;
  readonly texts: readonly TextColumn[];
  readonly data: readonly DataColumn[];
  readonly #cold: Part;
  readonly #hot: Part;

  constructor(layout: StateLayout) {
    const fixed = layout.columns.filter(({ field }) => field.kind !== 'text' && field.kind !== 'data');
    this.layout = layout;
    this.bytes = fixed.reduce((sum, column) => sum + rowBytes(column), 0);
    this.texts = layout.columns.filter((column): column is TextColumn => column.field.kind === 'text');
    this.data = layout.columns.filter((column): column is DataColumn => column.field.kind === 'data');
    this.#cold = partOf(fixed.filter(({ hot }) => !hot));
    this.#hot = partOf(fixed.filter(({ hot }) => hot));
  }

  /** Copies a row's fields to `view`, from byte `start` on. `tableBytes` is the table's memory. */
  gather(table: SessionTable, tableBytes: Uint8Array, block: Block, row: number, view: DataView, start: number): void {
    const at = gather(this.#cold, block.cold.i32, block.cold.u8, 0, row, view, start);
    if (this.#hot.isEmpty) return;
    gather(this.#hot, table.words, tableBytes, table.hotOffset(block.blockIndex), row, view, at);
  }

  /** The reverse of {@link gather}. */
  scatter(table: SessionTable, tableBytes: Uint8Array, block: Block, row: number, view: DataView, start: number): void {
    const at = scatter(this.#cold, block.cold.i32, block.cold.u8, 0, row, view, start);
    if (this.#hot.isEmpty) return;
    scatter(this.#hot, table.words, tableBytes, table.hotOffset(block.blockIndex), row, view, at);
  }
}

/** The plans of a thread, by behaviour; each is made when it is first needed. */
export class FieldPlans {
  readonly #plans: FieldPlan[] = [];

  of({ behaviorIndex, layout }: Block): FieldPlan {
    const known = this.#plans[behaviorIndex];
    if (known !== undefined && known.layout === layout.state) return known;
    const plan = new FieldPlan(layout.state);
    this.#plans[behaviorIndex] = plan;
    return plan;
  }
}

/** Fields of fixed size in the order in which their bytes stand in a record. */
export function inRecordOrder({ columns }: StateLayout): Column[] {
  const fixed = columns.filter(({ field }) => field.kind !== 'text' && field.kind !== 'data');
  const isWide = ({ element }: Column): boolean => ELEMENT_BYTES[element] >= 4;
  const rank = (column: Column): number => (column.hot ? 3 : 0) + (isWide(column) ? (rowBytes(column) === 4 ? 0 : 1) : 2);
  return fixed.sort((a, b) => rank(a) - rank(b));
}

/** Columns that lie in one memory. */
interface Part {
  readonly isEmpty: boolean;
  /** First word of each column of one word a row. */
  readonly words: Int32Array;
  /** First word and words a row of each column of more. */
  readonly runs: Int32Array;
  /** First byte and bytes a row of each column of smaller elements. */
  readonly bytes: Int32Array;
}

function partOf(columns: readonly Column[]): Part {
  const wide = columns.filter(({ element }) => ELEMENT_BYTES[element] >= 4);
  const first = ({ offset, element }: Column): number => offset * ELEMENT_BYTES[element];
  return {
    isEmpty: columns.length === 0,
    words: Int32Array.from(
      wide.filter((column) => rowBytes(column) === 4),
      (column) => first(column) / 4,
    ),
    runs: Int32Array.from(wide.filter((column) => rowBytes(column) !== 4).flatMap((column) => [first(column) / 4, rowBytes(column) / 4])),
    bytes: Int32Array.from(
      columns.filter(({ element }) => ELEMENT_BYTES[element] < 4).flatMap((column) => [first(column), rowBytes(column)]),
    ),
  };
}

/** Bytes that a field of fixed size takes in a record. */
export function rowBytes({ element, stride }: Column): number {
  return ELEMENT_BYTES[element] * stride;
}

/** Copies a row of one memory, whose columns begin at byte `base`, to `view`; returns the byte behind it. */
function gather(part: Part, words: Int32Array, bytes: Uint8Array, base: number, row: number, view: DataView, start: number): number {
  const { words: singles, runs, bytes: narrow } = part;
  let at = start;
  const firstOfRow = (base >> 2) + row;
  for (let i = 0; i < singles.length; i++, at += 4) view.setInt32(at, words[firstOfRow + singles[i]], true);
  for (let i = 0; i < runs.length; i += 2) {
    const count = runs[i + 1];
    const first = (base >> 2) + runs[i] + row * count;
    for (let k = 0; k < count; k++, at += 4) view.setInt32(at, words[first + k], true);
  }
  for (let i = 0; i < narrow.length; i += 2) {
    const count = narrow[i + 1];
    const first = base + narrow[i] + row * count;
    for (let k = 0; k < count; k++) view.setUint8(at++, bytes[first + k]);
  }
  return at;
}

function scatter(part: Part, words: Int32Array, bytes: Uint8Array, base: number, row: number, view: DataView, start: number): number {
  const { words: singles, runs, bytes: narrow } = part;
  let at = start;
  const firstOfRow = (base >> 2) + row;
  for (let i = 0; i < singles.length; i++, at += 4) words[firstOfRow + singles[i]] = view.getInt32(at, true);
  for (let i = 0; i < runs.length; i += 2) {
    const count = runs[i + 1];
    const first = (base >> 2) + runs[i] + row * count;
    for (let k = 0; k < count; k++, at += 4) words[first + k] = view.getInt32(at, true);
  }
  for (let i = 0; i < narrow.length; i += 2) {
    const count = narrow[i + 1];
    const first = base + narrow[i] + row * count;
    for (let k = 0; k < count; k++) bytes[first + k] = view.getUint8(at++);
  }
  return at;
}
