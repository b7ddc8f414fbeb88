import { describe, expect, it } from 'vitest';
import { defineBehavior } from '../../src/behavior.js';
import { DormouseError } from '../../src/errors.js';
import type { Codec } from '../../src/layout/codec.js';
import { data } from '../../src/layout/data-field.js';
import { bigint64, bool, f32, i8, text, u8, u16 } from '../../src/layout/field.js';
import { Column } from '../../src/layout/geometry.js';
import { type Fields, layOut } from '../../src/layout/state-layout.js';
import { countRefusal } from '../../src/memory/data-values.js';
import { messagePack } from '../../src/message-pack.js';
import { decodeRecord } from '../../src/record/decoded-record.js';
import { Migration } from '../../src/record/migration.js';
import { RecordFields } from '../../src/record/record-fields.js';
import { RecordWriter } from '../../src/record/record-writer.js';
import { storeValues } from './any-state.js';
import { makeRows } from './row-fixture.js';

const OLD = { gold: u16(), name: text(12), bag: data({ maxBytes: 100 }), trail: f32({ length: 2 }) };
const NEW = {
  gold: u8({ initial: 3 }),
  hot: i8({ hot: true, length: 2, initial: -1 }),
  isRich: bool(),
  big: bigint64({ initial: 5n }),
  name: text(6, { initial: 'bob' }),
  bag: data({ maxBytes: 10 }),
} satisfies Fields;
const ACCOUNT = 77;

function oldRecord(values: Record<string, unknown>, refusals = 0): Uint8Array {
  const rows = makeRows(OLD);
  const [block] = rows.blocks;
  block.page[Column.account] = ACCOUNT;
  storeValues(block, 0, values);
  const bag = rows.columns.find(({ name }) => name === 'bag');
  for (let i = 0; i < refusals; i++) countRefusal(block, bag as never, 0);
  const into = new Uint8Array(1000);
  return into.slice(0, new RecordWriter(rows.table, true).write(block, 0, into, 0));
}

function migrate(
  returns: (state: Readonly<Record<string, unknown>>) => unknown,
  values = {},
  fields: Fields = NEW,
  codec: Codec = messagePack,
) {
  const behavior = defineBehavior('file:///bot.js', {
    name: 'bot',
    version: 4,
    state: fields,
    update() {},
    migrate: (_fromVersion, state) => returns(state) as Record<string, unknown>,
  });
  const from = new RecordFields(layOut(OLD));
  return new Migration({ fromVersion: 2, from, behavior, toShape: 1, codec }).migrate(oldRecord(values), ACCOUNT);
}

const fieldsOf = (record: Uint8Array, fields: Fields = NEW) => decodeRecord(record, ACCOUNT, layOut(fields), messagePack).fields;

function failureOf(act: () => unknown): DormouseError {
  try {
    act();
  } catch (error) {
    if (DormouseError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('migrate', () => {
  it('gets numbers, texts and values as the session had them, and arrays as arrays', () => {
    let seen: unknown;
    migrate(
      (state) => {
        seen = state;
        return {};
      },
      { gold: 300, name: 'élan', bag: { a: 1 }, trail: [1, 2.5] },
    );
    expect(seen).toEqual({ gold: 300, name: 'élan', bag: { a: 1 }, trail: [1, 2.5] });
  });

  it('leaves fields that it does not return as in a new session, and the rest of an array that is too short', () => {
    const record = migrate(() => ({ hot: [4], isRich: true, name: undefined }));
    expect(fieldsOf(record)).toEqual({ gold: 3, hot: [4, -1], isRich: true, big: 5n, name: 'bob', bag: undefined });
  });

  it('may return the very object it was given, changed', () => {
    const record = migrate(
      (state) => Object.assign(state as Record<string, unknown>, { gold: 200, trail: undefined }),
      { name: 'ann', gold: 9999 },
      { gold: u8(), name: text(6), bag: data({ maxBytes: 10 }), trail: f32({ length: 2, initial: 4 }) },
    );
    expect(fieldsOf(record, { gold: u8(), name: text(6), bag: data({ maxBytes: 10 }), trail: f32({ length: 2 }) })).toEqual({
      gold: 200,
      name: 'ann',
      bag: undefined,
      trail: [4, 4],
    });
  });

  it('may return typed arrays, and a field that has been emptied', () => {
    const record = migrate(() => ({ hot: Int8Array.of(7, 8), name: '' }));
    expect(fieldsOf(record)).toMatchObject({ hot: [7, 8], name: '' });
  });

  it('lets a field of values go on counting what it has refused', () => {
    const behavior = defineBehavior('file:///bot.js', { state: NEW, update() {}, migrate: () => ({}) });
    const change = { fromVersion: 0, from: new RecordFields(layOut(OLD)), behavior, toShape: 1, codec: messagePack };
    const record = new Migration(change).migrate(oldRecord({}, 3), ACCOUNT);
    expect(decodeRecord(record, ACCOUNT, behavior.layout).tooLarge).toEqual({ bag: 3 });
  });

  it('decodes a value by the codec that its field has now, and by the manager’s where it has none', () => {
    const shouting: Codec = { encode: (value) => Buffer.from(String(value)), decode: (bytes) => `${Buffer.from(bytes)}!` };
    const seen: unknown[] = [];
    const see = (state: Readonly<Record<string, unknown>>): object => {
      seen.push(state.bag);
      return {};
    };
    migrate(see, { bag: 'x' }, { bag: data({ maxBytes: 10, codec: shouting }) });
    migrate(see, { bag: 'x' }, { other: u8() }, shouting);
    expect(seen).toEqual([`${Buffer.from(messagePack.encode('x'))}!`, `${Buffer.from(messagePack.encode('x'))}!`]);
  });

  it.each<[string, () => unknown, string]>([
    ['an unknown field', () => ({ silver: 1 }), 'it returned "silver", which is no field: there are big, bag, gold, hot, isRich, name'],
    ['a number that has no room', () => ({ gold: 256 }), 'state.gold must be an integer 0…255: got 256'],
    ['half a number', () => ({ gold: 1.5 }), 'state.gold must be an integer 0…255: got 1.5'],
    ['a text for a number', () => ({ gold: '1' }), 'state.gold must be an integer 0…255: got "1"'],
    ['a number for a bigint', () => ({ big: 5 }), 'state.big must be a bigint of 64 bits: got 5'],
    ['a bigint without room', () => ({ big: 2n ** 63n }), 'state.big must be a bigint of 64 bits: got 9223372036854775808n'],
    ['a number for a flag', () => ({ isRich: 1 }), 'state.isRich must be true or false: got 1'],
    ['null for a number', () => ({ gold: null }), 'state.gold must be an integer 0…255: got null'],
    ['null for a text', () => ({ name: null }), 'state.name must be a string of at most 6 bytes of UTF-8: got null'],
    ['a text that is too long', () => ({ name: 'éééé' }), 'state.name must be a string of at most 6 bytes of UTF-8: got "éééé"'],
    ['an array that is too long', () => ({ hot: [1, 2, 3] }), 'state.hot must be an array of at most 2 elements: got an array of 3'],
    ['one value for an array', () => ({ hot: 1 }), 'state.hot must be an array of at most 2 elements: got 1'],
    ['an element of another kind', () => ({ hot: [1, 'x'] }), 'state.hot[1] must be an integer -128…127: got an array of 2'],
    ['a hole in an array', () => ({ hot: Array(2) }), 'state.hot[0] must be an integer -128…127'],
    ['a value that is too large', () => ({ bag: 'x'.repeat(10) }), 'state.bag must be at most 10 bytes when encoded: got 11'],
    ['a value that cannot be encoded', () => ({ bag: () => {} }), 'state.bag could not be encoded: '],
    ['nothing', () => undefined, 'it must return a plain object of fields: got undefined'],
    ['a list', () => [], 'it must return a plain object of fields: got an array of 0'],
    ['a map', () => new Map(), 'it must return a plain object of fields: got an object (Map)'],
    [
      'a promise',
      () => Promise.reject(new Error('late')),
      'it must return a plain object of fields: got an object (Promise); it must be synchronous',
    ],
    [
      'what throws when it is looked at',
      () => ({
        get gold(): number {
          throw new Error('no gold');
        },
      }),
      'what it returned cannot be read: no gold',
    ],
  ])('that returns %s is refused, naming account, versions and field', (_, returns, why) => {
    const error = failureOf(() => migrate(returns));
    expect(error).toMatchObject({ code: 'ERR_RECORD_MIGRATION', accountId: ACCOUNT });
    expect(error.message).toContain(`migrate of behaviour "bot", from version 2 to 4, failed for account 77: ${why}`);
  });

  it('that throws is told with its cause', () => {
    const cause = new TypeError('no such thing');
    const error = failureOf(() =>
      migrate(() => {
        throw cause;
      }),
    );
    expect(error).toMatchObject({ code: 'ERR_RECORD_MIGRATION', cause });
    expect(error.message).toMatch(/: it has thrown: no such thing$/);
  });

  it('is not asked where a value cannot be decoded', () => {
    let isAsked = false;
    const broken: Codec = {
      encode: messagePack.encode,
      decode: () => {
        throw new Error('not mine');
      },
    };
    const ask = (): object => {
      isAsked = true;
      return {};
    };
    const error = failureOf(() => migrate(ask, { bag: 1 }, NEW, broken));
    expect(error.message).toContain('state.bag could not be decoded: not mine');
    expect(isAsked).toBe(false);
  });
});
