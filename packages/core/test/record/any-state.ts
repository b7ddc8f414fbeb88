import fc from 'fast-check';
import { data } from '../../src/layout/data-field.js';
import { bigint64, bool, type Field, type FieldArray, f32, f64, i8, i16, i32, text, u8, u16, u32 } from '../../src/layout/field.js';
import { type Fields, layOut } from '../../src/layout/state-layout.js';
import type { Block } from '../../src/memory/block.js';
import { messagePack } from '../../src/message-pack.js';
import { defineStateClass } from '../../src/runtime/state-view.js';

const integers = { i8, u8, i16, u16, i32, u32 };
const RANGES = {
  i8: [-128, 127],
  u8: [0, 255],
  i16: [-32_768, 32_767],
  u16: [0, 65_535],
  i32: [-2_147_483_648, 2_147_483_647],
  u32: [0, 4_294_967_295],
} as const;

/** What a field is declared with, and a way to make values for it. */
interface AnyField {
  readonly field: Field;
  readonly values: fc.Arbitrary<unknown>;
}

const float32 = fc.float({ noNaN: false });
const bigint = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const options = fc.constantFrom({}, { published: true }, { hot: true });

function of<V>(make: (options: object) => unknown, value: fc.Arbitrary<V>, withOptions = options): fc.Arbitrary<AnyField> {
  const single = fc.tuple(value, withOptions).map(([initial, more]) => ({ field: make({ initial, ...more }) as Field, values: value }));
  const list = fc.tuple(fc.integer({ min: 1, max: 3 }), value, withOptions).map(([length, initial, more]) => ({
    field: make({ length, initial, ...more }) as Field,
    values: fc.array(value, { minLength: length, maxLength: length }),
  }));
  return fc.oneof(single, list);
}

const anyInteger = fc.constantFrom(...(Object.keys(integers) as (keyof typeof integers)[])).chain((kind) => {
  const [min, max] = RANGES[kind];
  return of(integers[kind] as (options: object) => unknown, fc.integer({ min, max }));
});
const shortText = (maxBytes: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'grapheme', maxLength: maxBytes }).filter((value) => Buffer.byteLength(value) <= maxBytes);
const anyText = fc
  .integer({ min: 1, max: 40 })
  .chain((maxBytes) =>
    fc
      .tuple(shortText(maxBytes), fc.boolean())
      .map(([initial, published]) => ({ field: text(maxBytes, { initial, published } as object) as Field, values: shortText(maxBytes) })),
  );
const someValue = fc.oneof(
  fc.record({ gold: fc.nat(), items: fc.array(fc.string({ maxLength: 9 }), { maxLength: 4 }) }),
  fc.array(fc.integer(), { maxLength: 30 }),
);
// No value is the initial one: setting that stores nothing.
const anyData = fc.boolean().map((has) => ({
  field: data({ maxBytes: 400, ...(has ? { initial: { begun: true } } : {}) }) as Field,
  values: fc.oneof(fc.constant(undefined), someValue),
}));

const anyField: fc.Arbitrary<AnyField> = fc.oneof(
  of(f32 as (options: object) => unknown, float32),
  of(f64 as (options: object) => unknown, fc.double()),
  of(bigint64 as (options: object) => unknown, bigint),
  anyInteger,
  fc.tuple(fc.boolean(), fc.constantFrom({}, { published: true }, { hot: true })).map(([initial, more]) => ({
    field: (bool as (options: object) => Field)({ initial, ...more }),
    values: fc.boolean(),
  })),
  anyText,
  anyData,
);

/** The fields of a behaviour, and values for all of them. */
export interface AnyState {
  readonly fields: Fields;
  readonly values: Readonly<Record<string, unknown>>;
}

const NAMES = ['a', 'b', 'c', 'dd', 'ee', 'x1', '_y', 'constructor'];

/** Any fields that a behaviour can have, and any values of them; those of data fields may be undefined: nothing is stored then. */
export const anyState: fc.Arbitrary<AnyState> = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), anyField), { maxLength: NAMES.length, selector: ([name]) => name })
  .filter((entries) => fits(Object.fromEntries(entries.map(([name, { field }]) => [name, field]))))
  .chain((entries) =>
    fc.tuple(...entries.map(([, { values }]) => values)).map((values) => ({
      fields: Object.fromEntries(entries.map(([name, { field }]) => [name, field])),
      values: Object.fromEntries(entries.map(([name], index) => [name, values[index]])),
    })),
  );

/** Hot fields have little room. */
function fits(fields: Fields): boolean {
  try {
    layOut(fields);
    return true;
  } catch {
    return false;
  }
}

/** The state of a row, as the host has it. */
function stateOf(block: Block, row: number): Record<string, unknown> {
  const State = defineStateClass(block.layout.state);
  const state = new State({ tick: { number: 0, nowMs: 0, diffMs: 0 }, codec: messagePack } as never);
  state.$attach(block);
  state.$row = row;
  return state as unknown as Record<string, unknown>;
}

/** Stores values in a row whose session is new. */
export function storeValues(block: Block, row: number, values: AnyState['values']): void {
  const state = stateOf(block, row);
  for (const [name, value] of Object.entries(values)) if (value !== undefined) state[name] = value;
}

/** The values of a row, as plain ones; of a data field that was never set its initial value. */
export function valuesIn(block: Block, row: number): Record<string, unknown> {
  const state = stateOf(block, row);
  return Object.fromEntries(
    block.layout.state.columns.map(({ name, field }) => {
      const value = state[name];
      if (field.kind === 'data') return [name, (value as { value: unknown }).value];
      return [name, field.kind !== 'text' && field.length !== undefined ? (value as FieldArray).toArray() : value];
    }),
  );
}
