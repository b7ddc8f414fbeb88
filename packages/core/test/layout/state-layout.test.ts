import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bigint64, bool, ELEMENT_BYTES, type Field, f32, f64, i8, i16, i32, text, u8, u16, u32 } from '../../src/layout/field.js';
import { HOT_BYTES_PER_SESSION, ROWS } from '../../src/layout/geometry.js';
import { type Fields, layOut, MAX_STATE_BYTES, type TextColumn } from '../../src/layout/state-layout.js';

const NUMBERS = [f32, f64, i8, u8, i16, u16, i32, u32];

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.tuple(fc.constantFrom(...NUMBERS), fc.constantFrom({}, { hot: true }, { published: true })).map(([make, options]) => make(options)),
  fc
    .tuple(fc.constantFrom(...NUMBERS), fc.integer({ min: 1, max: 9 }), fc.boolean())
    .map(([make, length, published]) => make({ length, published }) as Field),
  fc.constantFrom<Field>(bigint64(), bigint64({ length: 3, published: true }), bool(), bool({ hot: true }), bool({ published: true })),
  fc.tuple(fc.integer({ min: 1, max: 70 }), fc.boolean()).map(([bytes, published]) => text(bytes, { published }) as Field),
);
const fields = fc.array(field, { maxLength: 14 }).map((list) => Object.fromEntries(list.map((each, i) => [`f${i}`, each])));

/** Byte ranges that a layout's columns take in one part. */
function ranges(layout: ReturnType<typeof layOut>, hot: boolean): [number, number][] {
  const taken: [number, number][] = [];
  for (const column of layout.columns) {
    if (column.hot !== hot) continue;
    const width = ELEMENT_BYTES[column.element];
    taken.push([column.offset * width, (column.offset + column.stride * ROWS) * width]);
    const { lengthOffset } = column as TextColumn;
    if (lengthOffset !== undefined) taken.push([lengthOffset * 2, (lengthOffset + ROWS) * 2]);
  }
  return taken.sort(([a], [b]) => a - b);
}

describe('layOut', () => {
  it('gives every field a column of its own, aligned to its elements, without gaps', () =>
    fc.assert(
      fc.property(fields, (declared) => {
        const layout = layOut(declared);
        expect(layout.columns.map(({ name }) => name).sort()).toEqual(Object.keys(declared).sort());
        for (const [hot, bytes] of [
          [false, layout.coldBytes],
          [true, layout.hotBytesPerSession * ROWS],
        ] as const) {
          let end = 0;
          for (const [from, to] of ranges(layout, hot)) {
            expect(from).toBe(end);
            end = to;
          }
          expect(end).toBe(bytes);
        }
        for (const { offset } of layout.columns) expect(Number.isInteger(offset)).toBe(true);
        expect(layout.coldBytesPerSession).toBe(layout.coldBytes / ROWS);
      }),
    ));

  it('places all of the published fields, lengths of texts too, before the others, and says how many bytes they are', () =>
    fc.assert(
      fc.property(fields, (declared) => {
        const layout = layOut(declared);
        const published = (wanted: boolean) =>
          ranges({ ...layout, columns: layout.columns.filter(({ field: { published } }) => published === wanted) }, false);
        expect(published(true).at(-1)?.[1] ?? 0).toBe(layout.publishedBytes);
        expect(published(false).at(0)?.[0] ?? layout.coldBytes).toBe(layout.publishedBytes);
      }),
    ));

  it('names in its types just those that some column has', () =>
    fc.assert(
      fc.property(fields, (declared) => {
        const layout = layOut(declared);
        const cold = new Set(layout.columns.filter(({ hot }) => !hot).map(({ element }) => element));
        if (layout.columns.some(({ field: { kind } }) => kind === 'text')) cold.add('u16');
        expect(new Set(layout.coldTypes)).toEqual(cold);
        expect(new Set(layout.hotTypes)).toEqual(new Set(layout.columns.filter(({ hot }) => hot).map(({ element }) => element)));
      }),
    ));

  it('is the same for the same declaration: every thread derives it by itself', () =>
    fc.assert(
      fc.property(fields, (declared) => {
        expect(layOut({ ...declared })).toEqual(layOut(declared));
      }),
    ));

  it('takes 64 bytes of hot fields a session and not one more', () => {
    const full: Fields = { a: f64({ hot: true, length: 7 }) as Field, b: u8({ hot: true, length: 8 }) as Field };
    expect(layOut(full).hotBytesPerSession).toBe(HOT_BYTES_PER_SESSION);
    expect(() => layOut({ ...full, c: bool({ hot: true }) })).toThrow(
      expect.objectContaining({ code: 'ERR_FIELD_INVALID', message: 'hot fields must be at most 64 bytes a session together: got 65' }),
    );
  });

  it('refuses more state than a session may have, naming both figures', () => {
    const fat = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, f64({ length: 16_384 })])) as Fields;
    expect(() => layOut(fat)).toThrow(
      expect.objectContaining({
        code: 'ERR_FIELD_INVALID',
        message: `state must be at most ${MAX_STATE_BYTES} bytes a session: got 1179648`,
      }),
    );
  });

  it.each([['a-b'], [''], ['1x'], ['$row'], ['größe'], ['a b']])('refuses the name %j', (name) => {
    expect(() => layOut({ [name]: f32() })).toThrow(
      expect.objectContaining({ code: 'ERR_FIELD_INVALID', message: expect.stringContaining(JSON.stringify(name)) }),
    );
  });

  it.each([[undefined], [null], [1], ['f32'], [f32], [{}], [{ element: 'toString' }]])(
    'refuses %o where a field should be, by name',
    (value) => {
      expect(() => layOut({ x: value as unknown as Field })).toThrow(
        expect.objectContaining({ code: 'ERR_FIELD_INVALID', message: expect.stringContaining('state.x must be a field') }),
      );
    },
  );

  it.each([[undefined], [null], [[]], ['x'], [5]])('refuses %o where the fields should be', (value) => {
    expect(() => layOut(value as unknown as Fields)).toThrow(expect.objectContaining({ code: 'ERR_FIELD_INVALID' }));
  });

  it('takes names that objects already have', () => {
    const layout = layOut({ constructor: f32(), toString: f32(), hasOwnProperty: f32() } as unknown as Fields);
    expect(layout.columns).toHaveLength(3);
  });
});
