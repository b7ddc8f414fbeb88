import { pathToFileURL } from 'node:url';
import {
  type BehaviorDefinition,
  bigint64,
  bool,
  defineBehavior,
  type Fields,
  f32,
  f64,
  i8,
  isBehavior,
  text,
  u8,
  u32,
} from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { failure, thrownBy } from '../manager/test-manager.js';

const update = () => {};
const define = (definition: unknown, url: unknown = import.meta.url) =>
  defineBehavior(url as string, definition as BehaviorDefinition<Fields, unknown>);
const invalid = (message: string | RegExp) => failure('ERR_BEHAVIOR_INVALID', message);

describe('defineBehavior', () => {
  it('gives a frozen value that carries its module’s URL and is named after it', () => {
    const behavior = define({ state: {}, update });
    expect(behavior.url).toBe(import.meta.url);
    expect(behavior.name).toBe('definition.test');
    expect([isBehavior(behavior), Object.isFrozen(behavior)]).toEqual([true, true]);
    expect(define({ name: 'other', state: {}, update }).name).toBe('other');
  });

  it('takes a URL, its text or an absolute path', () => {
    expect(define({ state: {}, update }, new URL('file:///a/b/walker.js')).name).toBe('walker');
    expect(define({ state: {}, update }, '/a/b/walker.mjs').url).toBe(pathToFileURL('/a/b/walker.mjs').href);
    expect(define({ state: {}, update }, 'file:///a/b.js?x=1').name).toBe('b');
    expect(define({ state: {}, update }, 'data:text/javascript,0').url).toBe('data:text/javascript,0');
  });

  it.each([undefined, null, '', './walker.js', 'walker', 5, import.meta, { state: {} }])('refuses a module %s', (url) => {
    expect(thrownBy(() => defineBehavior(url as string, { state: {}, update }))).toEqual(
      invalid(/ must be (given as )?import\.meta\.url, a URL or an absolute path: got /),
    );
  });

  it.each([
    [undefined, "a behaviour's definition must be an object: got undefined"],
    [null, "a behaviour's definition must be an object: got null"],
    [{ state: {} }, 'behaviour "definition.test" must have update, updateBatch or kernel'],
    [{ state: {}, update: 5 }, 'update must be a function: got 5'],
    [{ state: {}, update, create: {} }, 'create must be a function: got an object (Object)'],
    [{ state: {}, update, release: 'x' }, 'release must be a function: got "x"'],
    [{ state: {}, update, setup: null }, 'setup must be a function: got null'],
    [{ state: {}, updateBatch: [] }, 'updateBatch must be a function: got an array of 0'],
    [{ state: {}, update, name: '' }, 'name of a behaviour must be a text that is not empty: got ""'],
    [{ state: {}, update, name: 5 }, 'name of a behaviour must be a text that is not empty: got 5'],
    [
      { state: {}, update, onUpdate: update },
      'unknown member "onUpdate" in a behaviour: known are name, state, version, setup, create, release, hibernate, migrate, update, updateBatch, kernel',
    ],
  ])('refuses the definition %o', (definition, message) => {
    expect(thrownBy(() => define(definition))).toEqual(invalid(message));
  });

  it.each([
    [undefined, 'state must be an object of fields: got undefined'],
    [[f32()], 'state must be an object of fields: got an array of 1'],
    [{ x: 5 }, 'state.x must be a field such as f32() or text(32): got 5'],
    [{ x: f32 }, /^state\.x must be a field such as f32\(\) or text\(32\): got function/],
    [{ 'a-b': f32() }, 'state field "a-b" must be named with letters, digits and _ only'],
    [{ $x: f32() }, 'state field "$x" must be named with letters, digits and _ only'],
    [{ a: f64({ hot: true, length: 8 }), b: u8({ hot: true }) }, 'hot fields must be at most 64 bytes a session together: got 65'],
  ])('refuses the state %#', (state, message) => {
    expect(thrownBy(() => define({ state, update }))).toEqual(failure('ERR_FIELD_INVALID', message));
  });

  it.each([
    [() => f32({ initial: '1' as never }), 'initial of a f32 field must be a number: got "1"'],
    [() => i8({ initial: 128 }), 'initial of a i8 field must be an integer -128…127: got 128'],
    [() => u32({ initial: -1 }), 'initial of a u32 field must be an integer 0…4294967295: got -1'],
    [() => u8({ initial: 1.5 }), 'initial of a u8 field must be an integer 0…255: got 1.5'],
    [() => bigint64({ initial: 2n ** 63n }), 'initial of a bigint64 field must be a bigint of 64 bits: got 9223372036854775808n'],
    [() => bigint64({ initial: 1 as never }), 'initial of a bigint64 field must be a bigint of 64 bits: got 1'],
    [() => bool({ initial: 1 as never }), 'initial of a bool field must be true or false: got 1'],
    [() => bool({ length: 3 } as never), 'a bool field has no length: use u8({ length }) for an array of flags'],
    [() => text(0), 'maxBytes of a text field must be an integer 1…65535: got 0'],
    [() => text(65_536), 'maxBytes of a text field must be an integer 1…65535: got 65536'],
    [() => text(2, { initial: 'äh' }), 'initial of a text field must be a string of at most 2 bytes: got "äh"'],
    [() => f32({ hot: 1 as never }), 'hot of a field must be true or false: got 1'],
    [() => f64({ hot: true, length: 9 }), 'a hot field must be at most 64 bytes a session: got 72; leave out hot'],
    [() => f32(5 as never), 'options of a field must be an object: got 5'],
  ])('refuses the field %#', (make, message) => {
    expect(thrownBy(make)).toEqual(failure('ERR_FIELD_INVALID', message));
  });

  it('isBehavior knows nothing else', () => {
    for (const value of [undefined, null, 5, {}, { name: 'x', url: 'x', definition: {}, layout: {} }])
      expect(isBehavior(value)).toBe(false);
  });
});
