import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyBehavior } from '../../src/behavior.js';
import { defineBehavior } from '../../src/behavior.js';
import type { Fields } from '../../src/layout/state-layout.js';
import { messagePack } from '../../src/message-pack.js';
import { Migration } from '../../src/record/migration.js';
import { RecordFields } from '../../src/record/record-fields.js';
import { RecordReader } from '../../src/record/record-reader.js';
import { RecordWriter } from '../../src/record/record-writer.js';
import { BehaviorHost } from '../../src/session/behavior-host.js';
import { type AnyState, anyState, storeValues, valuesIn } from './any-state.js';
import { anyRow, contentOf, fillRow, makeRows, type RowState, SIZES } from './row-fixture.js';

const OLD_SHAPE = 0;
const NEW_SHAPE = 7;

type Migrate = (fromVersion: number, state: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

function behaviorOf(state: Fields, migrate?: Migrate): AnyBehavior {
  return defineBehavior('file:///bot.js', { name: 'bot', version: 2, state, update() {}, ...(migrate === undefined ? {} : { migrate }) });
}

/** A row with this state, whatever else it has, and its record. */
function oldRow({ fields, values }: AnyState, other: RowState) {
  const rows = makeRows(fields);
  const [block] = rows.blocks;
  fillRow({ ...rows, columns: [] }, block, 3, other);
  new BehaviorHost(behaviorOf(fields), 0, SIZES).initialise(block, 3);
  storeValues(block, 3, values);
  const into = new Uint8Array(60_000);
  const record = into.slice(0, new RecordWriter(rows.table, true).write(block, 3, into, 0));
  return { record, content: contentOf(rows, block, 3), layout: block.layout.state, values: valuesIn(block, 3) };
}

/** What stands in a row into which a record of the new shape was read. */
function readNew(fields: Fields, record: Uint8Array, accountId: number, garbage: RowState) {
  const rows = makeRows(fields);
  const [block] = rows.blocks;
  fillRow({ ...rows, columns: [] }, block, 60, garbage);
  new RecordReader(rows.table, Uint8Array.of(NEW_SHAPE)).read(record, accountId, block, 60);
  return contentOf(rows, block, 60);
}

/** What a new session's fields are with these values. */
function fieldsWith({ fields, values }: AnyState): unknown {
  const rows = makeRows(fields);
  const [block] = rows.blocks;
  new BehaviorHost(behaviorOf(fields), 0, SIZES).initialise(block, 0);
  storeValues(block, 0, values);
  return contentOf(rows, block, 0).fields;
}

const migrationFor = (from: ReturnType<typeof oldRow>['layout'], behavior: AnyBehavior, fromVersion = 1): Migration =>
  new Migration({ fromVersion, from: new RecordFields(from), behavior, toShape: NEW_SHAPE, codec: messagePack });

describe('a migrated record', () => {
  it('has the values that migrate returned, initial ones where it returned none, and all else of any session as it was', () => {
    fc.assert(
      fc.property(anyState, anyState, anyRow(true), anyRow(true), fc.nat(0xff), (before, after, other, garbage, omitted) => {
        const old = oldRow(before, other);
        const returned = Object.fromEntries(Object.entries(after.values).filter((_, index) => ((omitted >> index) & 1) === 0));
        let seen: unknown;
        const behavior = behaviorOf(after.fields, (fromVersion, state) => {
          seen = { fromVersion, state };
          return returned;
        });
        const [accountId] = other.words;
        const record = migrationFor(old.layout, behavior).migrate(old.record, accountId);
        // Of data fields that were never set it cannot be told what they began with.
        expect(seen).toEqual({
          fromVersion: 1,
          state: Object.fromEntries(old.layout.columns.map(({ name }) => [name, before.values[name]])),
        });
        const content = readNew(after.fields, record, accountId, garbage);
        expect(content.fields).toEqual(fieldsWith({ fields: after.fields, values: returned }));
        expect({ ...content, fields: undefined }).toEqual({ ...old.content, fields: undefined });
      }),
      { numRuns: 300 },
    );
  });

  it('is the same again where migrate returns the state it was given', () => {
    fc.assert(
      fc.property(anyState, anyRow(true), anyRow(true), (before, other, garbage) => {
        const old = oldRow(before, other);
        const [accountId] = other.words;
        const behavior = behaviorOf(before.fields, (_fromVersion, state) => state);
        const record = migrationFor(old.layout, behavior).migrate(old.record, accountId);
        expect(readNew(before.fields, record, accountId, garbage)).toEqual(old.content);
      }),
      { numRuns: 200 },
    );
  });

  it('is made of a whole record only: whatever byte was changed, it is refused and migrate is not asked', () => {
    fc.assert(
      fc.property(anyState, anyRow(true), fc.nat(), fc.integer({ min: 1, max: 255 }), (before, other, at, change) => {
        const old = oldRow(before, other);
        const behavior = behaviorOf(before.fields, () => {
          throw new Error('migrate was asked');
        });
        old.record[at % old.record.length] ^= change;
        expect(() => migrationFor(old.layout, behavior).migrate(old.record, other.words[0])).toThrow(
          expect.objectContaining({ code: 'ERR_RECORD_CORRUPT' }),
        );
      }),
    );
  });

  it('is of the same shape number as a record only by what the store says: the old record stays as it was', () => {
    fc.assert(
      fc.property(anyState, anyRow(true), (before, other) => {
        const old = oldRow(before, other);
        const copy = old.record.slice();
        const behavior = behaviorOf(before.fields, () => ({}));
        const record = migrationFor(old.layout, behavior).migrate(old.record, other.words[0]);
        expect([old.record[1], record[1]]).toEqual([OLD_SHAPE, NEW_SHAPE]);
        expect(old.record).toEqual(copy);
      }),
    );
  });
});
