import { DormouseError, shown } from '../errors.js';
import type { DataColumn } from '../layout/data-column.js';
import type { Column, StateLayout, TextColumn } from '../layout/state-layout.js';
import { type Block, EMPTY_VIEWS, type TypedViews } from '../memory/block.js';
import { DataFieldView, type DataServices } from './data-view.js';
import { FieldArrayView } from './field-array.js';
import { type Accessor, COLD_ACCESSORS, HOT_ACCESSORS } from './scalar-accessors.js';

/**
 * The state of one session at a time: a block's columns at one row. Accessors are defined field by field on the prototype of a
 * class of the behaviour's own. Its own names start with a $, which no field's can.
 */
export class StateView {
  $cold: TypedViews = EMPTY_VIEWS;
  $hot: TypedViews = EMPTY_VIEWS;
  $row = 0;
  // The same views again, for the accessors of single values.
  $f32 = EMPTY_VIEWS.f32;
  $f64 = EMPTY_VIEWS.f64;
  $i8 = EMPTY_VIEWS.i8;
  $u8 = EMPTY_VIEWS.u8;
  $i16 = EMPTY_VIEWS.i16;
  $u16 = EMPTY_VIEWS.u16;
  $i32 = EMPTY_VIEWS.i32;
  $u32 = EMPTY_VIEWS.u32;
  $i64 = EMPTY_VIEWS.i64;
  $hotF32 = EMPTY_VIEWS.f32;
  $hotF64 = EMPTY_VIEWS.f64;
  $hotI8 = EMPTY_VIEWS.i8;
  $hotU8 = EMPTY_VIEWS.u8;
  $hotI16 = EMPTY_VIEWS.i16;
  $hotU16 = EMPTY_VIEWS.u16;
  $hotI32 = EMPTY_VIEWS.i32;
  $hotU32 = EMPTY_VIEWS.u32;
  $hotI64 = EMPTY_VIEWS.i64;
  /** Views of the array fields, made when first asked for. */
  $arrays: (FieldArrayView | undefined)[] = [];
  /** Of the data fields likewise. */
  $data: (DataFieldView | undefined)[] = [];
  $block: Block | undefined;
  readonly $services: DataServices | undefined;

  /** Without `services` its data fields cannot be used. */
  constructor(services?: DataServices) {
    this.$services = services;
  }

  $attach(block: Block): void {
    this.$block = block;
    this.$views(block.cold, block.hot);
  }

  /** Points at nothing: reads are undefined, writes go nowhere. */
  $park(): void {
    this.$block = undefined;
    for (const data of this.$data) data?.$forget();
    this.$views(EMPTY_VIEWS, EMPTY_VIEWS);
  }

  $views(cold: TypedViews, hot: TypedViews): void {
    this.$cold = cold;
    this.$f32 = cold.f32;
    this.$f64 = cold.f64;
    this.$i8 = cold.i8;
    this.$u8 = cold.u8;
    this.$i16 = cold.i16;
    this.$u16 = cold.u16;
    this.$i32 = cold.i32;
    this.$u32 = cold.u32;
    this.$i64 = cold.i64;
    if (hot === this.$hot) return;
    this.$hot = hot;
    this.$hotF32 = hot.f32;
    this.$hotF64 = hot.f64;
    this.$hotI8 = hot.i8;
    this.$hotU8 = hot.u8;
    this.$hotI16 = hot.i16;
    this.$hotU16 = hot.u16;
    this.$hotI32 = hot.i32;
    this.$hotU32 = hot.u32;
    this.$hotI64 = hot.i64;
  }
}

export type StateClass = new (services?: DataServices) => StateView;

/** Makes the behaviour's own state class. */
export function defineStateClass(layout: StateLayout): StateClass {
  class State extends StateView {
    constructor(services?: DataServices) {
      super(services);
      // One object serves all sessions: what is no field must not be stored in it and read by the next.
      Object.preventExtensions(this);
    }
  }
  for (const [index, column] of layout.columns.entries()) {
    Object.defineProperty(State.prototype, column.name, { enumerable: true, ...accessorFor(column, index) });
  }
  return State;
}

function accessorFor(column: StateLayout['columns'][number], index: number): Accessor {
  if (column.field.kind === 'text') return textAccessor(column as TextColumn);
  if (column.field.kind === 'bool') return boolAccessor(column);
  if (column.field.kind === 'data') return dataAccessor(column as DataColumn, index);
  if (column.field.length !== undefined) return arrayAccessor(column, index);
  return (column.hot ? HOT_ACCESSORS : COLD_ACCESSORS)[column.element](column.offset);
}

function boolAccessor({ offset, hot }: Column): Accessor {
  return {
    get() {
      return (hot ? this.$hot : this.$cold).u8[offset + this.$row] === 1;
    },
    set(value: boolean) {
      (hot ? this.$hot : this.$cold).u8[offset + this.$row] = value ? 1 : 0;
    },
  };
}

function arrayAccessor(column: Column, index: number): Accessor {
  return {
    get() {
      let array = this.$arrays[index];
      if (array === undefined) {
        array = new FieldArrayView(this, column);
        this.$arrays[index] = array;
      }
      return array;
    },
    set(values: ArrayLike<number>) {
      (this as unknown as Record<string, FieldArrayView>)[column.name]?.assign(values);
    },
  };
}

function dataAccessor(column: DataColumn, index: number): Accessor {
  return {
    get() {
      let data = this.$data[index];
      if (data === undefined) {
        data = new DataFieldView(this, column, this.$services as DataServices);
        this.$data[index] = data;
      }
      return data;
    },
    set(value: unknown) {
      (this as unknown as Record<string, DataFieldView>)[column.name].value = value;
    },
  };
}

function textAccessor({ name, offset, stride: maxBytes, lengthOffset }: TextColumn): Accessor {
  return {
    get() {
      const { u8, u16 } = this.$cold;
      const start = offset + this.$row * maxBytes;
      return decodeText(u8, start, u16[lengthOffset + this.$row] ?? 0);
    },
    set(value: string) {
      if (typeof value !== 'string') {
        throw new DormouseError('ERR_INVALID_ARGUMENT', `state.${name} must be a string: got ${shown(value)}`);
      }
      const bytes = Buffer.byteLength(value);
      if (bytes > maxBytes) {
        throw new DormouseError('ERR_TEXT_TOO_LONG', `state.${name} must be at most ${maxBytes} bytes of UTF-8: got ${bytes}`);
      }
      const { u8, u16 } = this.$cold;
      const start = offset + this.$row * maxBytes;
      if (u8.length > 0) Buffer.from(u8.buffer, u8.byteOffset + start, maxBytes).write(value, 0, bytes, 'utf8');
      u16[lengthOffset + this.$row] = bytes;
    },
  };
}

/** Short ASCII, the common case, without a detour through a decoder. */
export function decodeText(bytes: Uint8Array, start: number, length: number): string {
  let result = '';
  for (let i = start; i < start + length; i++) {
    const byte = bytes[i];
    if (byte > 0x7f || length > 64) {
      return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('utf8');
    }
    result += String.fromCharCode(byte);
  }
  return result;
}
