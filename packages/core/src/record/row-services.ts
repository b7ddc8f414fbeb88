import { MAX_TIMERS, MAX_UNANSWERED, ROWS } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { dataLength, dataRefusals, dataStart, NEVER_SET, writeData } from '../memory/data-values.js';
import { addTimer, periodsOf, setWakeTime, TIMER_ID, TIMER_PERIOD, timerAt, timersOf } from '../memory/timer-list.js';
import type { ByteSink } from './byte-sink.js';
import { type ByteSource, corrupt } from './byte-source.js';
import type { FieldPlan } from './field-plan.js';
import { Section } from './record-format.js';

/*
 * What sessions have beside fields of fixed size and rings, as sections of a record. Each `write…` says by the bit it returns whether there
 * was anything to write; each `read…` is called for a row as it is in a new session.
 */

export function writeRandom(sink: ByteSink, block: Block, row: number): number {
  const words = block.cold.i32;
  const first = block.services.random + row;
  // The last is never 0 once the stream has begun.
  if (words[first + 3 * ROWS] === 0) return 0;
  sink.reserve(16);
  for (let word = 0; word < 4; word++) sink.word(words[first + word * ROWS]);
  return Section.random;
}

export function readRandom(source: ByteSource, block: Block, row: number): void {
  const first = block.services.random + row;
  for (let word = 0; word < 4; word++) block.cold.i32[first + word * ROWS] = source.word();
}

/** How many, how many of them periods, then of each when it is due, its id, its period; in the order in which they stand in the list. */
export function writeTimers(sink: ByteSink, block: Block, row: number): number {
  const { timers } = block.services;
  const words = block.cold.i32;
  const counts = words[timers.counts + row];
  if (counts === 0) return 0;
  const count = timersOf(counts);
  sink.reserve(10 + count * 19);
  sink.varint(count);
  sink.varint(periodsOf(counts));
  for (let index = 0; index < count; index++) {
    const at = timerAt(timers, row, index);
    sink.double(block.cold.f64[at >> 1]);
    sink.varint(words[at + TIMER_ID]);
    sink.varint(words[at + TIMER_PERIOD]);
  }
  return Section.timers;
}

export function readTimers(source: ByteSource, block: Block, row: number): void {
  const count = source.varintUpTo(MAX_TIMERS, 'timers');
  const periods = source.varintUpTo(count, 'periods');
  let firstDue = Number.POSITIVE_INFINITY;
  for (let index = 0; index < count; index++) {
    const dueMs = source.double();
    const id = source.varint() | 0;
    const period = source.varint() | 0;
    if ((period !== 0) !== index < periods) throw corrupt(source.accountId, `timer ${index} of ${count} has period ${period}`);
    addTimer(block, row, dueMs, id, period);
    if (period === 0 && dueMs < firstDue) firstDue = dueMs;
  }
  block.cold.f64[(block.services.timers.dues >> 1) + row] = firstDue;
}

export function writeWake(sink: ByteSink, block: Block, row: number): number {
  const { wakes } = block.services.timers;
  const words = block.cold.i32;
  if ((words[wakes + row * 2] | words[wakes + row * 2 + 1]) === 0) return 0;
  sink.reserve(9);
  sink.double(block.cold.f64[(wakes >> 1) + row] + 0);
  return Section.wake;
}

export function readWake(source: ByteSource, block: Block, row: number): void {
  setWakeTime(block, row, source.double());
}

/** A request that the host has taken from a session and that has no answer in its mailbox yet. */
export interface NamedRequest {
  /** Its number among those of its session. */
  readonly requestId: number;
  readonly topic: string;
}

export const NO_NAMED_REQUESTS: readonly NamedRequest[] = Object.freeze([]);

const MOST_TOPIC_BYTES = 255;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** How many were made, how many have no answer; how many of those are named, and of each its number and its topic. */
export function writeRequests(sink: ByteSink, block: Block, row: number, named: readonly NamedRequest[]): number {
  const { asked, unanswered } = block.services;
  const words = block.cold.i32;
  if ((words[asked + row] | words[unanswered + row]) === 0) return 0;
  sink.reserve(10);
  sink.varint(words[asked + row]);
  sink.varint(words[unanswered + row]);
  sink.reserve(5);
  sink.varint(named.length);
  for (const { requestId, topic } of named) {
    const name = encoder.encode(topic);
    sink.reserve(10);
    sink.varint(requestId);
    sink.varint(name.length);
    sink.copy(name, 0, name.length);
  }
  return Section.requests;
}

/** Returns those that are named. */
export function readRequests(source: ByteSource, block: Block, row: number): readonly NamedRequest[] {
  const { asked, unanswered } = block.services;
  block.cold.i32[asked + row] = source.varint();
  block.cold.i32[unanswered + row] = source.varint();
  return readNamedRequests(source);
}

export function readNamedRequests(source: ByteSource): readonly NamedRequest[] {
  const count = source.varintUpTo(MAX_UNANSWERED, 'requests without an answer');
  if (count === 0) return NO_NAMED_REQUESTS;
  return Array.from({ length: count }, () => {
    const requestId = source.varint();
    const length = source.varintUpTo(MOST_TOPIC_BYTES, 'bytes of a topic');
    const start = source.take(length);
    return { requestId, topic: decoder.decode(source.bytes.subarray(start, start + length)) };
  });
}

/** Of each text field its length and its bytes. */
export function writeTexts(sink: ByteSink, { texts }: FieldPlan, block: Block, row: number): number {
  const { u8, u16 } = block.cold;
  let together = 0;
  for (const { lengthOffset } of texts) together += u16[lengthOffset + row];
  if (together === 0) return 0;
  for (const { offset, stride, lengthOffset } of texts) {
    const length = u16[lengthOffset + row];
    sink.reserve(5);
    sink.varint(length);
    sink.copy(u8, offset + row * stride, length);
  }
  return Section.texts;
}

/** What stands behind a text is cleared: nothing remains of whoever had the row before. */
export function readTexts(source: ByteSource, { texts }: FieldPlan, isPresent: boolean, block: Block, row: number): void {
  const { u8, u16 } = block.cold;
  for (const { name, offset, stride, lengthOffset } of texts) {
    const length = isPresent ? source.varintUpTo(stride, `bytes of state.${name}`) : 0;
    const start = offset + row * stride;
    if (length !== 0) source.copy(u8, start, length);
    u8.fill(0, start + length, start + stride);
    u16[lengthOffset + row] = length;
  }
}

/** Of each data field one more than its bytes, 0 for one that was never set; how many values were refused; its bytes. */
export function writeDataFields(sink: ByteSink, { data }: FieldPlan, block: Block, row: number): number {
  let isAnySet = false;
  for (const column of data) isAnySet ||= dataLength(block, column, row) !== NEVER_SET || dataRefusals(block, column, row) !== 0;
  if (!isAnySet) return 0;
  for (const column of data) {
    const length = dataLength(block, column, row);
    sink.reserve(10);
    sink.varint(length + 1);
    sink.varint(dataRefusals(block, column, row));
    if (length !== NEVER_SET) sink.copy(block.cold.u8, dataStart(block, column, row), length);
  }
  return Section.data;
}

export function readDataFields(source: ByteSource, { data }: FieldPlan, block: Block, row: number): void {
  for (const column of data) {
    const length = source.varintUpTo(column.field.maxBytes + 1, `bytes of state.${column.name}`) - 1;
    block.cold.u32[column.refusals + row] = source.varint();
    if (length === NEVER_SET) continue;
    const start = source.take(length);
    writeData(block, column, row, source.bytes.subarray(start, start + length));
  }
}
