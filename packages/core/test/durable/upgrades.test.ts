import { describe, expect, it } from 'vitest';
import { type AnyBehavior, defineBehavior } from '../../src/behavior.js';
import { f32, u8, u16, u32 } from '../../src/layout/field.js';
import { Column } from '../../src/layout/geometry.js';
import type { Fields } from '../../src/layout/state-layout.js';
import { StoredShapes } from '../../src/manager/durable/shapes.js';
import { Upgrades } from '../../src/manager/durable/upgrades.js';
import { messagePack } from '../../src/message-pack.js';
import { decodeRecord } from '../../src/record/decoded-record.js';
import { RecordWriter } from '../../src/record/record-writer.js';
import { shapeOf } from '../../src/record/shape.js';
import { storeValues } from '../record/any-state.js';
import { makeRows } from '../record/row-fixture.js';

type Migrate = (fromVersion: number, state: Readonly<Record<string, unknown>>) => Record<string, unknown>;

const versionOf = (version: number, state: Fields, migrate?: Migrate): AnyBehavior =>
  defineBehavior('file:///bot.js', { name: 'bot', version, state, update() {}, ...(migrate === undefined ? {} : { migrate }) });
const first = versionOf(1, { gold: u8() });
const second = versionOf(2, { gold: u16(), x: f32() });
const other = defineBehavior('file:///other.js', { name: 'other', state: { y: u32() }, update() {} });

/** Those who find records of the first two versions in their store, and are at the third. */
function upgradesOf(migrate: Migrate, behaviors: (now: AnyBehavior) => AnyBehavior[] = (now) => [other, now]) {
  const now = versionOf(3, { coins: u32({ initial: 7 }) }, migrate);
  const numbers = new Uint8Array(64);
  const shapes = new StoredShapes('disk', JSON.stringify([shapeOf(first), null, shapeOf(second)]), behaviors(now));
  shapes.assign([1, 0, 1], numbers);
  const upgrades = new Upgrades({
    behaviors: behaviors(now),
    numbers,
    codec: messagePack,
    records: { read: () => recordOf(first, 0, { gold: 9 }) },
  });
  upgrades.shapes = shapes;
  return { upgrades, now, number: numbers[behaviors(now).indexOf(now)], otherNumber: numbers[0] };
}

function recordOf({ layout, definition }: AnyBehavior, shape: number, values: Record<string, unknown>, accountId = 5): Uint8Array {
  const rows = makeRows(definition.state);
  const [block] = rows.blocks;
  expect(block.layout.state.coldBytes).toBe(layout.coldBytes);
  block.page[Column.account] = accountId;
  storeValues(block, 0, values);
  const into = new Uint8Array(1000);
  return into.slice(0, new RecordWriter(rows.table, true, Uint8Array.of(shape)).write(block, 0, into, 0));
}

describe('Upgrades', () => {
  it('asks migrate with the version that a record was stored by, and gives it the number of the shape of now', () => {
    const asked: unknown[] = [];
    const { upgrades, now, number } = upgradesOf((fromVersion, state) => {
      asked.push([fromVersion, state]);
      return { coins: Number(state.gold) * 100 };
    });
    const one = upgrades.upgraded(recordOf(first, 0, { gold: 3 }), 5);
    const two = upgrades.upgraded(recordOf(second, 2, { gold: 400, x: 1.5 }), 5);
    expect(asked).toEqual([
      [1, { gold: 3 }],
      [2, { gold: 400, x: 1.5 }],
    ]);
    expect([one[1], two[1]]).toEqual([number, number]);
    expect(decodeRecord(one, 5, now.layout).fields).toEqual({ coins: 300 });
    expect(decodeRecord(two, 5, now.layout).fields).toEqual({ coins: 40_000 });
    expect(decodeRecord(upgrades.read(5, 0), 5, now.layout).fields).toEqual({ coins: 900 });
  });

  it('leaves a record of a shape that is one of now as it is, and does not ask', () => {
    const { upgrades, now, number, otherNumber } = upgradesOf(() => {
      throw new Error('migrate was asked');
    });
    for (const record of [recordOf(now, number, { coins: 1 }), recordOf(other, otherNumber, { y: 2 })]) {
      expect(upgrades.upgraded(record, 5)).toBe(record);
    }
  });

  it('knows of no older shapes before the notes of the store were read, and where it has none', () => {
    const { upgrades } = upgradesOf(() => ({}));
    expect(upgrades.areDue).toBe(true);
    const record = recordOf(first, 0, { gold: 3 });
    upgrades.shapes = undefined;
    expect(upgrades.areDue).toBe(false);
    expect(upgrades.upgraded(record, 5)).toBe(record);
    const shapes = new StoredShapes('disk', JSON.stringify([shapeOf(other)]), [other]);
    shapes.assign([9], new Uint8Array(64));
    upgrades.shapes = shapes;
    expect(upgrades.areDue).toBe(false);
  });

  it('says what of the stored fields is wrong where they are none, and refuses the record', () => {
    const { upgrades } = upgradesOf(() => ({}));
    const broken = { ...shapeOf(first), fields: [{ name: 'gold', kind: 'number', element: 'u7' }] };
    const now = versionOf(3, { coins: u32() }, () => ({}));
    const shapes = new StoredShapes('disk', JSON.stringify([broken]), [other, now]);
    shapes.assign([1], new Uint8Array(64));
    upgrades.shapes = shapes;
    expect(() => upgrades.upgraded(recordOf(first, 0, { gold: 3 }), 5)).toThrow(
      expect.objectContaining({ code: 'ERR_RECORD_SHAPE', message: expect.stringContaining('"u7"') }),
    );
  });
});
