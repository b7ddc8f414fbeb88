import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appendRecord,
  closeGaps,
  firstRecord,
  maxRecordBytes,
  NO_RECORD,
  nextRecord,
  RECORD_HEAD_WORDS,
  recordBytes,
  recordKind,
  takeRecord,
} from '../../src/memory/record-ring.js';
import { wordsInUse } from '../../src/memory/ring-cursors.js';
import { makeBlock } from './block-fixture.js';

/** A record as it was put in: its payload is words made from its number. */
interface Put {
  readonly number: number;
  readonly kind: number;
  readonly payloadBytes: number;
}

/** Rows that are neighbours in both parts, and the last one. */
const ROWS = [0, 1, 2, 63];

function setUp(mailboxBytes: number) {
  const { block } = makeBlock({ sizes: { mailboxBytes } });
  return { words: block.cold.i32, ring: block.services.mailbox };
}
type Ring = ReturnType<typeof setUp>;

function put({ words, ring }: Ring, row: number, { number, kind, payloadBytes }: Put): boolean {
  const at = appendRecord(words, ring, row, kind, number, ~number, payloadBytes);
  if (at === NO_RECORD) return false;
  for (let i = 0; i < payloadBytes >> 2; i++) words[at + i] = number * 31 + i;
  return true;
}

/** True if the record at `at` is what was put in. */
function isPut({ words }: Ring, at: number, expected: Put): boolean {
  if (recordKind(words, at) !== expected.kind || recordBytes(words, at) !== expected.payloadBytes) return false;
  if (words[at + 1] !== expected.number || words[at + 2] !== ~expected.number) return false;
  for (let i = 0; i < expected.payloadBytes >> 2; i++) {
    if (words[at + RECORD_HEAD_WORDS + i] !== ((expected.number * 31 + i) | 0)) return false;
  }
  return (expected.payloadBytes & 3) === 0 || words[at + RECORD_HEAD_WORDS + (expected.payloadBytes >> 2)] === 0;
}

/** The heads of all records in the ring, in order. */
function headsOf({ words, ring }: Ring, row: number): number[] {
  const heads: number[] = [];
  for (let at = firstRecord(words, ring, row); at !== NO_RECORD; at = nextRecord(words, ring, row, at)) heads.push(at);
  return heads;
}

/** A refused record must not have fitted behind what lies in the ring, pads and gaps included. */
function wouldFit({ words, ring }: Ring, row: number, payloadBytes: number): boolean {
  const cursors = words[ring.cursors + row];
  const need = RECORD_HEAD_WORDS + Math.ceil(payloadBytes / 4);
  const { capacity } = ring;
  let at = (cursors & 0xffff) % capacity;
  let pads = 0;
  while (at + need > (at < 64 ? 64 : capacity)) {
    const end = at < 64 ? 64 : capacity;
    pads += end - at;
    at = end % capacity;
  }
  return wordsInUse(cursors) + pads + need <= capacity;
}

function operations(most: number) {
  const row = fc.constantFrom(...ROWS);
  const length = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: Math.min(most, 300) }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: most }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, 3, 4, 5, 243, 244, 245, 247, 248, most - 1, most) },
  );
  return fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ step: fc.constant('append' as const), row, kind: fc.integer({ min: 0, max: 254 }), length }) },
      // `skips` before each take: 0 takes in turn.
      { weight: 4, arbitrary: fc.record({ step: fc.constant('take' as const), row, skips: fc.array(fc.nat(4), { maxLength: 6 }) }) },
      { weight: 1, arbitrary: fc.record({ step: fc.constant('close' as const), row }) },
    ),
    { maxLength: 150 },
  );
}

describe.each([1024, 2048, 16_384, 131_072])('record rings of %i bytes against lists', (mailboxBytes) => {
  it('keep every record whole and in order, taken in turn or out of it, until there is no room', () =>
    fc.assert(
      fc.property(operations(Math.min(mailboxBytes - 268, 65_534)), (script) => {
        const box = setUp(mailboxBytes);
        const lists = new Map<number, Put[]>(ROWS.map((row) => [row, []]));
        let number = 0;
        for (const step of script) {
          const { row } = step;
          const list = lists.get(row) as Put[];
          if (step.step === 'append') {
            const record = { number: ++number, kind: step.kind, payloadBytes: step.length };
            const fits = wouldFit(box, row, step.length);
            expect(put(box, row, record)).toBe(fits);
            if (fits) list.push(record);
          } else if (step.step === 'close') {
            const before = wordsInUse(box.words[box.ring.cursors + row]);
            closeGaps(box.words, box.ring, row);
            expect(wordsInUse(box.words[box.ring.cursors + row])).toBeLessThanOrEqual(before);
            expect(closeGaps(box.words, box.ring, row)).toBe(false);
          } else {
            // Walks on from each record that it has taken, as sessions do.
            let at = firstRecord(box.words, box.ring, row);
            let index = 0;
            for (const skips of step.skips) {
              for (let i = 0; i < skips && at !== NO_RECORD; i++, index++) at = nextRecord(box.words, box.ring, row, at);
              if (at === NO_RECORD) break;
              expect(isPut(box, at, list[index])).toBe(true);
              takeRecord(box.words, box.ring, row, at);
              list.splice(index, 1);
              at = nextRecord(box.words, box.ring, row, at);
            }
          }
          const heads = headsOf(box, row);
          expect(heads.length).toBe(list.length);
          expect(heads.every((at, i) => isPut(box, at, list[i]))).toBe(true);
          expect(box.words[box.ring.cursors + row] === 0).toBe(list.length === 0);
        }
      }),
      { numRuns: mailboxBytes > 20_000 ? 60 : 300 },
    ));
});

it.each([1024, 16_384, 131_072])(
  'a ring of %i bytes in which one record is never taken has room for ever for the others',
  (mailboxBytes) => {
    const box = setUp(mailboxBytes);
    const stays = { number: 7, kind: 2, payloadBytes: 20 };
    put(box, 0, stays);
    const most = Math.min(maxRecordBytes(box.ring), 1500) >> 1;
    let words = 0;
    let mistakes = 0;
    for (let number = 10; words < 3 * 65_536; number++) {
      const record = { number, kind: 1, payloadBytes: (number * 37) % most };
      if (!put(box, 0, record)) {
        if (!closeGaps(box.words, box.ring, 0) || !put(box, 0, record)) mistakes++;
      }
      words += RECORD_HEAD_WORDS + Math.ceil(record.payloadBytes / 4);
      const at = nextRecord(box.words, box.ring, 0, firstRecord(box.words, box.ring, 0));
      if (at === NO_RECORD || !isPut(box, at, record)) mistakes++;
      takeRecord(box.words, box.ring, 0, at);
    }
    expect(mistakes).toBe(0);
    expect(isPut(box, firstRecord(box.words, box.ring, 0), stays)).toBe(true);
    expect(headsOf(box, 0).length).toBe(1);
  },
);
