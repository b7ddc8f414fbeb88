import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column, IN_CELL, maxPayloadBytes, PACKET_WORDS, SlotState } from '../../src/layout/geometry.js';
import type { Block } from '../../src/memory/block.js';
import { InboundRun } from '../../src/memory/inbound-run.js';
import type { OutboundRun } from '../../src/memory/outbound-run.js';
import type { PacketHandler } from '../../src/memory/packet-handler.js';
import { bytesOf } from './block-fixture.js';
import { heldIn, makeSide, RING_BYTES, type Side } from './packet-side.js';

const MOST = maxPayloadBytes(RING_BYTES);
const NOW_MS = 5000;
const ROWS = [0, 1, 2, 15, 16, 63];

/** All that a push or a drain may have changed is the same on both sides. Whether a packet lies in its ring's cell is nobody's to see. */
function expectSame(one: Side, other: Side): void {
  const [traces, otherTraces] = [one, other].map(({ table, block, rings }) => {
    const times = table.doubles.slice(block.firstActivity, block.firstActivity + 64);
    const columns = block.page.subarray(0, Column.inbound);
    const held = ROWS.map((row) => heldIn(block, row));
    return [columns, block.traffic, times, rings.packetsIn, rings.packetsOut, held];
  });
  expect(otherTraces).toEqual(traces);
}

const lengths = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 2, arbitrary: fc.constantFrom(8, 32, 64, 252, 256) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: MOST }) },
);
const packets = fc.array(fc.record({ row: fc.constantFrom(...ROWS), opcode: fc.nat(0xffff), length: lengths }), { maxLength: 60 });
/** All of one length and opcode: how a batch mostly is. */
const alike = fc
  .tuple(fc.array(fc.constantFrom(...ROWS), { maxLength: 60 }), fc.nat(0xffff), fc.integer({ min: 0, max: 80 }))
  .map(([rows, opcode, length]) => rows.map((row) => ({ row, opcode, length })));

function pushOneByOne({ table, block, rings }: Side, given: readonly { row: number; opcode: number; length: number }[], bytes: Uint8Array) {
  let start = 0;
  for (const { row, opcode, length } of given) {
    if (rings.push(block, row, opcode, bytes, start, length)) table.doubles[block.firstActivity + row] = NOW_MS;
    start += length;
  }
}

/** As a batch is pushed: by runs, and one by one where a run stops. Returns how many went by runs. */
function pushByRuns(
  { table, block, rings, kernels }: Side,
  given: readonly { row: number; opcode: number; length: number }[],
  bytes: Uint8Array,
  ownsList: boolean,
  withCells: boolean,
) {
  const run = new InboundRun(table, ownsList);
  const [first] = given;
  const areAlike = given.every(({ opcode, length }) => opcode === first.opcode && length === first.length);
  run.begin(
    given.length,
    areAlike && first !== undefined ? first.opcode : given.map(({ opcode }) => opcode),
    bytes,
    areAlike && first !== undefined ? first.length : given.map(({ length }) => length),
    NOW_MS,
  );
  for (const [i, { row }] of given.entries()) run.packets.set([block.firstSlot + row, 500 + row], i * PACKET_WORDS);
  let byRuns = 0;
  while (run.next < given.length) {
    const { next } = run;
    if (withCells) rings.pushCells(run, kernels);
    if (run.next === next) rings.pushRun(block, run, kernels);
    byRuns += run.next - next;
    if (run.next !== next) continue;
    const { row, opcode, length } = given[next];
    if (rings.push(block, row, opcode, bytes, run.start, length)) table.doubles[block.firstActivity + row] = NOW_MS;
    run.next++;
    run.start += length;
  }
  return byRuns;
}

describe.each([
  ['with cells and SIMD', true, true, true],
  ['with SIMD', true, true, false],
  ['with SIMD, for a list that is not the table’s', true, false, true],
  ['with plain kernels', false, true, false],
])('HostRings’ runs of packets %s', (_form, enableSimd, ownsList, withCells) => {
  it('leaves all as pushes one by one do, whatever the rows, the lengths and the alignment', () => {
    void fc.assert(
      fc.property(fc.array(fc.oneof(packets, alike), { maxLength: 3 }), fc.nat(3), (batches, offset) => {
        const single = makeSide(enableSimd);
        const batched = makeSide(enableSimd);
        for (const [seed, given] of batches.entries()) {
          const bytes = bytesOf(seed, offset + given.reduce((sum, { length }) => sum + length, 0)).subarray(offset);
          pushOneByOne(single, given, bytes);
          pushByRuns(batched, given, bytes, ownsList, withCells);
          expectSame(single, batched);
          // Every other row is read between two batches.
          for (const { session } of [single, batched]) {
            for (const row of ROWS) {
              session.$row = row;
              if (row % 2 === 0) while (session.receive() !== null);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('takes a whole batch of short packets for rings that are empty', () => {
    const given = ROWS.map((row) => ({ row, opcode: 7, length: 32 }));
    expect(pushByRuns(makeSide(enableSimd), given, bytesOf(1, 32 * ROWS.length), ownsList, withCells)).toBe(ROWS.length);
  });

  it.each([0, 3, 4, 13, 28, 32, 36, 41, 44, 45, 60, 64, 68, 200])(
    'copies the words of payloads that are met again, of %i bytes',
    (length) => {
      const given = ROWS.map((row) => ({ row, opcode: 9, length }));
      const bytes = bytesOf(3, length * ROWS.length);
      const [single, batched] = [makeSide(enableSimd), makeSide(enableSimd)];
      for (let turn = 0; turn < 3; turn++) {
        pushOneByOne(single, given, bytes);
        pushByRuns(batched, given, bytes, ownsList, withCells);
        expectSame(single, batched);
      }
    },
  );

  it.each([
    ['another incarnation is in the row', ({ block }: Side) => (block.page[Column.incarnation + 1] = 9)],
    ['the session is asleep', ({ table, block }: Side) => (table.slotStates[block.firstSlot + 1] = SlotState.hibernating)],
    ['the packet does not end in the near part', ({ block }: Side) => (block.page[Column.inbound + 1] = 60)],
  ])('stops before a packet that it cannot place: %s', (_, spoil) => {
    const side = makeSide(enableSimd);
    spoil(side);
    const before = side.block.page.slice();
    const run = new InboundRun(side.table, ownsList);
    run.begin(3, 7, bytesOf(1, 96), 32, NOW_MS);
    for (const row of [0, 1, 2]) run.packets.set([side.block.firstSlot + row, 500 + row], row * PACKET_WORDS);
    if (withCells) side.rings.pushCells(run, side.kernels);
    if (run.next === 0) side.rings.pushRun(side.block, run, side.kernels);
    expect([run.next, run.start, side.rings.packetsIn]).toEqual([1, 32, 1]);
    before[Column.inbound] = withCells && ownsList ? IN_CELL : 9;
    expect(side.block.page).toEqual(before);
  });
});

/** What a handler does at the packet of this number, to its own session or to that of another row. */
interface Deed {
  readonly at: number;
  readonly kind: 'throw' | 'send' | 'release' | 'replace' | 'return';
  readonly row: number | 'own';
  readonly length: number;
}

const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.record({
    at: fc.nat(20),
    kind: fc.constantFrom<Deed['kind'][]>('throw', 'send', 'release', 'replace', 'return'),
    row: fc.constantFrom<Deed['row'][]>('own', ...ROWS),
    length: lengths,
  }),
  { maxLength: 4 },
);

function send({ session }: Side, row: number, opcode: number, length: number): void {
  session.$row = row;
  session.send(opcode, bytesOf(opcode, length));
}

function release({ block: { page } }: Side, row: number): void {
  page[Column.incarnation + row] = 0;
  page[Column.outbound + row] = 0;
}

/** A session of this account comes to a row, one that the row has not had. */
function come({ block: { page } }: Side, row: number, accountId: number, incarnation: number): void {
  page[Column.account + row] = accountId;
  page[Column.incarnation + row] = incarnation;
  page[Column.outbound + row] = 0;
}

function commit(side: Side, { kind, length }: Deed, row: number, incarnation: number): void {
  const { page } = side.block;
  if (kind === 'throw') throw new Error('no');
  if (kind === 'send') {
    if (page[Column.incarnation + row] !== 0) send(side, row, 8, length);
    return;
  }
  release(side, row);
  if (kind === 'release') return;
  come(side, row, kind === 'return' ? page[Column.account + row] : incarnation, incarnation);
  send(side, row, 9, length);
}

describe('HostRings.drainCells and drainRun', () => {
  const runOf = ({ table, block }: Side): OutboundRun => ({
    slots: Int32Array.from(ROWS, (row) => block.firstSlot + row),
    accounts: Uint32Array.from(ROWS, (row) => block.page[Column.account + row]),
    count: ROWS.length,
    blocks: [undefined, undefined, block],
    table,
    nowMs: NOW_MS,
    next: 0,
  });

  /** As packets are handed out: by runs, and row by row where a run stops; or row by row throughout. */
  const handOut = (side: Side, handler: PacketHandler, byRuns: boolean) => {
    const { table, block, rings } = side;
    const run = runOf(side);
    while (run.next < run.count) {
      const { next } = run;
      if (byRuns) rings.drainCells(run, handler);
      if (byRuns && run.next === next) rings.drainRun(block, run, handler);
      if (run.next !== next) continue;
      const row = ROWS[next];
      if (block.page[Column.outbound + row] !== 0 && block.page[Column.account + row] === run.accounts[next]) {
        table.doubles[block.firstActivity + row] = NOW_MS;
        rings.drain(block, row, handler);
      }
      run.next++;
    }
  };

  /** What a handler saw that did these deeds, the memory that was known to be written included, and how it ended. */
  const trace = (side: Side, done: readonly Deed[], incarnation: number, byRuns: boolean): unknown[] => {
    const seen: unknown[] = [];
    const handler: PacketHandler = (account, packet) => {
      const number = seen.push([account, packet.opcode, [...packet.toBytes()], side.rings.touchedBytes(2)]) - 1;
      const own = ROWS.find((row) => side.block.page[Column.account + row] === account) as number;
      for (const [i, deed] of done.entries()) {
        if (deed.at === number) commit(side, deed, deed.row === 'own' ? own : deed.row, incarnation + i);
      }
    };
    try {
      handOut(side, handler, byRuns);
    } catch (error) {
      seen.push((error as Error).message);
    }
    return seen;
  };

  it('hands out and leaves all as drains row by row do, whatever the handler throws, sends, releases and creates', () => {
    void fc.assert(
      fc.property(fc.array(fc.tuple(packets, deeds), { maxLength: 3 }), (ticks) => {
        const sides = [makeSide(), makeSide()];
        for (const [tick, [sent, done]] of ticks.entries()) {
          const traces = sides.map((side, i) => {
            for (const row of ROWS) {
              if (side.block.page[Column.incarnation + row] === 0) come(side, row, 2000 + tick * 100 + row, 2000 + tick * 100 + row);
            }
            for (const { row, opcode, length } of sent) send(side, row, opcode, length);
            return trace(side, done, 5000 + tick * 100, i === 1);
          });
          expect(traces[1]).toEqual(traces[0]);
          expectSame(sides[0], sides[1]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('takes no note of the pages of a block that its handler had dropped', () => {
    const side = makeSide();
    const { block, rings } = side;
    const blocks: (Block | undefined)[] = [undefined, undefined, block];
    const run = { ...runOf(side), blocks };
    send(side, 0, 1, 48);
    rings.drainRun(block, run, () => {
      release(side, 0);
      rings.forget(2);
      blocks[2] = undefined;
    });
    expect([run.next, rings.packetsOut, rings.touchedBytes(2)]).toEqual([1, 1, 0]);
  });
});
