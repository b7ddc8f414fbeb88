import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut } from '../../src/layout/state-layout.js';
import { type Shape, shapeOf } from '../../src/record/shape.js';
import { checkShape, layoutOf } from '../../src/record/shape-layout.js';
import { anyState } from './any-state.js';
import { ALL_FIELDS } from './row-fixture.js';

const stored = (shape: Shape): Shape => JSON.parse(JSON.stringify(shape));
const bot = (...fields: unknown[]): Shape => ({ name: 'bot', version: 2, fields: fields as Shape['fields'] });

describe('layoutOf', () => {
  it('lays a stored shape out as its behaviour was', () => {
    fc.assert(
      fc.property(anyState, ({ fields }) => {
        const layout = layOut(fields);
        const again = layoutOf(stored(shapeOf({ name: 'any', version: 0, layout })));
        const places = ({ columns }: typeof layout) =>
          columns.map(({ field, ...place }) => ({ ...place, kind: field.kind, length: field.length, published: field.published }));
        // Data columns hold their field by another name: what it is of is told by its size.
        expect(JSON.stringify(places(again))).toBe(JSON.stringify(places(layout)));
        expect({ ...again, columns: [] }).toEqual({ ...layout, columns: [] });
      }),
    );
    const layout = layOut(ALL_FIELDS);
    expect(layoutOf(stored(shapeOf({ name: 'all', version: 0, layout }))).coldBytes).toBe(layout.coldBytes);
  });

  it('knows a state without fields', () => {
    expect(layoutOf(bot()).columns).toEqual([]);
  });

  it.each<[string, unknown, string | RegExp]>([
    ['an unknown kind', { name: 'x', kind: 'map', element: 'f32' }, 'must be a field of a known kind: got "map" of "f32"'],
    ['an unknown element', { name: 'x', kind: 'number', element: 'f16' }, 'got "number" of "f16"'],
    ['an element of another kind', { name: 'x', kind: 'bool', element: 'f32' }, 'field 0 ("x") is none, or is not in its place'],
    ['an array of flags', { name: 'x', kind: 'bool', element: 'u8', length: 2 }, 'a bool field has no length'],
    [
      'a text without a size',
      { name: 'x', kind: 'text', element: 'u8' },
      'maxBytes of a text field must be an integer 1…65535: got undefined',
    ],
    ['a hot text', { name: 'x', kind: 'text', element: 'u8', length: 9, hot: true }, 'field 0 ("x") is none'],
    ['values without a size', { name: 'x', kind: 'data', element: 'u32' }, 'maxBytes of a data field must be an integer'],
    ['an array without end', { name: 'x', kind: 'number', element: 'u8', length: 1e9 }, 'length of a field must be an integer 1…16384'],
    ['a name that no field can have', { name: 'x y', kind: 'number', element: 'u8' }, 'must be named with letters'],
    ['no name', { kind: 'number', element: 'u8' }, 'field 0 must have name and kind'],
    ['nothing', null, 'field 0 must have name and kind: got null'],
  ])('refuses %s, naming behaviour and version', (_, field, message) => {
    expect(() => layoutOf(bot(field))).toThrow(message);
    expect(() => layoutOf(bot(field))).toThrow(
      expect.objectContaining({ code: 'ERR_RECORD_SHAPE', message: expect.stringContaining('behaviour "bot", version 2') }),
    );
  });

  it('refuses fields in an order that no behaviour has, and a name that stands twice', () => {
    const small = { name: 'a', kind: 'number', element: 'u8' };
    const wide = { name: 'b', kind: 'number', element: 'f64' };
    expect(layoutOf(bot(wide, small)).columns.map(({ name }) => name)).toEqual(['b', 'a']);
    expect(() => layoutOf(bot(small, wide))).toThrow('field 0 ("a") is none, or is not in its place');
    expect(() => layoutOf(bot(wide, wide))).toThrow('field 1 ("b") is none, or is not in its place');
  });
});

describe('checkShape', () => {
  it.each([
    null,
    'bot',
    [],
    {},
    { name: 'bot', version: 0 },
    { name: 1, version: 0, fields: [] },
    { name: 'bot', version: 1.5, fields: [] },
  ])('refuses %o', (value) => {
    expect(() => checkShape(value)).toThrow(expect.objectContaining({ code: 'ERR_RECORD_SHAPE' }));
  });
});
