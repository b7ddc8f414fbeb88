import { DormouseError, shown } from '../errors.js';
import { DATA_COLUMNS, type DataColumn, layOutTiers, MAX_DATA_BYTES_TOGETHER } from './data-column.js';
import type { DataField } from './data-field.js';
import { ELEMENT_BYTES, type ElementType, type Field } from './field.js';
import { HOT_BYTES_PER_SESSION, ROWS } from './geometry.js';

/** The state fields of a behaviour, by name. */
export type Fields = Readonly<Record<string, Field>>;

/** A field in its place. Element `k` of row `r` is element `offset + r * stride + k` of its part's view. */
export interface Column {
  readonly name: string;
  readonly field: Field;
  readonly element: ElementType;
  readonly hot: boolean;
  /** In elements of its type, from the start of the part: the block's buffer, or for a hot field the page's hot half. */
  readonly offset: number;
  /** Elements a row. */
  readonly stride: number;
}

/** Columns of a text field's lengths, beside its bytes. */
export interface TextColumn extends Column {
  /** Offset of the u16 column that holds each row's length in bytes. */
  readonly lengthOffset: number;
}

/** The columns of a behaviour's state: in a block's buffer from its first byte on, hot ones in the table's page. */
export interface StateLayout {
  readonly columns: readonly (Column | TextColumn | DataColumn)[];
  /** Element types in use among cold and hot columns: views are made for these alone. */
  readonly coldTypes: ReadonlySet<ElementType>;
  readonly hotTypes: ReadonlySet<ElementType>;
  /** Cold state of one session, rounded as stored. */
  readonly coldBytesPerSession: number;
  readonly hotBytesPerSession: number;
  /** Bytes of all cold columns of a block; the first `publishedBytes` of them are those of published fields. */
  readonly coldBytes: number;
  readonly publishedBytes: number;
  /** Bytes of a block that variable-size values can come to need beyond their columns. */
  readonly farBytes: number;
}

/** Largest columns of cold state of one session, in bytes. Of data fields only the columns beside their values count. */
export const MAX_STATE_BYTES = 1_048_576;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Gives every field its column: those of published fields first, with the lengths of their texts, so that one copy takes them all; widest
 * elements first, else in the order of declaration. Columns are whole multiples of 64 bytes, so each is aligned to its elements.
 * Deterministic: the host and every worker derive the same layout from the same behaviour.
 */
export function layOut(fields: Fields): StateLayout {
  const columns: (Column | TextColumn | DataColumn)[] = [];
  const coldTypes = new Set<ElementType>();
  const hotTypes = new Set<ElementType>();
  let coldBytes = 0;
  let hotBytes = 0;
  let farBytes = 0;
  let dataBytes = 0;
  const ordered = inOrder(fields);
  const place = ([name, field]: [string, Field]): void => {
    const width = ELEMENT_BYTES[field.element];
    const stride = field.length ?? 1;
    const bytes = ROWS * stride * width * (field.kind === 'data' ? DATA_COLUMNS : 1);
    const start = field.hot ? hotBytes : coldBytes;
    const column: Column = { name, field, element: field.element, hot: field.hot, offset: start / width, stride };
    (field.hot ? hotTypes : coldTypes).add(field.element);
    if (field.hot) hotBytes += bytes;
    else coldBytes += bytes;
    columns.push(field.kind === 'data' ? placeData(column) : column);
  };
  const placeData = (column: Column): DataColumn => {
    const field = column.field as DataField;
    const { offset } = column;
    const { tiers, end } = layOutTiers(field.maxBytes, farBytes);
    coldTypes.add('u8');
    farBytes = end;
    dataBytes += field.maxBytes;
    return { ...column, field, versions: offset + ROWS, refusals: offset + 2 * ROWS, marks: offset + 3 * ROWS, tiers };
  };
  const placeTextLengths = (published: boolean): void => {
    for (const [index, column] of columns.entries()) {
      if (column.field.kind !== 'text' || column.field.published !== published) continue;
      columns[index] = { ...column, lengthOffset: coldBytes / 2 };
      coldTypes.add('u16');
      coldBytes += ROWS * 2;
    }
  };
  for (const field of ordered) if (field[1].published) place(field);
  placeTextLengths(true);
  const publishedBytes = coldBytes;
  for (const field of ordered) if (!field[1].published) place(field);
  placeTextLengths(false);
  if (hotBytes > ROWS * HOT_BYTES_PER_SESSION) {
    throw new DormouseError(
      'ERR_FIELD_INVALID',
      `hot fields must be at most ${HOT_BYTES_PER_SESSION} bytes a session together: got ${hotBytes / ROWS}`,
    );
  }
  if (coldBytes > ROWS * MAX_STATE_BYTES) {
    throw new DormouseError('ERR_FIELD_INVALID', `state must be at most ${MAX_STATE_BYTES} bytes a session: got ${coldBytes / ROWS}`);
  }
  if (dataBytes > MAX_DATA_BYTES_TOGETHER) {
    throw new DormouseError(
      'ERR_FIELD_INVALID',
      `maxBytes of data fields must be at most ${MAX_DATA_BYTES_TOGETHER} together: got ${dataBytes}`,
    );
  }
  return {
    columns,
    coldTypes,
    hotTypes,
    coldBytesPerSession: coldBytes / ROWS,
    hotBytesPerSession: hotBytes / ROWS,
    coldBytes,
    publishedBytes,
    farBytes,
  };
}

function inOrder(fields: Fields): [string, Field][] {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new DormouseError('ERR_FIELD_INVALID', `state must be an object of fields: got ${shown(fields)}`);
  }
  const entries = Object.entries(fields);
  for (const [name, field] of entries) {
    if (!NAME.test(name)) {
      throw new DormouseError('ERR_FIELD_INVALID', `state field ${shown(name)} must be named with letters, digits and _ only`);
    }
    if (typeof field !== 'object' || field === null || !Object.hasOwn(ELEMENT_BYTES, field.element)) {
      throw new DormouseError(
        'ERR_FIELD_INVALID',
        `state.${name} must be a field such as f32() or text(32): got ${shown(field)}${typeof field === 'function' ? '; call it' : ''}`,
      );
    }
  }
  return entries.sort(([, a], [, b]) => ELEMENT_BYTES[b.element] - ELEMENT_BYTES[a.element]);
}
