import { DormouseError, messageOf, requireKeys, shown } from '../errors.js';
import { type Codec, encodeWith, requireCodec } from './codec.js';
import type { Data, Field } from './field.js';
import type { StateLayout } from './state-layout.js';

/** Most bytes that one value of a data field can be given. */
export const MAX_DATA_BYTES = 1_048_576;

/** How a {@link data} field is declared. */
export interface DataOptions<T> {
  /** Most bytes that the encoded value may have, 1…1 048 576. What a session does not use costs nothing. */
  readonly maxBytes: number;
  /** What a new session starts with; each gets a copy of its own. Default: `undefined`. */
  readonly initial?: T;
  /** How values become bytes. Default: the manager's codec, MessagePack unless told otherwise. */
  readonly codec?: Codec;
}

/** A field of values of variable size. */
export interface DataField<T = unknown> extends Field<Data<T>> {
  readonly kind: 'data';
  readonly maxBytes: number;
  readonly codec: Codec | undefined;
  readonly hasInitial: boolean;
  /** The initial value as `codec` encodes it, the same bytes each time; none if there is no initial value. Throws as {@link data}. */
  encodeInitial(codec: Codec): Uint8Array;
}

/**
 * A value of variable size: objects, arrays, maps, strings, whatever the codec takes. Cold, and never read by kernels or other sessions.
 * Stored encoded; see {@link Data} for how it is read and changed. A value takes as much memory as its bytes need, rounded up to a power of
 * two below 4 KiB and to pages of 4 KiB from there on, whatever `maxBytes` is.
 *
 * ```js
 * state: { bag: data({ maxBytes: 4096, initial: { gold: 0, items: [] } }) }
 * ```
 *
 * Throws `ERR_FIELD_INVALID` for options out of range, and for an initial value that cannot be encoded into `maxBytes`: at once if the field
 * has a codec of its own, else when the manager starts.
 */
export function data<T>(options: DataOptions<T> & { readonly initial: T }): DataField<T>;
export function data<T>(options: DataOptions<T>): DataField<T | undefined>;
export function data<T>(options: DataOptions<T>): DataField<T> {
  if (typeof options !== 'object' || options === null) throw invalid(`options of a data field must be an object: got ${shown(options)}`);
  requireKeys('option of a data field', options, ['maxBytes', 'initial', 'codec'], 'ERR_FIELD_INVALID');
  const { maxBytes, initial } = options;
  if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes > MAX_DATA_BYTES) {
    throw invalid(`maxBytes of a data field must be an integer 1…${MAX_DATA_BYTES}: got ${shown(maxBytes)}`);
  }
  let codec: Codec | undefined;
  try {
    codec = options.codec === undefined ? undefined : requireCodec(options.codec);
  } catch (cause) {
    throw invalid(`of a data field: ${messageOf(cause)}`, cause);
  }
  const hasInitial = initial !== undefined;
  const encoded = new WeakMap<Codec, Uint8Array>();
  const field: DataField<T> = {
    kind: 'data',
    element: 'u32',
    length: undefined,
    hot: false,
    published: false,
    initial: 0,
    maxBytes,
    codec,
    hasInitial,
    encodeInitial(by) {
      let bytes = encoded.get(by);
      if (bytes === undefined) {
        bytes = hasInitial ? encodeInto(maxBytes, initial, by) : new Uint8Array(0);
        encoded.set(by, bytes);
      }
      return bytes;
    },
  };
  if (codec !== undefined) field.encodeInitial(codec);
  return field;
}

/** Encodes what sessions start with, for a manager with this codec. Throws `ERR_FIELD_INVALID`, naming the field. */
export function encodeInitials({ columns }: StateLayout, codec: Codec): void {
  for (const { name, field } of columns) {
    if (field.kind !== 'data') continue;
    const { codec: own, encodeInitial } = field as DataField;
    try {
      encodeInitial(own ?? codec);
    } catch (cause) {
      throw invalid(`state.${name}: ${messageOf(cause)}`, cause);
    }
  }
}

function encodeInto(maxBytes: number, initial: unknown, codec: Codec): Uint8Array {
  let bytes: Uint8Array;
  try {
    // A copy: codecs may write over what they gave before.
    bytes = encodeWith(codec, initial).slice();
    codec.decode(bytes);
  } catch (cause) {
    throw invalid(`initial of a data field cannot be encoded and decoded: ${messageOf(cause)}`, cause);
  }
  if (bytes.length > maxBytes) {
    throw invalid(`initial of a data field must be at most ${maxBytes} bytes (its maxBytes) when encoded: got ${bytes.length}`);
  }
  return bytes;
}

function invalid(message: string, cause?: unknown): DormouseError {
  return new DormouseError('ERR_FIELD_INVALID', message, cause === undefined ? {} : { cause });
}
