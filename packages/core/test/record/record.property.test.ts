import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DormouseError } from '../../src/errors.js';
import { Column } from '../../src/layout/geometry.js';
import { RecordReader } from '../../src/record/record-reader.js';
import { RecordWriter } from '../../src/record/record-writer.js';
import { ALL_FIELDS, anyRow, contentOf, fillRow, makeRows } from './row-fixture.js';

const ROW = fc.constantFrom(0, 1, 37, 63);

describe('RecordWriter and RecordReader', () => {
  it.each([
    ['without rings', false, true],
    ['with what lies in its rings', true, true],
    ['without rings, its zeros not packed', false, false],
  ])('any row survives being written and read, %s', (_, withRings, packs) => {
    fc.assert(
      fc.property(anyRow(withRings), anyRow(true), ROW, ROW, fc.nat(100), (state, other, from, to, start) => {
        const rows = makeRows();
        const { table, blocks } = rows;
        fillRow(rows, blocks[0], from, state);
        // Whatever was there before.
        fillRow(rows, blocks[1], to, other);
        const into = new Uint8Array(new SharedArrayBuffer(40_000), 0, 40_000);
        const written = new RecordWriter(table, packs).write(blocks[0], from, into, start);
        const record = into.slice(start, start + written);
        new RecordReader(table).read(record, state.words[0], blocks[1], to);
        expect(contentOf(rows, blocks[1], to)).toEqual(contentOf(rows, blocks[0], from));
        // Neighbours are nobody's business: they are as untouched memory is.
        const neighbour = to === 63 ? 62 : to + 1;
        const untouched = makeRows();
        expect(contentOf(rows, blocks[1], neighbour)).toEqual(contentOf(untouched, untouched.blocks[1], neighbour));
        const head = new RecordReader(table).head(record, state.words[0]);
        expect(head).toMatchObject({ accountId: state.words[0], mapId: state.words[1], groupId: state.words[2], faultCount: state.faults });
        expect(-head.updateCount | 0).toBe(blocks[0].page[Column.updateBias + from]);
        expect([head.packetsIn, head.packetsOut, head.bytesIn, head.bytesOut, head.dropped, head.mark, head.markBefore]).toEqual(
          state.words.slice(4),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('refuses a record with any byte changed, or cut off anywhere, naming the account', () => {
    const rows = makeRows();
    const writer = new RecordWriter(rows.table, true);
    const reader = new RecordReader(rows.table);
    fc.assert(
      fc.property(anyRow(true), fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (state, place, change, isCut) => {
        fillRow(rows, rows.blocks[0], 5, state);
        const into = new Uint8Array(40_000);
        const length = writer.write(rows.blocks[0], 5, into, 0);
        let record = into.slice(0, length);
        if (isCut) record = record.subarray(0, place % length);
        else record[place % length] ^= change;
        for (const look of [() => reader.read(record, state.words[0], rows.blocks[1], 5), () => reader.head(record, state.words[0])]) {
          const error = errorOf(look);
          expect(error.code).toBe('ERR_RECORD_CORRUPT');
          expect(error.accountId).toBe(state.words[0]);
          expect(error.message).toContain(`account ${state.words[0]} `);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds what lay in rings a place in rings of another size, or says which are too small', () => {
    const bytes = fc.constantFrom(1024, 2048, 4096);
    const sizes = fc.record({ ringBytes: bytes, mailboxBytes: bytes, outboxBytes: bytes });
    let fitted = 0;
    fc.assert(
      fc.property(anyRow(true), sizes, sizes, ROW, ROW, (state, before, after, from, to) => {
        const old = makeRows(ALL_FIELDS, before);
        fillRow(old, old.blocks[0], from, state);
        const into = new Uint8Array(40_000);
        const record = into.slice(0, new RecordWriter(old.table, true).write(old.blocks[0], from, into, 0));
        const rows = makeRows(ALL_FIELDS, after);
        const read = () => new RecordReader(rows.table).read(record, state.words[0], rows.blocks[0], to);
        const isSmaller =
          after.ringBytes < before.ringBytes || after.mailboxBytes < before.mailboxBytes || after.outboxBytes < before.outboxBytes;
        try {
          read();
        } catch (error) {
          expect(error).toMatchObject({
            code: 'ERR_RECORD_SHAPE',
            message: expect.stringMatching(/need more than the \d+ bytes of a ring \((ring|mailbox|outbox)Bytes\)$/),
          });
          expect(isSmaller).toBe(true);
          return;
        }
        fitted++;
        expect(contentOf(rows, rows.blocks[0], to)).toEqual(contentOf(old, old.blocks[0], from));
      }),
      { numRuns: 400 },
    );
    expect(fitted).toBeGreaterThan(200);
  });

  it('refuses bytes that were never a record', () => {
    const rows = makeRows();
    const reader = new RecordReader(rows.table);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(), (bytes, accountId) => {
        expect(errorOf(() => reader.read(bytes, accountId, rows.blocks[0], 0)).code).toBe('ERR_RECORD_CORRUPT');
      }),
    );
  });
});

function errorOf(act: () => unknown): DormouseError {
  try {
    act();
  } catch (error) {
    if (DormouseError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
