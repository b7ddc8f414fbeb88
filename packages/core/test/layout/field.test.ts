import { describe, expect, it } from 'vitest';
import {
  bigint64,
  bool,
  ELEMENT_BYTES,
  f32,
  f64,
  i8,
  i16,
  i32,
  MAX_ARRAY_LENGTH,
  MAX_TEXT_BYTES,
  text,
  u8,
  u16,
  u32,
} from '../../src/layout/field.js';

const INTEGERS = { i8, u8, i16, u16, i32, u32 };
const RANGES = {
  i8: [-128, 127],
  u8: [0, 255],
  i16: [-32_768, 32_767],
  u16: [0, 65_535],
  i32: [-2_147_483_648, 2_147_483_647],
  u32: [0, 4_294_967_295],
} as const;

const refusal = (message: string) => expect.objectContaining({ code: 'ERR_FIELD_INVALID', message: expect.stringContaining(message) });
// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may pass
const anything = (value: unknown): any => value;

describe('a number field', () => {
  it('starts at 0, is cold and single unless told otherwise', () => {
    for (const make of [f32, f64, ...Object.values(INTEGERS)]) {
      expect(make()).toMatchObject({ kind: 'number', initial: 0, hot: false, length: undefined });
    }
    expect(f32({ initial: 1.5, hot: true })).toMatchObject({ initial: 1.5, hot: true });
    expect(u16({ length: 3 })).toMatchObject({ length: 3, element: 'u16' });
  });

  it.each(Object.entries(RANGES))('%s takes its whole range as initial value and nothing beyond', (name, [least, most]) => {
    const make = INTEGERS[name as keyof typeof INTEGERS];
    expect([make({ initial: least }).initial, make({ initial: most }).initial]).toEqual([least, most]);
    for (const initial of [least - 1, most + 1, 0.5, Number.NaN]) {
      expect(() => make({ initial })).toThrow(refusal(`must be an integer ${least}…${most}: got ${initial}`));
    }
  });

  it('takes any number where fractions are at home', () => {
    for (const initial of [Number.NaN, Number.NEGATIVE_INFINITY, -0, 1e308]) expect(f64({ initial }).initial).toBe(initial);
    expect(() => f64({ initial: anything('1') })).toThrow(refusal('initial of a f64 field must be a number: got "1"'));
  });

  it('takes lengths 1…16 384 and names the range when it refuses', () => {
    expect([u8({ length: 1 }).length, u8({ length: MAX_ARRAY_LENGTH }).length]).toEqual([1, MAX_ARRAY_LENGTH]);
    for (const length of [0, -1, MAX_ARRAY_LENGTH + 1, 1.5, anything('3'), anything(null)]) {
      expect(() => u8({ length })).toThrow(refusal('length of a field must be an integer 1…16384'));
    }
  });

  it('is hot up to 64 bytes a session', () => {
    expect(f64({ hot: true, length: 8 }).hot).toBe(true);
    expect(() => f64({ hot: true, length: 9 })).toThrow(refusal('at most 64 bytes a session: got 72'));
    expect(() => f32({ hot: anything('yes') })).toThrow(refusal('hot of a field must be true or false'));
  });

  it('refuses options that are no object', () => {
    for (const options of [5, 'x', null, () => 0]) expect(() => f32(anything(options))).toThrow(refusal('options of a field'));
  });
});

describe('a bigint64 field', () => {
  it('takes every 64-bit value and no other', () => {
    const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];
    expect([bigint64({ initial: least }).initial, bigint64({ initial: most }).initial, bigint64().initial]).toEqual([least, most, 0n]);
    for (const initial of [least - 1n, most + 1n, anything(1)]) expect(() => bigint64({ initial })).toThrow(refusal('a bigint of 64 bits'));
  });
});

describe('a bool field', () => {
  it('is true or false, one, never an array', () => {
    expect([bool().initial, bool({ initial: true }).initial]).toEqual([false, true]);
    expect(() => bool({ initial: anything(1) })).toThrow(refusal('must be true or false: got 1'));
    expect(() => bool(anything({ length: 4 }))).toThrow(refusal('a bool field has no length'));
  });
});

describe('a text field', () => {
  it('holds 1…65 535 bytes', () => {
    expect([text(1).length, text(MAX_TEXT_BYTES).length]).toEqual([1, MAX_TEXT_BYTES]);
    for (const bytes of [0, -1, MAX_TEXT_BYTES + 1, 1.5, anything('8'), anything(undefined)]) {
      expect(() => text(bytes)).toThrow(refusal('maxBytes of a text field must be an integer 1…65535'));
    }
  });

  it('counts its initial value in bytes of UTF-8', () => {
    expect(text(4, { initial: 'éé' }).initial).toBe('éé');
    expect(() => text(3, { initial: 'éé' })).toThrow(refusal('a string of at most 3 bytes'));
    expect(() => text(3, { initial: anything(1) })).toThrow(refusal('got 1'));
  });
});

describe('published', () => {
  it('is false unless asked for, of every kind of field', () => {
    expect([f32(), u8({ length: 2 }), bigint64(), bool(), text(4)].map(({ published }) => published)).toEqual(Array(5).fill(false));
    const published = { published: true } as const;
    const all = [f32(published), u8({ length: 2, ...published }), bigint64(published), bool(published), text(4, published)];
    expect(all.map((field) => field.published)).toEqual(Array(5).fill(true));
  });

  it('is true or false', () => {
    expect(() => f32({ published: anything(1) })).toThrow(refusal('published of a field must be true or false: got 1'));
    expect(() => text(4, { published: anything('yes') })).toThrow(refusal('published of a field must be true or false: got "yes"'));
  });

  it('is not for hot fields, and says why', () => {
    expect(() => f32({ hot: true, published: anything(true) })).toThrow(refusal('cannot be both hot and published'));
    expect(() => bool({ hot: true, published: anything(true) })).toThrow(refusal('hot columns lie in the session table'));
  });
});

it('every element type has its width', () => {
  expect(ELEMENT_BYTES).toEqual({ f32: 4, f64: 8, i8: 1, u8: 1, i16: 2, u16: 2, i32: 4, u32: 4, i64: 8 });
});
