import { deepStrictEqual } from 'node:assert';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagePack } from '../../src/message-pack.js';

const { encode, decode } = messagePack;

/** What comes back, decoded from shared memory as sessions' values are. */
function roundTrip(value: unknown): unknown {
  const bytes = encode(value);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 3), 3, bytes.length);
  shared.set(bytes);
  const decoded = decode(shared);
  // Nothing of the result may lie in the bytes it came from.
  shared.fill(0xc1);
  return decoded;
}

const noNegativeZero = (value: number): boolean => !Object.is(value, -0);
const anyText = fc.string({ unit: 'grapheme' });
/** Keys that objects and MessagePack treat in ways of their own, but for the one that is renamed. */
const key = fc
  .oneof(anyText, fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'toJSON', '', '0', '-1'))
  .filter((k) => k !== '__proto__');

const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie('leaf'), tie('list'), tie('object'), tie('map'), tie('set')),
  leaf: fc.oneof(
    fc.constantFrom(null, undefined, true, false, Number.NaN, Infinity, -Infinity),
    fc.integer(),
    fc.double().filter(noNegativeZero),
    fc.maxSafeInteger().filter(noNegativeZero),
    fc.bigInt(),
    fc.constantFrom(2n ** 63n, 2n ** 64n - 1n, 2n ** 64n, -(2n ** 63n), -(2n ** 63n) - 1n, 0n, 3n ** 500n),
    anyText,
    fc.string({ minLength: 30, maxLength: 300, unit: 'binary' }),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.float32Array().filter((array) => array.every(noNegativeZero)),
    fc.bigInt64Array(),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(key, tie('value'), { noNullPrototype: true, maxKeys: 4 }),
  map: fc.array(fc.tuple(tie('leaf'), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  set: fc.array(tie('leaf'), { maxLength: 4 }).map((items) => new Set(items)),
}));

describe('MessagePack', () => {
  it('gives back what was encoded, and the same bytes for it again', () =>
    fc.assert(
      fc.property(anyValue, (value) => {
        const back = roundTrip(value);
        // Not expect's: that takes an own key `constructor` for the class.
        deepStrictEqual(back, value);
        expect([...encode(back)]).toEqual([...encode(value)]);
      }),
      { numRuns: 300 },
    ));

  it('keeps maps and objects apart, whatever is in them and whatever they are in', () => {
    const value = { map: new Map<unknown, unknown>([['a', { b: new Map([[1, new Set([new Map()])]]) }]]), object: { a: 1 } };
    expect(roundTrip(value)).toStrictEqual(value);
    expect(roundTrip([new Map()])).toStrictEqual([new Map()]);
  });

  it.each([
    ['a text that begins with a byte order mark', `\ufeff${'x'.repeat(200)}`],
    ['nothing but one', '\ufeff'],
    ['300 texts outside the basic plane', Array.from({ length: 300 }, () => '🐭日本é')],
    ['an object of more keys than 16 bits count', Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`k${i}`, i]))],
    ['an object without prototype whose toJSON is a text', { toJSON: 'x', constructor: 'y' }],
    ['a regular expression', /a+/gi],
    ['a date that is none', new Date(Number.NaN)],
    ['a big list', Array.from({ length: 100_000 }, (_, i) => i)],
  ])('gives back %s', (_, value) => {
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it('leaves the value as it was', () => {
    const inner = new Map([[1, '\ufeff']]);
    const value = { list: [inner], text: '\ufeff' };
    encode(value);
    expect(value).toStrictEqual({ list: [inner], text: '\ufeff' });
    expect(value.list[0]).toBe(inner);
  });

  it('gives binary data memory of its own', () => {
    const back = roundTrip({ a: new Uint8Array([1, 2]), b: Buffer.from([3]) }) as { a: Uint8Array; b: Uint8Array };
    expect(back.a.buffer).toBeInstanceOf(ArrayBuffer);
    expect([...back.a, ...back.b]).toEqual([1, 2, 3]);
    expect(back.a.buffer.byteLength).toBe(2);
  });

  it('makes instances plain objects, or what their toJSON gives', () => {
    class Point {
      x = 1;
    }
    class Named {
      toJSON() {
        return new Map([['name', 'a']]);
      }
    }
    expect(roundTrip([new Point(), new Named()])).toStrictEqual([{ x: 1 }, new Map([['name', 'a']])]);
  });

  it('an own key __proto__ sets no prototype', () => {
    const back = roundTrip(JSON.parse('{"__proto__":{"admin":true},"a":1}')) as Record<string, unknown>;
    expect(back.admin).toBeUndefined();
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(back).toStrictEqual({ __proto_: { admin: true }, a: 1 });
  });

  it('replaces halves of surrogate pairs, in short texts and in long ones', () => {
    expect(roundTrip(['\ud83d', `${'x'.repeat(100)}\udc00`])).toEqual(['\ufffd', `${'x'.repeat(100)}\ufffd`]);
  });

  it.each([
    ['a function', { run: () => 1 }, 'function run'],
    ['a symbol', [Symbol('x')], 'Symbol(x)'],
    ['a promise', new Map([[1, Promise.resolve(1)]]), 'an object (Promise)'],
    ['shared memory', { memory: new SharedArrayBuffer(1) }, 'an object (SharedArrayBuffer)'],
  ])('refuses %s rather than losing it', (_, value, what) => {
    const message = `functions, symbols, promises and shared memory cannot be encoded: got ${what}`;
    expect(() => encode(value)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message }));
    expect(roundTrip({ works: 'after' })).toEqual({ works: 'after' });
  });

  it('refuses what contains itself', () => {
    const value: { self?: unknown } = {};
    value.self = [new Map([['x', value]])];
    expect(() => encode(value)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('250') }));
  });

  it('refuses bytes that end too early, and works on', () => {
    const bytes = encode({ a: [1, 2, 3], b: 'text' });
    for (let length = 0; length < bytes.length; length++) expect(() => decode(bytes.subarray(0, length))).toThrow();
    expect(decode(bytes)).toEqual({ a: [1, 2, 3], b: 'text' });
  });
});
