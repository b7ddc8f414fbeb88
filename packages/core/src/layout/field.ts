import { DormouseError, requireKeys, shown } from '../errors.js';
import { HOT_BYTES_PER_SESSION } from './geometry.js';

/** Element types of columns: what a typed array can hold. */
export type ElementType = 'f32' | 'f64' | 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64';

export const ELEMENT_BYTES: Record<ElementType, number> = {
  f32: 4,
  f64: 8,
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
};

type IntegerType = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32';
export const INTEGER_RANGE: Record<IntegerType, readonly [number, number]> = {
  i8: [-128, 127],
  u8: [0, 255],
  i16: [-32_768, 32_767],
  u16: [0, 65_535],
  i32: [-2_147_483_648, 2_147_483_647],
  u32: [0, 4_294_967_295],
};

/** Longest fixed-length array field, in elements. */
export const MAX_ARRAY_LENGTH = 16_384;
/** Longest text field, in UTF-8 bytes. */
export const MAX_TEXT_BYTES = 65_535;

/** Brings the value type of a field along at compile time; nothing at run time. */
declare const VALUE: unique symbol;

/**
 * One state field of a behaviour: a column over its sessions. Made by {@link f32}, {@link f64}, {@link i8} … {@link u32},
 * {@link bigint64}, {@link bool} and {@link text}.
 */
export interface Field<T = unknown> {
  readonly kind: 'number' | 'bigint' | 'bool' | 'text' | 'data';
  readonly element: ElementType;
  /** Elements of a fixed-length array; undefined for a single value. */
  readonly length: number | undefined;
  /** In the session table's WebAssembly memory, in reach of kernels, rather than in the block's own buffer. */
  readonly hot: boolean;
  /** Other sessions see it, as it stood when the tick began. */
  readonly published: boolean;
  /** What a new session starts with; every element of an array alike. */
  readonly initial: number | bigint | boolean | string;
  readonly [VALUE]?: T;
}

/** A field that other sessions see. */
export type PublishedField<T = unknown> = Field<T> & { readonly published: true };

/**
 * A value of variable size in a session's state, from `data()`. Valid as long as the `state` it came from. Every member throws
 * `ERR_SESSION_PARKED`, or to the host what reading the session's state throws, once that is not to be had.
 *
 * What is stored are the value's bytes: reads see what decoding them gives, never an object that somebody else holds.
 */
export interface Data<T> {
  /**
   * The value: decoded when first asked for in an update, then the same object until the update ends or the value changes. Plain objects,
   * arrays, maps and sets in it are frozen: changing them throws a `TypeError`. Dates, typed arrays and instances of classes cannot be;
   * what is changed in those is lost.
   *
   * Assigning stores another value, as {@link set}, but throws `ERR_DATA_TOO_LARGE` where that returns false.
   */
  get value(): T;
  set value(value: T);
  /**
   * Gives `change` a copy of the value to work on, and stores that, or what `change` returns unless it is undefined. Not both: a `change`
   * that has changed an object and returns something else, or returns what is no object in place of one, is taken for a mistake
   * (`ERR_INVALID_ARGUMENT`). Encoded when `change` returns, written only if the bytes differ. False when they are more than `maxBytes`: then the old value is kept, and `tooLarge` has
   * grown. It is also kept when `change` or the codec throws, which comes through.
   *
   * Throws `ERR_DATA_BUSY` within an edit of the same value, or if the value was changed by somebody else meanwhile, and
   * `ERR_BEHAVIOR_ASYNC` for a `change` that returns a promise.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a change that returns nothing has worked on the value itself
  edit(change: (value: T) => T | void): boolean;
  /** Stores a value; false as {@link edit}. The value is copied: changing it afterwards changes nothing. */
  set(value: T): boolean;
  /** Bytes of the encoded value; 0 while it is undefined because nothing was ever stored. */
  readonly bytes: number;
  /** Values refused as larger than `maxBytes` since the session was created. */
  readonly tooLarge: number;
  /** The value as JSON can hold it: maps as objects if all their keys are texts, else as pairs; sets and typed arrays as arrays; bigints as text. */
  toJSON(): unknown;
}

/** A fixed-length array field to be read: what a session sees of another's. Valid as long as the `state` it came from. */
export interface ReadonlyFieldArray<E extends number | bigint = number> extends Iterable<E> {
  readonly length: number;
  /** Element `index`; `ERR_INVALID_ARGUMENT` outside `0…length − 1`. */
  get(index: number): E;
  toArray(): E[];
  /** The elements; those of a bigint field as decimal text, which JSON has no other form for. */
  toJSON(): unknown[];
}

/** A fixed-length array field of one session. Valid as long as the `state` it came from. */
export interface FieldArray<E extends number | bigint = number> extends ReadonlyFieldArray<E> {
  /** `ERR_INVALID_ARGUMENT` outside `0…length − 1`. */
  set(index: number, value: E): void;
  /** Copies `values` in, from element `start` on. */
  assign(values: ArrayLike<E>, start?: number): void;
  fill(value: E): void;
}

/** Elements as JSON can hold them. */
export function jsonOf(elements: readonly (number | bigint)[]): unknown[] {
  return elements.map((element) => (typeof element === 'bigint' ? String(element) : element));
}

export interface FieldOptions<V> {
  /** What a new session starts with. Default 0, `0n`, `false` or `''`. */
  readonly initial?: V;
  /** Keep the column in the session table, where WebAssembly kernels reach it (64 bytes a session in all). Default false. */
  readonly hot?: boolean;
  /**
   * Let other sessions see it, by `session.peer` and `session.peers`, as it stands when a tick begins. Costs a copy of the column a tick.
   * Not for hot fields. Default false.
   */
  readonly published?: boolean;
}

export interface ArrayFieldOptions<V> extends FieldOptions<V> {
  /** Makes the field an array of this many elements, 1…16 384. */
  readonly length: number;
}

/** What makes an options object that of a published field. */
interface Published {
  readonly published: true;
  readonly hot?: false;
}

interface NumberField {
  (options: ArrayFieldOptions<number> & Published): PublishedField<FieldArray<number>>;
  (options: FieldOptions<number> & Published): PublishedField<number>;
  (options: ArrayFieldOptions<number>): Field<FieldArray<number>>;
  (options?: FieldOptions<number>): Field<number>;
}

type AnyOptions = { initial?: unknown; hot?: unknown; length?: unknown; published?: unknown } | undefined;

/** 32-bit float. */
export const f32 = numberField('f32');
/** 64-bit float. */
export const f64 = numberField('f64');
/** Signed 8-bit integer. Stores wrap as in a typed array. */
export const i8 = numberField('i8');
/** Unsigned 8-bit integer. Stores wrap as in a typed array. */
export const u8 = numberField('u8');
/** Signed 16-bit integer. Stores wrap as in a typed array. */
export const i16 = numberField('i16');
/** Unsigned 16-bit integer. Stores wrap as in a typed array. */
export const u16 = numberField('u16');
/** Signed 32-bit integer. Stores wrap as in a typed array. */
export const i32 = numberField('i32');
/** Unsigned 32-bit integer. Stores wrap as in a typed array. */
export const u32 = numberField('u32');

/** Signed 64-bit integer, a `bigint`. Stores wrap as in a `BigInt64Array`. Each read makes a bigint on the heap. */
export function bigint64(options: ArrayFieldOptions<bigint> & Published): PublishedField<FieldArray<bigint>>;
export function bigint64(options: FieldOptions<bigint> & Published): PublishedField<bigint>;
export function bigint64(options: ArrayFieldOptions<bigint>): Field<FieldArray<bigint>>;
export function bigint64(options?: FieldOptions<bigint>): Field<bigint>;
export function bigint64(options?: FieldOptions<bigint>): Field {
  const initial = options?.initial ?? 0n;
  if (typeof initial !== 'bigint' || BigInt.asIntN(64, initial) !== initial) {
    throw invalid(`initial of a bigint64 field must be a bigint of 64 bits: got ${shown(initial)}`);
  }
  return { kind: 'bigint', element: 'i64', ...common(options, 8), initial };
}

/** `true` or `false`, one byte. */
export function bool(options: FieldOptions<boolean> & Published): PublishedField<boolean>;
export function bool(options?: FieldOptions<boolean>): Field<boolean>;
export function bool(options?: FieldOptions<boolean>): Field {
  const initial = options?.initial ?? false;
  if (typeof initial !== 'boolean') throw invalid(`initial of a bool field must be true or false: got ${shown(initial)}`);
  const { length, hot, published } = common(options, 1);
  if (length !== undefined) throw invalid('a bool field has no length: use u8({ length }) for an array of flags');
  return { kind: 'bool', element: 'u8', length, hot, published, initial };
}

/** Options of a text field, as those of others. */
export interface TextOptions {
  readonly initial?: string;
  readonly published?: boolean;
}

/**
 * A string of at most `maxBytes` bytes of UTF-8 (1…65 535), stored in place. Assigning a longer one throws
 * `ERR_TEXT_TOO_LONG` and keeps the old value. Each read decodes a new string. Always cold.
 */
export function text(maxBytes: number, options: TextOptions & { readonly published: true }): PublishedField<string>;
export function text(maxBytes: number, options?: TextOptions): Field<string>;
export function text(maxBytes: number, options?: TextOptions): Field {
  if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes > MAX_TEXT_BYTES) {
    throw invalid(`maxBytes of a text field must be an integer 1…${MAX_TEXT_BYTES}: got ${shown(maxBytes)}`);
  }
  const initial = options?.initial ?? '';
  if (typeof initial !== 'string' || Buffer.byteLength(initial) > maxBytes) {
    throw invalid(`initial of a text field must be a string of at most ${maxBytes} bytes: got ${shown(initial)}`);
  }
  return { kind: 'text', element: 'u8', length: maxBytes, hot: false, published: checkPublished(options?.published, false), initial };
}

function numberField(element: Exclude<ElementType, 'i64'>): NumberField {
  return ((options?: FieldOptions<number>): Field<never> => {
    const initial = options?.initial ?? 0;
    if (typeof initial !== 'number') throw invalid(`initial of a ${element} field must be a number: got ${shown(initial)}`);
    if (element !== 'f32' && element !== 'f64') {
      const [least, most] = INTEGER_RANGE[element];
      if (!Number.isInteger(initial) || initial < least || initial > most) {
        throw invalid(`initial of a ${element} field must be an integer ${least}…${most}: got ${shown(initial)}`);
      }
    }
    return { kind: 'number', element, ...common(options, ELEMENT_BYTES[element]), initial };
  }) as NumberField;
}

function common(options: AnyOptions, elementBytes: number): { length: number | undefined; hot: boolean; published: boolean } {
  if (options !== undefined && (typeof options !== 'object' || options === null)) {
    throw invalid(`options of a field must be an object: got ${shown(options)}`);
  }
  requireKeys('option of a field', options ?? {}, ['initial', 'hot', 'length', 'published'], 'ERR_FIELD_INVALID');
  const length = options?.length;
  if (length !== undefined && (typeof length !== 'number' || !Number.isInteger(length) || length < 1 || length > MAX_ARRAY_LENGTH)) {
    throw invalid(`length of a field must be an integer 1…${MAX_ARRAY_LENGTH}: got ${shown(length)}`);
  }
  const hot = options?.hot ?? false;
  if (typeof hot !== 'boolean') throw invalid(`hot of a field must be true or false: got ${shown(hot)}`);
  if (hot && (length ?? 1) * elementBytes > HOT_BYTES_PER_SESSION) {
    throw invalid(
      `a hot field must be at most ${HOT_BYTES_PER_SESSION} bytes a session: got ${(length ?? 1) * elementBytes}; leave out hot`,
    );
  }
  return { length, hot, published: checkPublished(options?.published, hot) };
}

function checkPublished(published: unknown = false, hot: boolean): boolean {
  if (typeof published !== 'boolean') throw invalid(`published of a field must be true or false: got ${shown(published)}`);
  if (published && hot) {
    throw invalid(
      'a field cannot be both hot and published: hot columns lie in the session table, published ones are copied within their block',
    );
  }
  return published;
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_FIELD_INVALID', message);
}
