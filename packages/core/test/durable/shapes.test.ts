import { describe, expect, it } from 'vitest';
import { defineBehavior } from '../../src/behavior.js';
import { f32, text, u8, u32 } from '../../src/layout/field.js';
import type { Fields } from '../../src/layout/state-layout.js';
import { MOST_SHAPES, NO_BEHAVIOR, StoredShapes } from '../../src/manager/durable/shapes.js';
import { shapeOf } from '../../src/record/shape.js';

function behavior(name: string, state: Fields, version = 0, migrates = false) {
  const migrate = () => ({});
  return defineBehavior(import.meta.url, { name, state, version, update() {}, ...(migrates ? { migrate } : {}) });
}

/** Shapes as a store has them that a manager with these behaviours has used. */
function noteOf(...behaviors: ReturnType<typeof behavior>[]): string {
  const shapes = new StoredShapes('disk', undefined, behaviors);
  shapes.assign([], new Uint8Array(64));
  return shapes.note();
}

const orc = behavior('orc', { rage: f32(), hp: u32() });
const elf = behavior('elf', { mana: f32() });

describe('StoredShapes', () => {
  it('numbers the behaviours of a new store in their order', () => {
    const table = new Uint8Array(64);
    const shapes = new StoredShapes('disk', undefined, [orc, elf]);
    shapes.assign([], table);
    expect([table[0], table[1]]).toEqual([0, 1]);
    expect([shapes.at(0), shapes.at(1), shapes.at(2)]).toEqual([shapeOf(orc), shapeOf(elf), undefined]);
  });

  it('finds behaviours by name, whatever their order is now', () => {
    const table = new Uint8Array(64);
    const shapes = new StoredShapes('disk', noteOf(orc, elf), [behavior('cow', {}), elf, orc]);
    expect([shapes.behaviorOf(0), shapes.behaviorOf(1)]).toEqual([2, 1]);
    expect([shapes.refusalOf(0), shapes.refusalOf(1)]).toEqual([undefined, undefined]);
    shapes.assign([1, 1], table);
    expect([...table.slice(0, 3)]).toEqual([2, 1, 0]);
  });

  it('keeps the number of a shape that has records, and gives one that has none to another', () => {
    const table = new Uint8Array(64);
    const shapes = new StoredShapes('disk', noteOf(orc, elf), [behavior('cow', {}), behavior('pig', {})]);
    shapes.assign([0, 7], table);
    expect([table[0], table[1]]).toEqual([0, 2]);
    expect(JSON.parse(shapes.note()).map(({ name }: { name: string }) => name)).toEqual(['cow', 'elf', 'pig']);
  });

  it('forgets a shape that has no records, and reads a list with gaps', () => {
    const first = new StoredShapes('disk', noteOf(orc, elf), [elf]);
    first.assign([], new Uint8Array(64));
    expect(JSON.parse(first.note())).toEqual([null, shapeOf(elf)]);
    const second = new StoredShapes('disk', first.note(), [elf]);
    expect([second.at(0), second.behaviorOf(0), second.behaviorOf(1)]).toEqual([undefined, NO_BEHAVIOR, 0]);
  });

  it('does not give a number away that records have and the list has not', () => {
    const table = new Uint8Array(64);
    new StoredShapes('disk', undefined, [orc]).assign([3], table);
    expect(table[0]).toBe(1);
  });

  it('has an older version read by migrate, and refuses it where there is none', () => {
    const note = noteOf(orc);
    const now = { rage: f32(), hp: u8() };
    const migrating = new StoredShapes('disk', note, [behavior('orc', now, 1, true)]);
    expect([migrating.isOlder(0), migrating.refusalOf(0), migrating.behaviorOf(0)]).toEqual([true, undefined, 0]);
    const refusing = new StoredShapes('disk', note, [behavior('orc', now, 1)]);
    expect([refusing.isOlder(0), refusing.behaviorOf(0)]).toEqual([false, 0]);
    expect(refusing.refusalOf(0)).toBe('it was stored by version 0 of behaviour "orc", which is at version 1 and has no migrate');
  });

  it('gives a behaviour that has changed a number of its own beside that of its older records', () => {
    const table = new Uint8Array(64);
    const shapes = new StoredShapes('disk', noteOf(orc), [behavior('orc', { hp: u32() }, 1, true)]);
    shapes.assign([4], table);
    expect([table[0], shapes.at(0)?.version, shapes.at(1)?.version]).toEqual([1, 0, 1]);
  });

  it('refuses what a newer version has stored', () => {
    const shapes = new StoredShapes('disk', noteOf(behavior('orc', {}, 3)), [behavior('orc', {}, 2, true)]);
    expect(shapes.refusalOf(0)).toBe('it was stored by version 3 of behaviour "orc", which is at version 2 here');
  });

  it.each<[string, Fields, string]>([
    ['a field that is gone', { rage: f32() }, 'state.hp is not there any more'],
    ['a field of another type', { rage: f32(), hp: u8({ length: 3 }) }, 'state.hp was u32, and is u8[3]'],
    ['a field that is hot now', { rage: f32({ hot: true }), hp: u32() }, 'state.rage was f32, and is f32, hot'],
    ['a new field', { rage: f32(), hp: u32(), name: text(9) }, 'state.name is new'],
    ['another order', { hp: u32(), rage: f32() }, 'its fields are in another order'],
  ])('refuses %s under the same version, and says what it is', (_what, state, difference) => {
    const shapes = new StoredShapes('disk', noteOf(orc), [behavior('orc', state, 0, true)]);
    expect(shapes.refusalOf(0)).toBe(`the state of behaviour "orc" has changed and its version, 0, has not (${difference}): raise it`);
  });

  it('refuses records of a behaviour that the manager has not, and of a number that nobody knows', () => {
    const shapes = new StoredShapes('disk', noteOf(orc), [elf]);
    expect([shapes.behaviorOf(0), shapes.behaviorOf(9)]).toEqual([NO_BEHAVIOR, NO_BEHAVIOR]);
    expect(shapes.refusalOf(0)).toBe(`behaviour "orc" is not one of this manager's: elf`);
    expect(shapes.refusalOf(9)).toBe('its shape, number 9, is not in the list of shapes of its store');
  });

  it('says so when no number is left', () => {
    const used = new Uint32Array(MOST_SHAPES).fill(1);
    expect(() => new StoredShapes('disk', undefined, [orc]).assign(used, new Uint8Array(64))).toThrow(
      /^no number is left for the shape of behaviour "orc", version 0: its store has records of 255 others/,
    );
  });

  it('refuses two behaviours of one name', () => {
    expect(() => new StoredShapes('disk', undefined, [orc, behavior('orc', {})])).toThrow(/: two are named "orc"$/);
  });

  it.each([
    ['no JSON', '[', /it is no JSON$/],
    ['no array', '{}', /it must be an array of at most 255: got an object/],
    ['too many', JSON.stringify(new Array(256).fill(null)), /: got an array of 256$/],
    ['a shape without fields', '[{"name":"orc","version":0}]', /number 0 is no shape$/],
    ['a field without a type', '[null,{"name":"orc","version":0,"fields":[{"name":"x"}]}]', /number 1 is no shape$/],
  ])('refuses a note that is %s', (_what, note, message) => {
    expect(() => new StoredShapes('disk', note, [orc])).toThrow(message);
  });
});
