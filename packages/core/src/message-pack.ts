import { addExtension, Packr } from 'msgpackr';
import { DormouseError, shown } from './errors.js';
import type { Codec } from './layout/codec.js';
import { powerOfTwoFrom } from './layout/geometry.js';

/** msgpackr writes a `Map` as MessagePack's map, as it does objects: as an extension it remains one. */
class Entries {
  readonly flat: unknown[] = [];
}

/** A text that begins with a byte order mark, which decoders drop (and msgpackr's native one does not). */
class MarkedText {
  readonly rest: string;

  constructor(text: string) {
    this.rest = text.slice(1);
  }
}

const BYTE_ORDER_MARK = '\ufeff';
const MOST_LEVELS = 250;

/**
 * MessagePack by msgpackr, each value standing for itself, without records of shapes. Decoding gives back what was encoded: objects,
 * arrays, strings, numbers, bigints, booleans, `null`, `undefined`, `Map`, `Set`, `Date`, `RegExp`, errors, `ArrayBuffer` and its views.
 * Nothing of the result lies in the bytes it was decoded from. Values built in the same way give the same bytes.
 *
 * What changes on the way: an instance of a class becomes what its `toJSON` gives or, without one, a plain object; −0 becomes 0; halves of
 * surrogate pairs are replaced; an own key `__proto__` becomes `__proto_`. Throws `ERR_INVALID_ARGUMENT` for functions, symbols, promises,
 * shared memory, and what is nested deeper than 250 levels, such as what contains itself.
 */
export const messagePack: Codec = makeMessagePack();

function makeMessagePack(): Codec {
  // Extensions are the module's, not the packr's. Codes are free in msgpackr, which uses B b e i p r s t x.
  addExtension({
    Class: Entries,
    type: 0x6d,
    write: ({ flat }: Entries) => flat,
    read(flat: unknown[]) {
      const map = new Map();
      for (let i = 0; i < flat.length; i += 2) map.set(flat[i], flat[i + 1]);
      return map;
    },
  });
  addExtension({
    Class: MarkedText,
    type: 0x75,
    write: ({ rest }: MarkedText) => rest,
    read: (rest: string) => BYTE_ORDER_MARK + rest,
  });
  const packr = new Packr({ useRecords: false, moreTypes: true, variableMapSize: true, copyBuffers: true, useToJSON: false });
  let scratch = Buffer.allocUnsafeSlow(1024);
  return {
    encode: (value) => packr.pack(encodable(value, 0)),
    decode(bytes) {
      const { length } = bytes;
      if (length > scratch.length) scratch = Buffer.allocUnsafeSlow(powerOfTwoFrom(length));
      // In private memory msgpackr reads it 4 times faster than in shared memory, where its text decoders refuse to work.
      scratch.set(bytes);
      return packr.unpack(scratch, length);
    },
  };
}

/** The value itself wherever msgpackr encodes it as it is, else one that it does: copies are made only of what holds such values. */
function encodable(value: unknown, level: number): unknown {
  switch (typeof value) {
    case 'object':
      if (value === null) return value;
      break;
    case 'string':
      return encodableText(value);
    case 'function':
    case 'symbol':
      throw notEncodable(value);
    default:
      return value;
  }
  if (level === MOST_LEVELS) {
    throw new DormouseError(
      'ERR_INVALID_ARGUMENT',
      `a value can be ${MOST_LEVELS} levels deep: got one deeper, or one that contains itself`,
    );
  }
  if (Array.isArray(value)) return encodableArray(value, level);
  if (value.constructor !== Object) {
    if (value instanceof Map) {
      const entries = new Entries();
      for (const [key, item] of value) entries.flat.push(encodable(key, level + 1), encodable(item, level + 1));
      return entries;
    }
    if (value instanceof Set) return new Set(encodableArray([...value], level) as unknown[]);
    if (isKnown(value)) return value;
    if (value instanceof Promise || value instanceof SharedArrayBuffer) throw notEncodable(value);
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return encodable(toJSON.call(value), level + 1);
  }
  return encodableObject(value as Record<string, unknown>, level);
}

/** Of ES2024, which Node.js 20 has. */
interface WellFormable {
  toWellFormed(): string;
}

/** Well-formed, since decoders differ in what they make of halves of surrogate pairs. */
function encodableText(text: string): string | MarkedText {
  const whole = (text as unknown as WellFormable).toWellFormed();
  return whole.charCodeAt(0) === 0xfeff ? new MarkedText(whole) : whole;
}

function encodableArray(items: readonly unknown[], level: number): readonly unknown[] {
  let result: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const item = items[i];
    const encoded = encodable(item, level + 1);
    if (encoded === item || Number.isNaN(item)) continue;
    result ??= items.slice();
    result[i] = encoded;
  }
  return result ?? items;
}

function encodableObject(object: Record<string, unknown>, level: number): object {
  let result: Record<string, unknown> | undefined;
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    const item = object[key];
    const encoded = encodable(item, level + 1);
    if (encoded === item || Number.isNaN(item)) continue;
    result ??= { ...object };
    result[key] = encoded;
  }
  return result ?? object;
}

/** What msgpackr has extensions for. */
function isKnown(value: object): boolean {
  return (
    ArrayBuffer.isView(value) || value instanceof Date || value instanceof ArrayBuffer || value instanceof RegExp || value instanceof Error
  );
}

function notEncodable(value: unknown): DormouseError {
  return new DormouseError('ERR_INVALID_ARGUMENT', `functions, symbols, promises and shared memory cannot be encoded: got ${shown(value)}`);
}
