import { deepStrictEqual } from 'node:assert';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { data } from '../../src/layout/data-field.js';
import { messagePack } from '../../src/message-pack.js';
import { makeDataStates } from './data-fixture.js';

const FIELDS = {
  small: data<unknown>({ maxBytes: 40, initial: { n: 0 } }),
  edge: data<unknown>({ maxBytes: 300 }),
  large: data<unknown>({ maxBytes: 9000, initial: new Map([['a', [1]]]) }),
};
type Name = keyof typeof FIELDS;

/** Values whose encodings lie around the edges of tiers and limits. */
const text = fc
  .constantFrom(0, 1, 30, 37, 40, 60, 61, 62, 63, 64, 126, 127, 253, 254, 297, 298, 1020, 2045, 4093, 4094, 8996, 8997, 9001)
  .map((n) => 'x'.repeat(n));
const value = fc.oneof(
  text,
  // What comes out of JSON has no −0; a key `__proto__` is the other thing that MessagePack changes.
  fc
    .json({ maxDepth: 2 })
    .filter((json) => !json.includes('__proto__'))
    .map((json) => JSON.parse(json) as unknown),
  fc.array(fc.tuple(fc.string(), fc.integer()), { maxLength: 5 }).map((entries) => new Map(entries)),
  fc.constant(undefined),
);

interface Step {
  readonly row: number;
  readonly field: Name;
  readonly by: 'session' | 'host';
  readonly action: 'set' | 'edit' | 'throw' | 'assign' | 'read' | 'tick';
  readonly value: unknown;
}

const step = fc.record<Step>({
  row: fc.constantFrom(0, 1, 31, 63),
  field: fc.constantFrom<Name>('small', 'edge', 'large'),
  by: fc.constantFrom<Step['by']>('session', 'host'),
  action: fc.constantFrom<Step['action']>('set', 'edit', 'throw', 'assign', 'read', 'tick'),
  value,
});

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function failed(call: () => void): boolean {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}

describe('data fields', () => {
  it('hold for every row what was stored last that fitted, whoever stored and whoever looked', () =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { at, makeView, tick } = makeDataStates(FIELDS);
        const views = { session: { at }, host: makeView() };
        const model = new Map<string, { value: unknown; tooLarge: number }>();
        const expected = (row: number, field: Name) => {
          const key = `${row} ${field}`;
          const initial = { small: { n: 0 }, edge: undefined, large: new Map([['a', [1]]]) }[field];
          if (!model.has(key)) model.set(key, { value: initial, tooLarge: 0 });
          return model.get(key) as { value: unknown; tooLarge: number };
        };
        for (const { row, field, by, action, value: next } of steps) {
          const cell = expected(row, field);
          const view = views[by].at(row)[field];
          const fits = messagePack.encode(next).length <= FIELDS[field].maxBytes;
          if (action === 'tick') tick.number++;
          if (action === 'read') deepStrictEqual(view.value, cell.value);
          if (action === 'throw') {
            const change = (): never => {
              throw new Error('on purpose');
            };
            deepStrictEqual(
              failed(() => view.edit(change)),
              true,
            );
          }
          if (action === 'set') deepStrictEqual(view.set(next), fits);
          // What an edit returns is stored unless it is undefined: then what it was given is. No object is replaced by what is none.
          const isMistake = action === 'edit' && isObject(cell.value) && !isObject(next) && next !== null;
          const isEdit = action === 'edit' && next !== undefined;
          if (isEdit && isMistake)
            deepStrictEqual(
              failed(() => view.edit(() => next)),
              true,
            );
          else if (isEdit)
            deepStrictEqual(
              view.edit(() => next),
              fits,
            );
          if (action === 'assign') {
            const assign = (): void => {
              view.value = next;
            };
            deepStrictEqual(failed(assign), !fits);
          }
          const stores = action === 'set' || action === 'assign' || (isEdit && !isMistake);
          if (!stores) continue;
          if (fits) cell.value = next;
          else cell.tooLarge++;
        }
        for (const row of [0, 1, 2, 31, 63]) {
          for (const field of Object.keys(FIELDS) as Name[]) {
            for (const view of Object.values(views)) {
              const found = view.at(row)[field];
              deepStrictEqual({ value: found.value, tooLarge: found.tooLarge }, expected(row, field));
            }
          }
        }
      }),
      { numRuns: 100 },
    ));
});
