import { describe, expect, it } from 'vitest';
import { data } from '../../src/layout/data-field.js';
import { bool, f32, f64, text, u8, u32 } from '../../src/layout/field.js';
import { type Fields, layOut } from '../../src/layout/state-layout.js';
import { isSameShape, shapeOf } from '../../src/record/shape.js';
import { ALL_FIELDS } from './row-fixture.js';

const shapeFor = (fields: Fields, name = 'bot', version = 0) => shapeOf({ name, version, layout: layOut(fields) });

describe('Shape', () => {
  it('names each field with all that decides how it is stored, and nothing else', () => {
    const fields = { isUp: bool(), at: f64({ initial: 4, published: true }), name: text(9), heat: u8({ hot: true, length: 3 }) };
    expect(shapeFor({ ...fields, bag: data({ maxBytes: 100, initial: [1] }) }, 'orc', 3)).toEqual({
      name: 'orc',
      version: 3,
      fields: [
        { name: 'at', kind: 'number', element: 'f64', published: true },
        { name: 'bag', kind: 'data', element: 'u32', maxBytes: 100 },
        { name: 'isUp', kind: 'bool', element: 'u8' },
        { name: 'name', kind: 'text', element: 'u8', length: 9 },
        { name: 'heat', kind: 'number', element: 'u8', length: 3, hot: true },
      ],
    });
  });

  it('is the same after a round through JSON', () => {
    const shape = shapeFor(ALL_FIELDS);
    expect(isSameShape(JSON.parse(JSON.stringify(shape)), shape)).toBe(true);
  });

  it('does not depend on an initial value, nor on an order of declaration that makes no difference to the columns', () => {
    expect(isSameShape(shapeFor({ a: u8(), b: f64() }), shapeFor({ b: f64({ initial: 3 }), a: u8() }))).toBe(true);
  });

  it.each<[string, Fields]>([
    ['another type', { x: u32(), y: f32() }],
    ['another name', { x: f32(), z: f32() }],
    ['a field more', { x: f32(), y: f32(), z: f32() }],
    ['a field less', { x: f32() }],
    ['another order', { y: f32(), x: f32() }],
    ['an array', { x: f32(), y: f32({ length: 1 }) }],
    ['a hot field', { x: f32(), y: f32({ hot: true }) }],
    ['a published field', { x: f32({ published: true }), y: f32() }],
  ])('differs by %s', (_what, fields) => {
    expect(isSameShape(shapeFor(fields), shapeFor({ x: f32(), y: f32() }))).toBe(false);
  });

  it('differs by the size of a text or of a value, by name and by version', () => {
    expect(isSameShape(shapeFor({ a: text(3) }), shapeFor({ a: text(4) }))).toBe(false);
    expect(isSameShape(shapeFor({ a: data({ maxBytes: 3 }) }), shapeFor({ a: data({ maxBytes: 4 }) }))).toBe(false);
    expect(isSameShape(shapeFor({ a: u8() }), shapeFor({ a: u8() }, 'elf'))).toBe(false);
    expect(isSameShape(shapeFor({ a: u8() }), shapeFor({ a: u8() }, 'bot', 1))).toBe(false);
  });
});
