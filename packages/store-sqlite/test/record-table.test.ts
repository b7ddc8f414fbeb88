import { describe, expect, it } from 'vitest';
import { RecordTable } from '../src/record-table.js';

/** A table that holds these ids of account `id + 1`, of 10 bytes each. */
function tableOf(ids: readonly number[]): RecordTable {
  const table = new RecordTable();
  for (const id of ids) table.add(id + 1, id, 10);
  table.added();
  return table;
}

describe('RecordTable', () => {
  it('gives ids from 1 on, each to one, and none that is reserved', () => {
    const table = new RecordTable();
    const ids = Array.from({ length: 10_000 }, () => table.reserve());
    expect(ids).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
    expect(table.records).toBe(0);
  });

  it('knows a record by account and id from when it is set to when it is freed', () => {
    const table = new RecordTable();
    const id = table.reserve()!;
    expect(table.has(7, id)).toBe(false);
    table.set(7, id, 300);
    expect([table.has(7, id), table.has(8, id), table.records, table.recordBytes]).toEqual([true, false, 1, 300]);
    table.set(7, id, 200);
    expect([table.records, table.recordBytes]).toEqual([1, 200]);
    table.free(id);
    expect([table.has(7, id), table.records, table.recordBytes]).toEqual([false, 0, 0]);
  });

  it('has no record at 0, at NO_LOCATION and where it never was', () => {
    const table = tableOf([1, 5000]);
    for (const id of [0, 2, 4999, 100_000, 0xffff_ffff]) for (const account of [0, 1, id + 1]) expect(table.has(account, id)).toBe(false);
  });

  it('gives the gaps between ids that a file has, and then those behind', () => {
    const taken = [1, 2, 4, 4095, 4097, 12_300];
    const table = tableOf(taken);
    const given = new Set<number>();
    for (let count = 0; count < 12_400 - taken.length; count++) given.add(table.reserve()!);
    expect(given.size).toBe(12_400 - taken.length);
    for (const id of taken) expect(given.has(id)).toBe(false);
    expect(Math.min(...given)).toBe(3);
    expect(Math.max(...given)).toBeLessThan(20_000);
  });

  it('takes memory for the records there are, not for those there were', () => {
    const table = new RecordTable();
    const ids = Array.from({ length: 100_000 }, () => table.reserve()!);
    for (const id of ids) table.set(id, id, 1);
    const most = table.heldBytes;
    expect(most / 100_000).toBeLessThan(9);
    for (const id of ids) if (id !== 50_000) table.free(id);
    expect(table.heldBytes).toBeLessThan(most / 20);
    expect(table.has(50_000, 50_000)).toBe(true);
    expect(new Set(Array.from({ length: 99_999 }, () => table.reserve())).has(50_000)).toBe(false);
  });

  it('holds what a map would hold, through 100 000 things done at random', () => {
    const table = new RecordTable();
    const reserved = new Set<number>();
    const records = new Map<number, number>();
    let bytes = 0;
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 0x0019_660d) + 0x3c6e_f35f) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const oneOf = (ids: Iterable<number>): number | undefined => {
      for (const id of ids) if (random(3) === 0) return id;
      return undefined;
    };
    for (let step = 0; step < 100_000; step++) {
      // Grows and shrinks, so that pages come and go.
      const isGrowing = Math.floor(step / 20_000) % 2 === 0;
      const what = random(10);
      if (what < (isGrowing ? 5 : 2)) {
        const id = table.reserve()!;
        expect(reserved.has(id) || records.has(id)).toBe(false);
        reserved.add(id);
      } else if (what < 7) {
        const id = oneOf(reserved);
        if (id === undefined) continue;
        reserved.delete(id);
        if (random(8) === 0) table.free(id);
        else {
          table.set(id * 3, id, 1 + (id % 50));
          records.set(id, 1 + (id % 50));
          bytes += 1 + (id % 50);
        }
      } else {
        const id = oneOf(records.keys());
        if (id === undefined) continue;
        bytes -= records.get(id)!;
        records.delete(id);
        table.free(id);
      }
      if (step % 1000 !== 0) continue;
      for (const id of records.keys()) expect(table.has(id * 3, id)).toBe(true);
      expect([table.records, table.recordBytes]).toEqual([records.size, bytes]);
    }
  });
});
