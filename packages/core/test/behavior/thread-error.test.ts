import { DormouseError } from '@dormouse/core';
import { packError, unpackError } from '@dormouse/core/worker';
import { describe, expect, it } from 'vitest';

/** What arrives when a thread posts an error. */
const sent = (error: unknown): Error => unpackError(structuredClone(packError(error)));

describe('an error that is posted from thread to thread', () => {
  it('of Dormouse is one again: code, message, stack and causes', () => {
    const cause = Object.assign(new TypeError('no such file'), { code: 'ENOENT' });
    const error = new DormouseError('ERR_BEHAVIOR_IMPORT', 'it cannot be imported', { cause });
    const arrived = sent(error);
    expect(DormouseError.isInstance(arrived, 'ERR_BEHAVIOR_IMPORT')).toBe(true);
    expect([arrived.name, arrived.message, arrived.stack]).toEqual([error.name, error.message, error.stack]);
    expect(arrived.cause).toMatchObject({ name: 'TypeError', message: 'no such file', code: 'ENOENT', stack: cause.stack });
    expect((arrived.cause as Error).cause).toBeUndefined();
  });

  it('of a class of its own keeps its name', () => {
    class Tripped extends Error {
      override readonly name = 'Tripped';
    }
    const arrived = sent(new Tripped('over a root'));
    expect([arrived.name, String(arrived), DormouseError.isInstance(arrived)]).toEqual(['Tripped', 'Tripped: over a root', false]);
  });

  it.each([
    ['a string', 'rain', '"rain"'],
    ['null', null, 'null'],
    ['an object', { wet: true }, 'an object (Object)'],
  ])('that is %s becomes an error that says so', (_what, thrown, message) => {
    expect(sent(thrown)).toMatchObject({ name: 'Error', message });
  });

  it('keeps eight causes: one that is its own cause has an end', () => {
    const error = new Error('circular');
    error.cause = error;
    let depth = 0;
    for (let at: unknown = sent(error); at instanceof Error; at = at.cause) depth++;
    expect(depth).toBe(9);
  });
});
