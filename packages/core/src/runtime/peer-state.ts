import { DormouseError, requireInteger } from '../errors.js';
import type { BlockLayout } from '../layout/block-layout.js';
import { ELEMENT_BYTES, type ElementType, jsonOf, type ReadonlyFieldArray } from '../layout/field.js';
import type { Column, StateLayout, TextColumn } from '../layout/state-layout.js';
import { EMPTY_VIEWS, type TypedViews } from '../memory/block.js';
import { decodeText } from './state-view.js';

/** What a session has published, as it stood when the tick began: a block's snapshot at one row. Accessors are defined field by field. */
export class PeerStateView {
  $cold: TypedViews = EMPTY_VIEWS;
  $row = 0;
  /** Views of the array fields, made when first asked for. */
  $arrays: (PublishedArrayView | undefined)[] = [];
}

export type PeerStateClass = new () => PeerStateView;

type Accessor = ThisType<PeerStateView> & PropertyDescriptor;

const classes = new WeakMap<StateLayout, PeerStateClass>();

/** The class for a behaviour's published fields; the same for all its managers, as its own state's is. */
export function peerStateClass(layout: BlockLayout): PeerStateClass {
  const { state } = layout;
  let PeerState = classes.get(state);
  if (PeerState === undefined) {
    PeerState = definePeerState(layout);
    classes.set(state, PeerState);
  }
  return PeerState;
}

function definePeerState({ state, snapshot }: BlockLayout): PeerStateClass {
  class PeerState extends PeerStateView {
    constructor() {
      super();
      Object.preventExtensions(this);
    }
  }
  for (const [index, column] of state.columns.entries()) {
    if (!column.field.published) continue;
    Object.defineProperty(PeerState.prototype, column.name, {
      enumerable: true,
      ...accessorFor(inSnapshot(column, snapshot), index),
      set() {
        throw new DormouseError(
          'ERR_INVALID_ARGUMENT',
          `state.${column.name} of another session cannot be set: what it publishes is read only`,
        );
      },
    });
  }
  return PeerState;
}

/** The column's place in the snapshot: as far from its beginning as the live one is from the buffer's. */
function inSnapshot(column: Column | TextColumn, snapshot: number): Column | TextColumn {
  const moved = { ...column, offset: column.offset + snapshot / ELEMENT_BYTES[column.element] };
  if (column.field.kind !== 'text') return moved;
  return { ...moved, lengthOffset: (column as TextColumn).lengthOffset + snapshot / 2 };
}

function accessorFor(column: Column | TextColumn, index: number): Accessor {
  if (column.field.kind === 'text') return textAccessor(column as TextColumn);
  if (column.field.kind === 'bool') return boolAccessor(column);
  if (column.field.length !== undefined) return arrayAccessor(column, index);
  return SCALARS[column.element](column.offset);
}

/**
 * One literal for each element type, and none of them shared with the accessors of live state (scalar-accessors.ts): those must see
 * one class of objects only. The views are reached through the block's, so that pointing at another block is one store.
 */
// biome-ignore format: a table
const SCALARS: Record<ElementType, (o: number) => Accessor> = {
  f32: (o) => ({ get() { return this.$cold.f32[o + this.$row]; } }),
  f64: (o) => ({ get() { return this.$cold.f64[o + this.$row]; } }),
  i8:  (o) => ({ get() { return this.$cold.i8[o + this.$row]; } }),
  u8:  (o) => ({ get() { return this.$cold.u8[o + this.$row]; } }),
  i16: (o) => ({ get() { return this.$cold.i16[o + this.$row]; } }),
  u16: (o) => ({ get() { return this.$cold.u16[o + this.$row]; } }),
  i32: (o) => ({ get() { return this.$cold.i32[o + this.$row]; } }),
  u32: (o) => ({ get() { return this.$cold.u32[o + this.$row]; } }),
  i64: (o) => ({ get() { return this.$cold.i64[o + this.$row]; } }),
};

function boolAccessor({ offset }: Column): Accessor {
  return {
    get() {
      return this.$cold.u8[offset + this.$row] === 1;
    },
  };
}

function textAccessor({ offset, stride: maxBytes, lengthOffset }: TextColumn): Accessor {
  return {
    get() {
      const { u8, u16 } = this.$cold;
      return decodeText(u8, offset + this.$row * maxBytes, u16[lengthOffset + this.$row] ?? 0);
    },
  };
}

function arrayAccessor(column: Column, index: number): Accessor {
  return {
    get() {
      let array = this.$arrays[index];
      if (array === undefined) {
        array = new PublishedArrayView(this, column);
        this.$arrays[index] = array;
      }
      return array;
    },
  };
}

/** A published array field of the session its state points at. */
class PublishedArrayView implements ReadonlyFieldArray<never> {
  readonly length: number;
  readonly #state: PeerStateView;
  readonly #column: Column;

  constructor(state: PeerStateView, column: Column) {
    this.length = column.stride;
    this.#state = state;
    this.#column = column;
    Object.preventExtensions(this);
  }

  get(index: number): never {
    requireInteger(`index in state.${this.#column.name}`, index, 0, this.length - 1);
    return this.#at(index);
  }

  toArray(): never[] {
    return [...this];
  }

  toJSON(): unknown[] {
    return jsonOf(this.toArray());
  }

  *[Symbol.iterator](): Iterator<never> {
    for (let i = 0; i < this.length; i++) yield this.#at(i);
  }

  #at(index: number): never {
    const { element, offset } = this.#column;
    const { $cold, $row } = this.#state;
    return $cold[element][offset + $row * this.length + index] as never;
  }
}
