import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CELL_TAKEN,
  CELL_WORDS,
  Column,
  IN_CELL,
  MOST_CELL_PAYLOAD,
  NEAR_WORDS,
  PACKET_WORDS,
  ROW_BITS,
  ROW_MASK,
  ROWS,
  recordWords,
  SlotState,
  Traffic,
} from '../../src/layout/geometry.js';
import { InboundRun } from '../../src/memory/inbound-run.js';
import { cellOf } from '../../src/memory/ring-cells.js';
import { FORMS, type Form, kernelTable } from './kernel-table.js';

const BLOCKS = 4;
const NOW_MS = 77.5;

/** What a row holds, as far as packets are concerned. */
interface Row {
  readonly state: SlotState;
  readonly incarnation: number;
  readonly inbound: number;
  readonly outbound: number;
}

const cursors = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: NEAR_WORDS }),
  fc.tuple(fc.nat(0xfffe), fc.nat(0x7fff)).map(([tail, used]) => (tail << 16) | ((tail + used) & 0xffff) | 0),
);
const row: fc.Arbitrary<Row> = fc.record({
  state: fc.constantFrom(...Object.values(SlotState)),
  incarnation: fc.constantFrom(1, 2, 0xffff_ffff | 0),
  inbound: cursors,
  outbound: cursors,
});
const rows = fc.dictionary(fc.integer({ min: 0, max: BLOCKS * ROWS - 1 }).map(String), row, { maxKeys: 60 });
const slots = fc.array(fc.integer({ min: 0, max: BLOCKS * ROWS - 1 }), { maxLength: 80 });

function tableOf(form: Form, content: Readonly<Record<string, Row>>) {
  const all = kernelTable(form, BLOCKS);
  const { table } = all;
  const at = (slot: number, column: number): number => table.pageOffset(slot >> ROW_BITS) / 4 + column + (slot & ROW_MASK);
  for (const [key, each] of Object.entries(content)) {
    const slot = Number(key);
    all.fill(slot, { state: each.state });
    table.words[at(slot, Column.account)] = 0xffff_ff00 + slot;
    for (const name of ['incarnation', 'inbound', 'outbound'] as const) table.words[at(slot, Column[name])] = each[name];
  }
  return { ...all, pageWord: (slot: number, column: number): number => table.words[at(slot, column)] };
}

describe.each(FORMS)('the kernels for packets in their %s form', (form) => {
  const packet = fc.record({
    slot: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: ROWS, max: 2 * ROWS - 1 }) }, fc.constantFrom(-1, 0, 2 * ROWS)),
    incarnation: fc.constantFrom(1, 2, 0xffff_ffff | 0),
    length: fc.oneof(fc.integer({ min: 0, max: 64 }), fc.integer({ min: 0, max: 65_532 })),
  });

  it('make room for one packet after the other as long as each is for a session awake in the block and ends in the near part, and count those', () =>
    fc.assert(
      fc.property(rows, fc.array(packet, { maxLength: 30 }), fc.nat(3), fc.boolean(), (content, packets, skipped, areAlike) => {
        const { table, kernels, pageWord, word } = tableOf(form, content);
        const lengths = packets.map(({ length }) => (areAlike ? 20 : length));
        const run = new InboundRun(table, true);
        run.begin(packets.length, 9, new Uint8Array(0), areAlike ? 20 : lengths, NOW_MS);
        for (const [i, { slot, incarnation }] of packets.entries()) run.packets.set([slot, incarnation], i * PACKET_WORDS);
        run.next = Math.min(skipped, packets.length);

        const expected: { slot: number; place: number; bytes: number }[] = [];
        const heads = new Map<number, number>();
        for (const [i, { slot, incarnation }] of packets.entries()) {
          if (i < run.next) continue;
          const there = content[String(slot)];
          if (slot >> ROW_BITS !== 1 || there === undefined) break;
          if (there.incarnation !== incarnation || there.state === SlotState.hibernating) break;
          const before = (heads.get(slot) ?? there.inbound) >>> 0;
          if (before + recordWords(lengths[i]) > NEAR_WORDS) break;
          heads.set(slot, before + recordWords(lengths[i]));
          expected.push({ slot, place: ((slot - ROWS) << 6) + before, bytes: lengths[i] });
        }

        const places = (): number[] => packets.map((_, i) => run.packets[i * PACKET_WORDS + 3]).slice(run.next, run.next + expected.length);
        expect(kernels.placeInbound(run, 1)).toBe(expected.length);
        expect(places()).toEqual(expected.map(({ place }) => place));
        for (const [key, { inbound }] of Object.entries(content)) {
          const slot = Number(key);
          const own = expected.filter((each) => each.slot === slot);
          expect(pageWord(slot, Column.inbound)).toBe(heads.get(slot) ?? inbound);
          expect(word(slot, Traffic.packetsIn)).toBe(own.length);
          expect(word(slot, Traffic.bytesIn)).toBe(own.reduce((sum, { bytes }) => sum + bytes, 0));
          expect(table.doubles[table.firstActivity(0) + slot]).toBe(own.length > 0 ? NOW_MS : 0);
        }
      }),
      { numRuns: 300 },
    ));

  it('keep of a list of slots those that are not free and have sent something, in its order, with their accounts', () =>
    fc.assert(
      fc.property(rows, slots, (content, listed) => {
        const { table, kernels, touched } = tableOf(form, content);
        const before = touched();
        table.senderSlots.set(listed);
        const kept = kernels.keepSenders(listed.length);
        const expected = listed.filter((slot) => {
          const there = content[String(slot)];
          return there !== undefined && there.outbound !== 0 && there.state !== SlotState.free;
        });
        expect([...table.senderSlots.subarray(0, kept)]).toEqual(expected);
        expect([...table.senderAccounts.subarray(0, kept)]).toEqual(expected.map((slot) => 0xffff_ff00 + slot));
        expect(touched()).toBe(before);
      }),
      { numRuns: 300 },
    ));
});

describe('the kernels for cells, which the SIMD form alone has', () => {
  const short = fc.record({
    slot: fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 0, max: BLOCKS * ROWS - 1 }) }, fc.constantFrom(-1, BLOCKS * ROWS)),
    length: fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 0, max: MOST_CELL_PAYLOAD }) }, fc.integer({ min: 0, max: 70 })),
  });

  it('put packets into the cells of rings that are empty, whatever their blocks, as long as each is short enough and at hand, and count those', () =>
    fc.assert(
      fc.property(
        rows,
        fc.array(short, { maxLength: 30 }),
        fc.nat(3),
        fc.boolean(),
        fc.nat(40),
        fc.nat(800),
        (content, packets, skipped, areAlike, start, atHand) => {
          const { table, kernels, pageWord, word } = tableOf('simd', content);
          const lengths = packets.map(({ length }) => (areAlike ? 21 : length));
          const run = new InboundRun(table, true);
          run.begin(packets.length, 9, new Uint8Array(0), areAlike ? 21 : lengths, NOW_MS);
          for (const [i, { slot }] of packets.entries()) run.packets.set([slot, content[String(slot)]?.incarnation ?? 3], i * PACKET_WORDS);
          run.next = Math.min(skipped, packets.length);
          const payloads = Uint8Array.from({ length: 2500 }, (_, at) => (at * 7 + 1) & 0xff);
          table.payloadChunk.set(payloads);
          for (const cells of [table.inboundCells, table.outboundCells]) cells.words.fill(-1);

          const expected = new Map<number, Uint8Array>();
          let at = start;
          for (const [i, { slot }] of packets.entries()) {
            if (i < run.next) continue;
            const there = content[String(slot)];
            if (there === undefined || there.state === SlotState.hibernating || there.inbound !== 0 || expected.has(slot)) break;
            if (lengths[i] > MOST_CELL_PAYLOAD || at + lengths[i] > start + atHand) break;
            expected.set(slot, payloads.slice(at, at + lengths[i]));
            at += lengths[i];
          }

          expect(kernels.fillCells?.(run, start, start + atHand)).toBe(expected.size);
          for (const [key, { inbound, outbound }] of Object.entries(content)) {
            const slot = Number(key);
            const bytes = expected.get(slot);
            expect([pageWord(slot, Column.inbound), pageWord(slot, Column.outbound)]).toEqual([
              bytes === undefined ? inbound : IN_CELL,
              outbound,
            ]);
            expect([word(slot, Traffic.packetsIn), word(slot, Traffic.bytesIn)]).toEqual(bytes === undefined ? [0, 0] : [1, bytes.length]);
            expect(table.doubles[table.firstActivity(0) + slot]).toBe(bytes === undefined ? 0 : NOW_MS);
          }
          for (let slot = 0; slot < BLOCKS * ROWS; slot++) {
            const cell = cellOf(slot);
            const bytes = expected.get(slot);
            if (bytes === undefined) {
              expect(table.inboundCells.words.subarray(cell, cell + CELL_WORDS).every((each) => each === -1)).toBe(true);
              continue;
            }
            expect(table.inboundCells.words[cell]).toBe(9 | (bytes.length << 16));
            const padded = new Uint8Array((bytes.length + 3) & ~3);
            padded.set(bytes);
            expect(table.inboundCells.bytes.slice((cell + 1) * 4, (cell + 1) * 4 + padded.length)).toEqual(padded);
          }
          expect(table.outboundCells.words.every((each) => each === -1)).toBe(true);
        },
      ),
      { numRuns: 300 },
    ));

  const sender = fc.record({
    slot: fc.integer({ min: 0, max: BLOCKS * ROWS - 1 }),
    length: fc.integer({ min: 0, max: MOST_CELL_PAYLOAD }),
    opcode: fc.constantFrom(0, 7, 0xffff),
    /** What has become of it since it was listed: mostly nothing. */
    fate: fc.oneof({ weight: 12, arbitrary: fc.constant('none' as const) }, fc.constantFrom('empty', 'ring', 'another')),
    hasSentMore: fc.boolean(),
  });

  it('take packets out of cells as long as each sender has one and is still who was listed, count those, and rewind the rings of who has sent no more', () =>
    fc.assert(
      fc.property(fc.uniqueArray(sender, { maxLength: 40, selector: ({ slot }) => slot }), fc.nat(3), (senders, skipped) => {
        const { table, kernels, pageWord, word } = tableOf('simd', {});
        const { outboundCells, sent, words } = table;
        const at = (slot: number, column: number): number => table.pageOffset(slot >> ROW_BITS) / 4 + column + (slot & ROW_MASK);
        for (const [i, { slot, length, opcode, fate }] of senders.entries()) {
          words[at(slot, Column.account)] = 0xffff_ff00 + slot;
          words[at(slot, Column.outbound)] = fate === 'empty' ? 0 : fate === 'ring' ? 5 : IN_CELL;
          outboundCells.words[cellOf(slot)] = opcode | (length << 16);
          table.senderSlots[i] = slot;
          table.senderAccounts[i] = 0xffff_ff00 + slot + Number(fate === 'another');
        }
        const begin = Math.min(skipped, senders.length);
        const stop = senders.findIndex(({ fate }, i) => i >= begin && fate !== 'none');
        const end = stop === -1 ? senders.length : stop;
        const cursors = (): number[] => senders.map(({ slot }) => pageWord(slot, Column.outbound));
        const before = cursors();

        expect(kernels.takeCells?.(begin, senders.length, NOW_MS)).toBe(end - begin);
        const isTaken = (i: number): boolean => i >= begin && i < end;
        for (const [i, { slot, length, opcode }] of senders.entries()) {
          const expected = isTaken(i) ? [1, length, NOW_MS] : [0, 0, 0];
          const counted = [word(slot, Traffic.packetsOut), word(slot, Traffic.bytesOut), table.doubles[table.firstActivity(0) + slot]];
          expect(counted).toEqual(expected);
          if (isTaken(i)) expect([sent.opcodes[i], sent.lengths[i], sent.starts[i]]).toEqual([opcode, length, cellOf(slot) + 1]);
        }
        expect(cursors()).toEqual(before.map((cursor, i) => (isTaken(i) ? CELL_TAKEN : cursor)));
        for (const [i, { slot, hasSentMore }] of senders.entries()) if (isTaken(i) && hasSentMore) words[at(slot, Column.outbound)] += 4;
        kernels.rewindCells?.(begin, end);
        const after = senders.map(({ hasSentMore }, i) => (isTaken(i) ? (hasSentMore ? CELL_TAKEN + 4 : 0) : before[i]));
        expect(cursors()).toEqual(after);
      }),
      { numRuns: 300 },
    ));

  it('are not there in the plain form', () => {
    const { fillCells, takeCells, rewindCells } = kernelTable('plain', 1).kernels;
    expect([fillCells, takeCells, rewindCells]).toEqual([undefined, undefined, undefined]);
  });
});
