import type { DataColumn } from '../layout/data-column.js';
import { type ElementType, INTEGER_RANGE } from '../layout/field.js';
import type { Column, StateLayout, TextColumn } from '../layout/state-layout.js';
import { inRecordOrder, rowBytes } from './field-plan.js';

/** A field of fixed size, and where in a record's bytes of fields it stands. */
export interface FieldPlace {
  readonly column: Column;
  readonly at: number;
}

/**
 * Where the fields of a state stand in its records, without a table or a block: for those who take records apart. `FieldPlan` writes them in this
 * order.
 */
export class RecordFields {
  /** Of all fields of fixed size together. */
  readonly bytes: number;
  readonly fixed: readonly FieldPlace[];
  /** In the order in which they stand in a record. */
  readonly texts: readonly TextColumn[];
  readonly data: readonly DataColumn[];

  constructor(layout: StateLayout) {
    let at = 0;
    this.fixed = inRecordOrder(layout).map((column) => {
      const place = { column, at };
      at += rowBytes(column);
      return place;
    });
    this.bytes = at;
    this.texts = layout.columns.filter((column): column is TextColumn => column.field.kind === 'text');
    this.data = layout.columns.filter((column): column is DataColumn => column.field.kind === 'data');
  }
}

type Element = number | bigint;

/** Each reads or writes one element, little-endian. */
const READ: Record<ElementType, (view: DataView, at: number) => Element> = {
  f32: (view, at) => view.getFloat32(at, true),
  f64: (view, at) => view.getFloat64(at, true),
  i8: (view, at) => view.getInt8(at),
  u8: (view, at) => view.getUint8(at),
  i16: (view, at) => view.getInt16(at, true),
  u16: (view, at) => view.getUint16(at, true),
  i32: (view, at) => view.getInt32(at, true),
  u32: (view, at) => view.getUint32(at, true),
  i64: (view, at) => view.getBigInt64(at, true),
};
const WRITE: Record<ElementType, (view: DataView, at: number, value: Element) => void> = {
  f32: (view, at, value) => view.setFloat32(at, value as number, true),
  f64: (view, at, value) => view.setFloat64(at, value as number, true),
  i8: (view, at, value) => view.setInt8(at, value as number),
  u8: (view, at, value) => view.setUint8(at, value as number),
  i16: (view, at, value) => view.setInt16(at, value as number, true),
  u16: (view, at, value) => view.setUint16(at, value as number, true),
  i32: (view, at, value) => view.setInt32(at, value as number, true),
  u32: (view, at, value) => view.setUint32(at, value as number, true),
  i64: (view, at, value) => view.setBigInt64(at, value as bigint, true),
};

/** The value of a field of fixed size: a number, a bigint, a boolean, or an array of the elements. */
export function readFixed(view: DataView, { column, at }: FieldPlace): Element | boolean | Element[] {
  const { field, element, stride } = column;
  const read = READ[element];
  if (field.kind === 'bool') return read(view, at) === 1;
  if (field.length === undefined) return read(view, at);
  const width = rowBytes(column) / stride;
  return Array.from({ length: stride }, (_, index) => read(view, at + index * width));
}

/** The reverse, of values that {@link problemOf} finds nothing wrong with. What an array has not stays as it is. */
export function writeFixed(view: DataView, { column, at }: FieldPlace, value: unknown): void {
  const { field, element, stride } = column;
  const write = WRITE[element];
  const width = rowBytes(column) / stride;
  const elements =
    field.kind === 'bool' ? [Number(value)] : field.length === undefined ? [value as Element] : (value as ArrayLike<Element>);
  for (let index = 0; index < elements.length; index++) write(view, at + index * width, elements[index]);
}

/** Gives a field of fixed size what a new session has. */
export function writeInitial(view: DataView, { column, at }: FieldPlace): void {
  const { field, element, stride } = column;
  const initial = field.kind === 'bool' ? Number(field.initial) : (field.initial as Element);
  const width = rowBytes(column) / stride;
  for (let index = 0; index < stride; index++) WRITE[element](view, at + index * width, initial);
}

/** What a value must be to be stored in a field of fixed size or in a text: undefined if it is that. */
export function problemOf({ field, element, stride }: Column, value: unknown): string | undefined {
  if (field.kind === 'bool') return typeof value === 'boolean' ? undefined : 'must be true or false';
  if (field.kind === 'text') {
    const isText = typeof value === 'string' && Buffer.byteLength(value) <= stride;
    return isText ? undefined : `must be a string of at most ${stride} bytes of UTF-8`;
  }
  if (field.length === undefined) return isElement(element, value) ? undefined : `must be ${elementText(element)}`;
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  const list = value as ArrayLike<unknown>;
  if (!isList || list.length > stride) return `must be an array of at most ${stride} elements`;
  for (let index = 0; index < list.length; index++) {
    if (!isElement(element, list[index])) return `[${index}] must be ${elementText(element)}`;
  }
  return undefined;
}

function isElement(element: ElementType, value: unknown): value is Element {
  if (element === 'i64') return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
  if (typeof value !== 'number') return false;
  if (element === 'f32' || element === 'f64') return true;
  const [least, most] = INTEGER_RANGE[element];
  return Number.isInteger(value) && value >= least && value <= most;
}

function elementText(element: ElementType): string {
  if (element === 'i64') return 'a bigint of 64 bits';
  if (element === 'f32' || element === 'f64') return 'a number';
  const [least, most] = INTEGER_RANGE[element];
  return `an integer ${least}…${most}`;
}
