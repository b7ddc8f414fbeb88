import fc from 'fast-check';
import { layOutBlock } from '../../src/layout/block-layout.js';
import type { DataColumn } from '../../src/layout/data-column.js';
import { data } from '../../src/layout/data-field.js';
import { bigint64, bool, ELEMENT_BYTES, f32, f64, i8, i16, i32, text, u8, u16, u32 } from '../../src/layout/field.js';
import { CELL_WORDS, Column, IN_CELL, MOST_CELL_PAYLOAD, NEAR_WORDS, ROWS, recordWords, Traffic } from '../../src/layout/geometry.js';
import { type Fields, layOut, type TextColumn } from '../../src/layout/state-layout.js';
import { allocateBlockBuffer, Block } from '../../src/memory/block.js';
import { clearData, dataLength, dataRefusals, dataStart, NEVER_SET, writeData } from '../../src/memory/data-values.js';
import {
  appendRecord,
  firstRecord,
  NO_RECORD,
  nextRecord,
  RECORD_HEAD_WORDS,
  recordBytes,
  recordKind,
  takeRecord,
} from '../../src/memory/record-ring.js';
import { cellOf, type RingCells } from '../../src/memory/ring-cells.js';
import { claimRecord, lastRecordAt, releaseRecord, skipPads } from '../../src/memory/ring-cursors.js';
import { clearServices } from '../../src/memory/services.js';
import { SessionTable } from '../../src/memory/session-table.js';
import { setWakeTime, TIMER_ID, TIMER_PERIOD, timerAt, timersOf, wakeTime } from '../../src/memory/timer-list.js';
import { nextRandom } from '../../src/runtime/random.js';
import { armPeriod, armTimer } from '../../src/runtime/timers.js';
import { bytesOf } from '../memory/block-fixture.js';

/** Every kind of field. */
export const ALL_FIELDS = {
  x: f32(),
  track: f64({ length: 3 }),
  at: f64(),
  big: bigint64(),
  bigs: bigint64({ length: 2 }),
  count: u32({ published: true }),
  signed: i32({ length: 5, published: true }),
  small: i16(),
  smalls: u16({ length: 3 }),
  tiny: i8(),
  tinies: u8({ length: 7 }),
  isUp: bool(),
  hotX: f32({ hot: true }),
  hotTrack: f64({ hot: true }),
  hotSmall: u16({ hot: true }),
  hotTinies: u8({ hot: true, length: 3 }),
  hotBig: bigint64({ hot: true }),
  name: text(40, { published: true }),
  motto: text(300),
  bag: data({ maxBytes: 9000 }),
  little: data({ maxBytes: 50 }),
} satisfies Fields;

export const SIZES = { ringBytes: 1024, mailboxBytes: 1024, outboxBytes: 1024 };

/** A table with two blocks of one behaviour. */
export function makeRows(fields: Fields = ALL_FIELDS, sizes = SIZES) {
  const table = SessionTable.reserve(256);
  const places = layOutBlock(layOut(fields), sizes);
  const blocks = [0, 1].map((index) => new Block(table, index, 0, places, allocateBlockBuffer(places)));
  return { table, blocks, columns: places.state.columns };
}
export type Rows = ReturnType<typeof makeRows>;

/** What a row is filled with. */
export interface RowState {
  readonly words: readonly number[];
  readonly seed: number;
  /** Of the fields of fixed size, so many bytes from the first on are anything; the rest 0. */
  readonly fieldBytes: number;
  readonly textBytes: readonly number[];
  readonly dataBytes: readonly number[];
  readonly refusals: number;
  readonly lastActivityMs: number;
  readonly faults: number;
  readonly wakeMs: number;
  readonly periods: readonly number[];
  readonly timers: readonly { readonly id: number; readonly delayMs: number }[];
  readonly hasRandom: boolean;
  readonly asks: readonly [number, number];
  /** Ring after ring: how many words are passed before anything stays; payload bytes of what stays. */
  readonly rings: readonly { readonly passed: number; readonly payloads: readonly number[]; readonly taken: readonly number[] }[];
}

const word = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 0xffff_ffff }));
const time = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5_000_000_000 }), fc.double({ min: 0, max: 1e15, noNaN: true }));

/** Any state of a row; without rings, that of one asleep. */
export function anyRow(withRings: boolean): fc.Arbitrary<RowState> {
  const ring = fc.record({
    passed: fc.integer({ min: 0, max: 400 }),
    payloads: fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 700 })), { maxLength: 6 }),
    taken: fc.array(fc.nat(5), { maxLength: 2 }),
  });
  const empty = { passed: 0, payloads: [], taken: [] };
  return fc.record({
    words: fc.array(word, { minLength: 11, maxLength: 11 }),
    seed: fc.integer(),
    fieldBytes: fc.oneof(fc.constant(0), fc.constant(1000), fc.integer({ min: 0, max: 150 })),
    textBytes: fc.tuple(fc.integer({ min: 0, max: 40 }), fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 }))),
    dataBytes: fc.tuple(
      fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 300 }), fc.constantFrom(64, 65, 2048, 2049, 9000)),
      fc.integer({ min: -1, max: 50 }),
    ),
    refusals: fc.integer({ min: 0, max: 3 }),
    lastActivityMs: time,
    faults: fc.constantFrom(0, 1, 255),
    wakeMs: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), time),
    periods: fc.uniqueArray(fc.integer({ min: 1, max: 0x7fff_ffff }), { maxLength: 4 }),
    timers: fc.uniqueArray(fc.record({ id: fc.nat(0xffff), delayMs: time }), { maxLength: 60, selector: ({ id }) => id }),
    hasRandom: fc.boolean(),
    asks: fc.tuple(word, fc.integer({ min: 0, max: 5 })),
    rings: fc.array(withRings ? ring : fc.constant(empty), { minLength: 4, maxLength: 4 }),
  });
}

const WORD_COLUMNS = [Column.account, Column.map, Column.group, Column.incarnation];
const COUNTERS = Object.values(Traffic);

/** Fills a row, whatever was in it before. Its updates stand still. */
export function fillRow({ table, columns }: Rows, block: Block, row: number, state: RowState): void {
  clearServices(block, row);
  for (const [index, column] of WORD_COLUMNS.entries()) block.page[column + row] = state.words[index];
  for (const [index, column] of COUNTERS.entries()) block.traffic[column + row] = state.words[WORD_COLUMNS.length + index];
  block.page[Column.updateBias + row] = -(Math.abs(state.seed) % 1_000_000);
  table.doubles[block.firstActivity + row] = state.lastActivityMs;
  table.faultCounts[block.firstSlot + row] = state.faults;
  const filler = bytesOf(state.seed, 2000);
  let filled = 0;
  let texts = 0;
  let values = 0;
  for (const column of columns) {
    const { kind } = column.field;
    if (kind === 'text') {
      const length = state.textBytes[texts++];
      const { offset, stride, lengthOffset } = column as TextColumn;
      block.cold.u8.set(filler.subarray(0, stride), offset + row * stride);
      block.cold.u16[lengthOffset + row] = length;
    } else if (kind === 'data') {
      const length = state.dataBytes[values++];
      clearData(block, column as DataColumn, row);
      if (length !== -1) writeData(block, column as DataColumn, row, bytesOf(state.seed + 1, length));
      block.cold.u32[(column as DataColumn).refusals + row] = state.refusals;
    } else {
      const bytes = bytesOfColumn(table, block, column, row);
      for (let i = 0; i < bytes.length; i++) bytes[i] = filled++ < state.fieldBytes ? filler[filled] : 0;
    }
  }
  for (const period of state.periods) armPeriod(block, row, 1000, period);
  for (const { id, delayMs } of state.timers) armTimer(block, row, 1000, delayMs, id);
  if (state.wakeMs !== Number.POSITIVE_INFINITY) setWakeTime(block, row, state.wakeMs);
  if (state.hasRandom) nextRandom(block, row, state.seed);
  const words = block.cold.i32;
  const { services, rings } = block;
  [words[services.asked + row], words[services.unanswered + row]] = state.asks;
  if (!fillCell(block, row, Column.inbound, block.inboundCells, state.rings[0]))
    fillPackets(block, row, Column.inbound, rings.inboundNear, rings.inboundFar, state.rings[0]);
  if (!fillCell(block, row, Column.outbound, block.outboundCells, state.rings[1]))
    fillPackets(block, row, Column.outbound, rings.outboundNear, rings.outboundFar, state.rings[1]);
  for (const [index, ring] of [services.mailbox, services.outbox].entries()) {
    const { passed, payloads, taken } = state.rings[index + 2];
    // A ring is rewound when it is empty: it is passed with one record always there.
    for (let at = 0; at < passed; at += 8) {
      appendRecord(words, ring, row, 1, 0, 0, 20);
      if (at > 0) takeRecord(words, ring, row, firstRecord(words, ring, row));
    }
    const heads: number[] = [];
    for (const [number, length] of payloads.entries()) {
      const to = appendRecord(words, ring, row, 1 + number, state.seed, number, length);
      if (to === NO_RECORD) continue;
      block.cold.u8.set(bytesOf(number, length), to * 4);
      heads.push(to - RECORD_HEAD_WORDS);
    }
    for (const index of new Set(taken)) if (index < heads.length) takeRecord(words, ring, row, heads[index]);
  }
}

/** A ring that is to have one short packet has it in its cell. */
function fillCell(block: Block, row: number, column: number, cells: RingCells, ring: RowState['rings'][number]): boolean {
  const [length] = ring.payloads;
  if (ring.passed > 0 || ring.payloads.length !== 1 || length > MOST_CELL_PAYLOAD) return false;
  const cell = cellOf(block.firstSlot + row);
  cells.words.fill(0, cell, cell + CELL_WORDS);
  cells.words[cell] = 65_000 | (length << 16);
  cells.bytes.set(bytesOf(65_000, length), (cell + 1) * 4);
  block.page[column + row] = IN_CELL;
  return true;
}

function fillPackets(block: Block, row: number, column: number, near0: number, far0: number, ring: RowState['rings'][number]): void {
  const { capacity } = block.rings;
  const words = block.cold.i32;
  const near = near0 + row * NEAR_WORDS;
  const far = far0 + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
  let cursors = 0;
  const put = (length: number, opcode: number): void => {
    const need = recordWords(length);
    const after = claimRecord(words, near, far, capacity, cursors, need);
    if (after === 0) return;
    const at = lastRecordAt(after, need, near, far, capacity);
    words[at + need - 1] = 0;
    words[at] = opcode | (length << 16);
    block.cold.u8.set(bytesOf(opcode, length), (at + 1) * 4);
    cursors = after;
  };
  for (let at = 0; at < ring.passed; at += 4) {
    put(12, 9);
    if (at > 0) cursors = releaseRecord(skipPads(words, near, far, capacity, cursors), 4);
  }
  for (const [number, length] of ring.payloads.entries()) put(length, 65_000 + number);
  block.page[column + row] = cursors;
}

function bytesOfColumn(
  table: SessionTable,
  block: Block,
  { element, hot, offset, stride }: Rows['columns'][number],
  row: number,
): Uint8Array {
  const bytes = ELEMENT_BYTES[element] * stride;
  const start = offset * ELEMENT_BYTES[element] + row * bytes;
  return hot
    ? new Uint8Array(table.memory.buffer, table.hotOffset(block.blockIndex) + start, bytes)
    : new Uint8Array(block.buffer, start, bytes);
}

/** All that a row holds, as values to compare. */
export function contentOf({ table, columns }: Rows, block: Block, row: number): Record<string, unknown> {
  const words = block.cold.i32;
  const { services, rings } = block;
  const fields = columns.map((column): unknown => {
    if (column.field.kind === 'text') {
      const { offset, stride, lengthOffset } = column as TextColumn;
      const start = offset + row * stride;
      return Array.from(block.cold.u8.subarray(start, start + block.cold.u16[lengthOffset + row]));
    }
    if (column.field.kind === 'data') {
      const length = dataLength(block, column as DataColumn, row);
      const refusals = dataRefusals(block, column as DataColumn, row);
      const start = length === NEVER_SET ? 0 : dataStart(block, column as DataColumn, row);
      return [length, refusals, length === NEVER_SET ? '' : Buffer.from(block.cold.u8.subarray(start, start + length)).toString('hex')];
    }
    return Array.from(bytesOfColumn(table, block, column, row));
  });
  const { timers } = services;
  const count = timersOf(words[timers.counts + row]);
  return {
    words: [
      ...WORD_COLUMNS.map((column) => block.page[column + row]),
      ...COUNTERS.map((column) => block.traffic[column + row]),
      block.page[Column.updateBias + row],
    ],
    lastActivityMs: table.doubles[block.firstActivity + row],
    faults: table.faultCounts[block.firstSlot + row],
    fields: Object.fromEntries(columns.map(({ name }, index) => [name, fields[index]])),
    random: [0, 1, 2, 3].map((k) => words[services.random + k * ROWS + row]),
    requests: [words[services.asked + row], words[services.unanswered + row]],
    wakeMs: wakeTime(block, row),
    counts: words[timers.counts + row],
    firstDue: count === words[timers.counts + row] >>> 16 ? undefined : block.cold.f64[(timers.dues >> 1) + row],
    timers: Array.from({ length: count }, (_, index) => {
      const at = timerAt(timers, row, index);
      return [block.cold.f64[at >> 1], words[at + TIMER_ID], words[at + TIMER_PERIOD]];
    }),
    inbound: packetsOf(block, row, Column.inbound, block.inboundCells, rings.inboundNear, rings.inboundFar),
    outbound: packetsOf(block, row, Column.outbound, block.outboundCells, rings.outboundNear, rings.outboundFar),
    mailbox: recordsOf(block, row, services.mailbox),
    outbox: recordsOf(block, row, services.outbox),
  };
}

function packetsOf(block: Block, row: number, column: number, cells: RingCells, near0: number, far0: number): unknown[] {
  if (block.page[column + row] === IN_CELL) {
    const cell = cellOf(block.firstSlot + row);
    return [Array.from(cells.words.subarray(cell, cell + recordWords(cells.words[cell] >>> 16))).join()];
  }
  const { capacity } = block.rings;
  const words = block.cold.i32;
  const near = near0 + row * NEAR_WORDS;
  const far = far0 + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
  const packets: unknown[] = [];
  for (let cursors = block.page[column + row]; cursors !== 0; ) {
    cursors = skipPads(words, near, far, capacity, cursors);
    const position = (cursors >>> 16) & (capacity - 1);
    const at = (position < NEAR_WORDS ? near : far) + position;
    const need = recordWords(words[at] >>> 16);
    packets.push(Array.from(words.subarray(at, at + need)).join());
    cursors = releaseRecord(cursors, need);
  }
  return packets;
}

function recordsOf(block: Block, row: number, ring: Block['services']['mailbox']): unknown[] {
  const words = block.cold.i32;
  const records: unknown[] = [];
  for (let at = firstRecord(words, ring, row); at !== NO_RECORD; at = nextRecord(words, ring, row, at)) {
    const length = recordBytes(words, at);
    records.push([recordKind(words, at), length, Array.from(words.subarray(at + 1, at + 3 + ((length + 3) >> 2))).join()]);
  }
  return records;
}
