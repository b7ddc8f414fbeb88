import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Columns } from '../../src/hibernation/columns.js';

/** Some alike in length, some not, some of none. */
const records = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 32 });

describe('records in columns', () => {
  it('are the first bytes of all, then the second of all that have one, and so on', () => {
    fc.assert(
      fc.property(records, (rows) => {
        const expected: number[] = [];
        for (let k = 0; k < 40; k++) for (const row of rows) if (k < row.length) expected.push(row[k]);
        expect([...columnsOf(rows).columns]).toEqual(expected);
      }),
    );
  });

  it('come back one by one, in any order, and nothing is written beyond one', () => {
    fc.assert(
      fc.property(records, (rows) => {
        const { layout, columns } = columnsOf(rows);
        for (const [index, row] of [...rows.entries()].reverse()) {
          const into = new Uint8Array(row.length + 1).fill(99);
          layout.take(columns, index, row.length, into);
          expect([...into]).toEqual([...row, 99]);
        }
      }),
    );
  });
});

function columnsOf(rows: readonly Uint8Array[]): { layout: Columns; columns: Uint8Array } {
  const ends = new Uint32Array(rows.length);
  for (const [index, row] of rows.entries()) ends[index] = (ends[index - 1] ?? 0) + row.length;
  const columns = new Uint8Array(ends[rows.length - 1]);
  const all = Uint8Array.from(rows.flatMap((row) => [...row]));
  const layout = new Columns();
  layout.set(ends, rows.length);
  for (const [index, { length }] of rows.entries()) layout.put(columns, index, all, ends[index] - length, length);
  return { layout, columns };
}
