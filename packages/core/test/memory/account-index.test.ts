import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { SUBMAP_HEADER_WORDS, SUBMAPS } from '../../src/layout/geometry.js';
import { AccountIndex } from '../../src/memory/account-index.js';
import { SessionTable } from '../../src/memory/session-table.js';
import { accountsInSubmap } from './index-accounts.js';

function setUp(ceiling = 4096) {
  const table = SessionTable.reserve(ceiling);
  const index = AccountIndex.create(table);
  return { table, index, reader: AccountIndex.attach(table) };
}

describe('AccountIndex', () => {
  it('finds what was inserted, on the writer and on the reader side, and nothing else', () => {
    const { index, reader } = setUp();
    expect(index.insert(7, 70)).toBe(true);
    expect([index.get(7), reader.read(7)]).toEqual([70, 70]);
    expect([index.get(8), reader.read(8)]).toEqual([-1, -1]);
    expect(index.size).toBe(1);
  });

  it('refuses a second insert of an account and keeps the first slot', () => {
    const { index } = setUp();
    index.insert(7, 70);
    expect(index.insert(7, 71)).toBe(false);
    expect([index.get(7), index.size]).toEqual([70, 1]);
  });

  it('points a moved account at its new slot, and refuses to move one that is not there', () => {
    const { index, reader } = setUp();
    index.insert(7, 70);
    index.move(7, 71);
    expect([index.get(7), reader.read(7)]).toEqual([71, 71]);
    expect(() => index.move(8, 1)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('returns the slot of a deleted account once', () => {
    const { index, reader } = setUp();
    index.insert(7, 70);
    expect([index.delete(7), index.delete(7)]).toEqual([70, -1]);
    expect([index.get(7), reader.read(7), index.size]).toEqual([-1, -1, 0]);
  });

  it('takes every account id from 1 to 4 294 967 295', () => {
    const { index, reader } = setUp();
    const ids = [1, 2, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_fffe, 0xffff_ffff];
    for (const id of ids) index.insert(id, id % 1000);
    for (const id of ids) expect([index.get(id), reader.read(id)]).toEqual([id % 1000, id % 1000]);
    for (const id of ids) expect(index.delete(id)).toBe(id % 1000);
  });

  it('never finds account 0, not in an entry that another account has left either', () => {
    const { index, reader } = setUp();
    expect([index.get(0), reader.read(0)]).toEqual([-1, -1]);
    for (let id = 1; id <= 2000; id++) index.insert(id, id);
    for (let id = 1; id <= 2000; id++) index.delete(id);
    expect([index.get(0), reader.read(0), index.delete(0)]).toEqual([-1, -1, -1]);
  });

  it('finds every account while its submaps double one at a time', () => {
    const { index, reader } = setUp(60_000);
    const touched = index.touchedBytes;
    for (let id = 1; id <= 60_000; id++) {
      index.insert(id, id + 5);
      if (id % 97 === 0) for (let known = 1; known <= id; known += 31) expect(reader.read(known)).toBe(known + 5);
    }
    for (let id = 1; id <= 60_000; id++) expect(index.get(id)).toBe(id + 5);
    expect(index.touchedBytes).toBeGreaterThan(touched);
  });

  it('closes the gap of a deleted account, also around the end of a submap', () => {
    const { index } = setUp();
    // 20 accounts that all want one of the last three entries of one submap of 32.
    const crowd = accountsInSubmap(5, 20, (home) => home >= 29);
    for (const [i, id] of crowd.entries()) index.insert(id, i);
    for (const victim of [3, 0, 19, 7, 8, 9, 1]) {
      expect(index.delete(crowd[victim])).toBe(victim);
      crowd[victim] = 0;
      for (const [i, id] of crowd.entries()) if (id !== 0) expect(index.get(id)).toBe(i);
    }
  });

  it('says ERR_INDEX_FULL when an account has no room, changes nothing then, and takes it once another has gone', () => {
    const { index, reader, table } = setUp(64);
    const most = table.regions.submapCapacity - 1;
    const ids = accountsInSubmap(3, most + 1);
    for (const [i, id] of ids.slice(0, most).entries()) index.insert(id, i);
    expect(() => index.insert(ids[most], 1)).toThrow(
      expect.objectContaining({ code: 'ERR_INDEX_FULL', message: expect.stringContaining(String(ids[most])) }),
    );
    expect([index.size, reader.read(ids[most])]).toEqual([most, -1]);
    for (const [i, id] of ids.slice(0, most).entries()) expect(reader.read(id)).toBe(i);
    index.delete(ids[0]);
    expect(index.insert(ids[most], 1)).toBe(true);
  });

  it('has room for as many accounts as the table has slots, whatever their ids', () => {
    for (const ceiling of [64, 1024, 2048, 4096, 16_384]) {
      for (const [first, step] of [
        [1, 1],
        [0xffff_ffff - ceiling, 1],
        [10_000, 64],
        [3, 262_143],
      ]) {
        const { index } = setUp(ceiling);
        for (let i = 0; i < ceiling; i++) index.insert(first + i * step, i);
        expect(index.size).toBe(ceiling);
      }
    }
  });

  it('counts the pages it has written to, those that submaps share once', () => {
    const { index, table } = setUp(4096);
    const pages = Math.ceil((SUBMAPS * (64 + table.regions.submapCapacity * 8)) / 4096);
    expect(index.touchedBytes).toBeLessThanOrEqual((pages + 1) * 4096);
    expect(setUp(1_048_576).index.touchedBytes).toBe((1 + SUBMAPS) * 4096);
  });

  it('gives up on a submap that never settles after a second, naming the account', () => {
    const { table, index, reader } = setUp();
    index.insert(7, 70);
    const before = table.words.slice(table.regions.index / 4, table.regions.pages / 4);
    // A writer that stopped in the middle: every submap's version is odd.
    for (let submap = 0; submap < SUBMAPS; submap++) table.words[table.regions.index / 4 + submap * SUBMAP_HEADER_WORDS] |= 1;
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const wait = vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      now += 1;
      return 'timed-out';
    });
    try {
      expect(() => reader.read(7)).toThrow(
        expect.objectContaining({ code: 'ERR_INDEX_UNSETTLED', message: expect.stringContaining('account 7') }),
      );
      expect(now).toBe(1001);
      expect(wait).toHaveBeenCalledTimes(1001);
    } finally {
      clock.mockRestore();
      wait.mockRestore();
    }
    table.words.set(before, table.regions.index / 4);
    expect(reader.read(7)).toBe(70);
  });
});

describe('AccountIndex against a Map', () => {
  const account = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 0xffff_ffff }),
    fc.constantFrom(...accountsInSubmap(9, 60)),
  );
  const slot = fc.integer({ min: 0, max: 1_048_575 });
  const operation = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('insert' as const), account, slot }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), account, slot }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), account, slot }) },
  );

  it('answers every operation alike and holds the same accounts afterwards', () =>
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 400 }), (operations) => {
        const { index, reader } = setUp(2048);
        const model = new Map<number, number>();
        for (const { kind, account, slot } of operations) {
          if (kind === 'insert') {
            expect(index.insert(account, slot)).toBe(!model.has(account));
            if (!model.has(account)) model.set(account, slot);
          } else if (kind === 'delete') {
            expect(index.delete(account)).toBe(model.get(account) ?? -1);
            model.delete(account);
          } else if (model.has(account)) {
            index.move(account, slot);
            model.set(account, slot);
          }
          expect(index.size).toBe(model.size);
        }
        for (const { account } of operations) {
          expect(index.get(account)).toBe(model.get(account) ?? -1);
          expect(reader.read(account)).toBe(model.get(account) ?? -1);
        }
      }),
      { numRuns: 150 },
    ));
});
