import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bigint64, bool, type Field, f32, f64, i8, i16, i32, text, u8, u16, u32 } from '../../src/layout/field.js';
import type { Fields } from '../../src/layout/state-layout.js';
import { defineStateClass, type StateView } from '../../src/runtime/state-view.js';
import { makeBlock } from '../memory/block-fixture.js';

type Loose = Record<string, unknown> & StateView;

interface Elements {
  get(index: number): unknown;
  set(index: number, value: unknown): void;
  assign(values: unknown[], start?: number): void;
  fill(value: unknown): void;
  toArray(): unknown[];
  length: number;
}

function stateOf(fields: Fields) {
  const { block, layout } = makeBlock({ fields });
  const state = new (defineStateClass(layout))() as Loose;
  state.$attach(block);
  const at = (row: number): Loose => {
    state.$row = row;
    return state;
  };
  return { at, state, block };
}

interface Kind {
  readonly make: (options: { hot?: boolean; length?: number }) => Field;
  readonly values: fc.Arbitrary<unknown>;
}

const integer = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const KINDS: Record<string, Kind> = {
  f32: { make: (o) => f32(o as object), values: fc.float() },
  f64: { make: (o) => f64(o as object), values: fc.double() },
  i8: { make: (o) => i8(o as object), values: integer(-128, 127) },
  u8: { make: (o) => u8(o as object), values: integer(0, 255) },
  i16: { make: (o) => i16(o as object), values: integer(-32_768, 32_767) },
  u16: { make: (o) => u16(o as object), values: integer(0, 65_535) },
  i32: { make: (o) => i32(o as object), values: integer(-2_147_483_648, 2_147_483_647) },
  u32: { make: (o) => u32(o as object), values: integer(0, 4_294_967_295) },
  i64: { make: (o) => bigint64(o as object), values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
};

/** Every kind of field side by side, cold and hot, so that a write that strays is seen by a neighbour. */
function everyField(): { fields: Record<string, Field>; values: Record<string, fc.Arbitrary<unknown>> } {
  const fields: Record<string, Field> = {};
  const values: Record<string, fc.Arbitrary<unknown>> = {};
  const add = (name: string, field: Field, value: fc.Arbitrary<unknown>): void => {
    fields[name] = field;
    values[name] = value;
  };
  for (const [name, { make, values: value }] of Object.entries(KINDS)) {
    add(`cold_${name}`, make({}), value);
    add(`hot_${name}`, make({ hot: true }), value);
    add(`array_${name}`, make({ length: 5 }), fc.array(value, { minLength: 5, maxLength: 5 }));
  }
  add('hot_array', u8({ length: 3, hot: true }), fc.array(integer(0, 255), { minLength: 3, maxLength: 3 }));
  add('flag', bool(), fc.boolean());
  add('hot_flag', bool({ hot: true }), fc.boolean());
  const word = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((value) => Buffer.byteLength(value) <= 40);
  add('name', text(40), word);
  add(
    'odd',
    text(33),
    word.filter((value) => Buffer.byteLength(value) <= 33),
  );
  return { fields, values };
}

function read(state: Loose, name: string): unknown {
  const value = state[name];
  return typeof value === 'object' && value !== null ? (value as Elements).toArray() : value;
}

describe('the state of a session', () => {
  it('holds what was assigned to every field of every row, as a plain object would', () => {
    const { fields, values } = everyField();
    const { at } = stateOf(fields);
    const names = Object.keys(fields);
    const model = new Map<string, unknown>();
    const write = fc.integer({ min: 0, max: names.length - 1 }).chain((i) => fc.tuple(fc.constant(names[i]), values[names[i]]));
    return fc.assert(
      fc.property(fc.constantFrom(0, 1, 31, 32, 63), fc.array(write, { maxLength: 60 }), (row, writes) => {
        for (const [name, value] of writes) {
          at(row)[name] = value;
          model.set(`${row} ${name}`, value);
        }
        for (const [key, value] of model) {
          const [someRow, name] = key.split(' ');
          expect(read(at(Number(someRow)), name)).toEqual(value);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['i8', 200, -56],
    ['u8', -1, 255],
    ['u16', 65_537, 1],
    ['i32', 2 ** 31, -(2 ** 31)],
    ['u32', -1, 4_294_967_295],
    ['f32', 0.1, Math.fround(0.1)],
  ])('stores into %s as a typed array does', (kind, stored, seen) => {
    const { at } = stateOf({ x: KINDS[kind].make({}) });
    at(3).x = stored;
    expect(at(3).x).toBe(seen);
  });

  it('refuses a number for a bigint field and a bigint for a number field', () => {
    const { at } = stateOf({ big: bigint64(), small: i32() });
    expect(() => {
      at(0).big = 1;
    }).toThrow(TypeError);
    expect(() => {
      at(0).small = 1n;
    }).toThrow(TypeError);
  });

  it('lists its fields, and nothing else by their names', () => {
    const { state } = stateOf({ x: f32(), name: text(8) });
    const names: string[] = [];
    for (const name in state) if (!name.startsWith('$')) names.push(name);
    expect(names.sort()).toEqual(['name', 'x']);
  });
});

describe('a text field', () => {
  it.each([
    ['', 1],
    ['a', 1],
    ['é', 2],
    ['日本', 6],
    ['🐭'.repeat(16), 64],
    ['x'.repeat(300), 300],
    [`${'x'.repeat(63)}é`, 65],
  ])('holds %j in %i bytes and not in one fewer', (value, bytes) => {
    const { at } = stateOf({ name: text(Math.max(bytes, 1)) });
    at(63).name = value;
    expect(at(63).name).toBe(value);
    if (bytes < 2) return;
    const tight = stateOf({ name: text(bytes - 1) });
    tight.at(63).name = 'y';
    expect(() => {
      tight.at(63).name = value;
    }).toThrow(expect.objectContaining({ code: 'ERR_TEXT_TOO_LONG', message: expect.stringContaining(`at most ${bytes - 1} bytes`) }));
    expect(tight.at(63).name).toBe('y');
  });

  it('keeps nothing of a longer text when a shorter one follows', () => {
    const { at } = stateOf({ name: text(10) });
    at(1).name = 'abcdefghij';
    at(1).name = 'xy';
    expect(at(1).name).toBe('xy');
  });

  it('replaces half a surrogate pair, as every encoder does', () => {
    const { at } = stateOf({ name: text(10) });
    at(1).name = 'a\ud83d';
    expect(at(1).name).toBe('a\ufffd');
  });

  it('refuses what is no string, naming field and value', () => {
    const { at } = stateOf({ name: text(10) });
    expect(() => {
      at(1).name = 5;
    }).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: 'state.name must be a string: got 5' }));
  });
});

describe('a parked state', () => {
  it('reads as undefined, and what is written to it reaches no session', () => {
    const { fields, values } = everyField();
    const { at, state, block } = stateOf(fields);
    const [samples] = fc.sample(fc.record(values), 1) as Record<string, unknown>[];
    for (let row = 0; row < 64; row++) Object.assign(at(row), samples);
    const before = [block.cold.u8.slice(), block.hot.u8.slice()];
    at(5);
    state.$park();
    for (const [name, value] of Object.entries(samples)) {
      state[name] = value;
      expect([undefined, false, '']).toContain(
        name.startsWith('array') || name === 'hot_array' ? (state[name] as Elements).get(0) : state[name],
      );
    }
    expect([block.cold.u8.slice(), block.hot.u8.slice()]).toEqual(before);
  });
});
