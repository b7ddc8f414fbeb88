import { data, defineBehavior, messagePack, u8, u16 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { failure, startWith } from '../manager/test-manager.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { traveller } from './traveller.js';

describe('importSession of a behaviour that is another there', () => {
  const first = defineBehavior(import.meta.url, { name: 'orc', version: 1, state: { gold: u8() }, update() {} });
  const start = async (behaviors: readonly Parameters<typeof startWith>[0]['behavior'][]) =>
    startWith({ behaviors: behaviors as never, scheduler: serialScheduler() });

  async function blobOf(behavior = first) {
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    const handle = manager.createSession(5);
    handle.state.gold = 200;
    return manager.exportSession(5);
  }

  it('asks migrate where that is of a later version', async () => {
    const second = defineBehavior(import.meta.url, {
      name: 'orc',
      version: 2,
      state: { coins: u16(), from: u8() },
      update() {},
      migrate: (from, { gold }) => ({ coins: Number(gold) * 100, from }),
    });
    const manager = await start([traveller, second]);
    const arrived = manager.importSession(await blobOf());
    expect([arrived.behavior, JSON.stringify(arrived.state)]).toEqual([second, '{"coins":20000,"from":1}']);
  });

  it.each<[string, () => Parameters<typeof startWith>[0]['behavior'], string, RegExp]>([
    [
      'is not there',
      () => traveller as never,
      'ERR_RECORD_SHAPE',
      /account 5 cannot be read here: behaviour "orc" is not one of this manager's/,
    ],
    [
      'is older there',
      () => defineBehavior(import.meta.url, { name: 'orc', state: { gold: u8() }, update() {}, migrate: () => ({}) }) as never,
      'ERR_RECORD_SHAPE',
      /version 1 of behaviour "orc", which is at version 0/,
    ],
    [
      'has other fields and the same version there',
      () => defineBehavior(import.meta.url, { name: 'orc', version: 1, state: { gold: u16() }, update() {} }) as never,
      'ERR_RECORD_SHAPE',
      /state.gold was u8, and is u16\): raise it/,
    ],
    [
      'has no migrate there',
      () => defineBehavior(import.meta.url, { name: 'orc', version: 2, state: { gold: u16() }, update() {} }) as never,
      'ERR_RECORD_SHAPE',
      /has no migrate/,
    ],
    [
      'has a migrate that fails there',
      () =>
        defineBehavior(import.meta.url, {
          name: 'orc',
          version: 2,
          state: { gold: u16() },
          update() {},
          migrate: () => ({ gold: -1 }),
        }) as never,
      'ERR_RECORD_MIGRATION',
      /failed for account 5: state.gold must be an integer 0…65535: got -1/,
    ],
  ])('refuses it where it %s', async (_, behavior, code, message) => {
    const manager = await start([behavior()]);
    const blob = await blobOf();
    expect(() => manager.importSession(blob)).toThrow(failure(code as never, message));
    expect(manager.pool.allocatedCount).toBe(0);
  });

  it('refuses values that the codec there cannot decode', async () => {
    const bagged = defineBehavior(import.meta.url, { name: 'bagged', state: { bag: data({ maxBytes: 50, initial: [1] }) }, update() {} });
    const here = await startWith({ behavior: bagged, scheduler: serialScheduler() });
    here.createSession(5).state.bag.value = [1, 2, 3];
    const decode = (): never => {
      throw new Error('not mine');
    };
    const codec = { encode: messagePack.encode, decode: (bytes: Uint8Array) => (isStrict ? decode() : messagePack.decode(bytes)) };
    let isStrict = false;
    const there = await startWith({ behavior: bagged, scheduler: serialScheduler(), codec });
    isStrict = true;
    expect(() => there.importSession(here.exportSession(5))).toThrow(
      failure('ERR_BLOB_INVALID', /state\.bag cannot be decoded by the codec that it has here: not mine/),
    );
  });
});
