import { CELL_WORDS, Column, IN_CELL, NEAR_WORDS, ROWS, Traffic } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { clearData, dataLength, dataRefusals, dataStart, NEVER_SET, writeData } from '../memory/data-values.js';
import { cellOf, type RingCells } from '../memory/ring-cells.js';
import { wordsInUse } from '../memory/ring-cursors.js';
import { clearServices } from '../memory/services.js';
import type { SessionTable } from '../memory/session-table.js';
import { addTimer, TIMER_ID, TIMER_PERIOD, timerAt, timersOf } from '../memory/timer-list.js';
import { FieldPlans } from './field-plan.js';

/** Columns that go along as they are. */
const COLUMNS = Object.values(Column);
const COUNTERS = Object.values(Traffic);

/** Up to so many words are copied one by one: two views of them cost more. */
const FEW_WORDS = 128;

/** What rows that are moved pass through; main thread only. Nothing here knows of a table or a block: those go with their manager. */
const plans = new FieldPlans();
let passing = new DataView(new ArrayBuffer(1024), 0, 1024);

/**
 * Copies everything a row holds to another row of the same behaviour, whatever was in that: ids and counters, state, services, what lies in its
 * rings and where. The row it is copied from stays as it was. What the slots hold, the index and who is on which map is the caller's;
 * blocks with something in an outbound ring are marked as having it. Main thread, between ticks.
 */
export function moveRow(table: SessionTable, from: Block, fromRow: number, to: Block, toRow: number): void {
  for (const column of COLUMNS) to.page[column + toRow] = from.page[column + fromRow];
  for (const column of COUNTERS) to.traffic[column + toRow] = from.traffic[column + fromRow];
  table.faultCounts[to.firstSlot + toRow] = table.faultCounts[from.firstSlot + fromRow];
  table.doubles[to.firstActivity + toRow] = table.doubles[from.firstActivity + fromRow];
  moveFields(table, from, fromRow, to, toRow);
  moveServices(from, fromRow, to, toRow);
  moveRings(from, fromRow, to, toRow);
  if (to.page[Column.outbound + toRow] !== 0) table.outboundFlags[to.blockIndex] = 1;
  if (to.cold.i32[to.services.outbox.cursors + toRow] !== 0) table.outboxFlags[to.blockIndex] = 1;
}

function moveFields(table: SessionTable, from: Block, fromRow: number, to: Block, toRow: number): void {
  const plan = plans.of(from);
  if (plan.bytes > passing.byteLength) passing = new DataView(new ArrayBuffer(plan.bytes), 0, plan.bytes);
  plan.gather(table, table.bytes, from, fromRow, passing, 0);
  plan.scatter(table, table.bytes, to, toRow, passing, 0);
  for (const { offset, stride, lengthOffset } of plan.texts) {
    const start = offset + fromRow * stride;
    to.cold.u8.set(from.cold.u8.subarray(start, start + stride), offset + toRow * stride);
    to.cold.u16[lengthOffset + toRow] = from.cold.u16[lengthOffset + fromRow];
  }
  for (const column of plan.data) {
    clearData(to, column, toRow);
    to.cold.u32[column.refusals + toRow] = dataRefusals(from, column, fromRow);
    const length = dataLength(from, column, fromRow);
    if (length === NEVER_SET) continue;
    const start = dataStart(from, column, fromRow);
    writeData(to, column, toRow, from.cold.u8.subarray(start, start + length));
  }
}

function moveServices(from: Block, fromRow: number, to: Block, toRow: number): void {
  const { asked, unanswered, random, timers } = from.services;
  const source = from.cold.i32;
  const target = to.cold.i32;
  clearServices(to, toRow);
  copyUsed(source, asked + fromRow, target, asked + toRow);
  copyUsed(source, unanswered + fromRow, target, unanswered + toRow);
  for (let word = 0; word < 4; word++) copyUsed(source, random + word * ROWS + fromRow, target, random + word * ROWS + toRow);
  for (let word = 0; word < 2; word++) copyUsed(source, timers.wakes + fromRow * 2 + word, target, timers.wakes + toRow * 2 + word);
  const count = timersOf(source[timers.counts + fromRow]);
  for (let index = 0; index < count; index++) {
    const at = timerAt(timers, fromRow, index);
    addTimer(to, toRow, from.cold.f64[at >> 1], source[at + TIMER_ID], source[at + TIMER_PERIOD]);
  }
  if (count !== 0) to.cold.f64[(timers.dues >> 1) + toRow] = from.cold.f64[(timers.dues >> 1) + fromRow];
}

/** A word that is 0 already is left alone: what nobody has used must not become memory. */
function copyUsed(from: Int32Array, at: number, into: Int32Array, to: number): void {
  if (from[at] !== 0) into[to] = from[at];
}

function moveRings(from: Block, fromRow: number, to: Block, toRow: number): void {
  const { capacity, inboundNear, inboundFar, outboundNear, outboundFar } = from.rings;
  const { mailbox, outbox } = from.services;
  const source = from.cold.i32;
  const inbound = from.page[Column.inbound + fromRow];
  if (inbound === IN_CELL) moveCell(from.inboundCells, from.firstSlot + fromRow, to.inboundCells, to.firstSlot + toRow);
  else moveRing(from, fromRow, to, toRow, inbound, capacity, inboundNear, inboundFar);
  const outbound = from.page[Column.outbound + fromRow];
  if (outbound === IN_CELL) moveCell(from.outboundCells, from.firstSlot + fromRow, to.outboundCells, to.firstSlot + toRow);
  else moveRing(from, fromRow, to, toRow, outbound, capacity, outboundNear, outboundFar);
  copyUsed(source, mailbox.cursors + fromRow, to.cold.i32, mailbox.cursors + toRow);
  copyUsed(source, outbox.cursors + fromRow, to.cold.i32, outbox.cursors + toRow);
  moveRing(from, fromRow, to, toRow, source[mailbox.cursors + fromRow], mailbox.capacity, mailbox.near, mailbox.far);
  moveRing(from, fromRow, to, toRow, source[outbox.cursors + fromRow], outbox.capacity, outbox.near, outbox.far);
}

function moveCell(from: RingCells, fromSlot: number, to: RingCells, toSlot: number): void {
  copyWords(from.words, cellOf(fromSlot), to.words, cellOf(toSlot), CELL_WORDS);
}

/** The words from the tail to the head, to the same places: in at most three pieces. */
function moveRing(
  from: Block,
  fromRow: number,
  to: Block,
  toRow: number,
  cursors: number,
  capacity: number,
  near: number,
  far: number,
): void {
  let left = wordsInUse(cursors);
  let position = (cursors >>> 16) & (capacity - 1);
  while (left > 0) {
    const isNear = position < NEAR_WORDS;
    const count = Math.min(left, (isNear ? NEAR_WORDS : capacity) - position);
    const rowWords = isNear ? NEAR_WORDS : capacity - NEAR_WORDS;
    const first = isNear ? near + position : far + position - NEAR_WORDS;
    copyWords(from.cold.i32, first + fromRow * rowWords, to.cold.i32, first + toRow * rowWords, count);
    left -= count;
    position = (position + count) & (capacity - 1);
  }
}

function copyWords(from: Int32Array, begin: number, into: Int32Array, to: number, count: number): void {
  if (count > FEW_WORDS) into.set(from.subarray(begin, begin + count), to);
  else for (let i = 0; i < count; i++) into[to + i] = from[begin + i];
}
