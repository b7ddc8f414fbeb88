import { MAX_TIMERS } from '../layout/geometry.js';
import { NEVER_SET } from '../memory/data-values.js';
import { ByteSource, corrupt } from './byte-source.js';
import type { RecordFields } from './record-fields.js';
import { HeaderAt, type RecordHead, Section } from './record-format.js';
import { openRecord, readRecordHead } from './record-opening.js';
import { type NamedRequest, NO_NAMED_REQUESTS, readNamedRequests } from './row-services.js';
import { unpackZeros, wholeWords } from './zero-packing.js';

/** First byte, and the byte behind the last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The value of a data field as it is stored. */
export interface StoredData {
  /** None while nothing was ever set. */
  readonly bytes: Uint8Array | undefined;
  readonly refusals: number;
}

export interface StoredTimer {
  readonly dueMs: number;
  readonly id: number;
  /** 0: it is due once. */
  readonly period: number;
}

/** A record taken apart by the fields that its state has, every part checked. Nothing of it lies in the record's bytes. */
export interface RecordParts {
  readonly head: RecordHead;
  readonly sections: number;
  /** A copy of the record, its checksum 0: what the spans below are of. */
  readonly bytes: Uint8Array;
  /** Map, counters, times: all that stands before the fields. */
  readonly counters: Span;
  /** Fields of fixed size, all zeros there. */
  readonly fixed: DataView;
  /** Random stream, timers, wake time, requests. */
  readonly services: Span;
  readonly random: readonly number[] | undefined;
  readonly timers: readonly StoredTimer[];
  readonly wakeMs: number;
  readonly asked: number;
  readonly unanswered: number;
  /** Of these, those that were on their way. */
  readonly named: readonly NamedRequest[];
  /** Of each text its bytes; of each data field what it holds. */
  readonly texts: readonly Uint8Array[];
  readonly data: readonly StoredData[];
  /** What lies in its rings. */
  readonly rings: Span;
}

/** Takes an account's record apart. Throws `ERR_RECORD_CORRUPT` for bytes that are no record of that account, or not one with these fields. */
export function takeApart(record: Uint8Array, accountId: number, fields: RecordFields): RecordParts {
  const source = new ByteSource();
  const sections = openRecord(source, record, accountId);
  const start = source.at;
  const head = readRecordHead(source, sections);
  const counters = { start, end: source.at };
  const fixed = readFields(source, fields.bytes, (sections & Section.packed) !== 0);
  const servicesAt = source.at;
  const random = (sections & Section.random) === 0 ? undefined : [source.word(), source.word(), source.word(), source.word()];
  const timers = (sections & Section.timers) === 0 ? [] : readTimers(source);
  const wakeMs = (sections & Section.wake) === 0 ? Number.POSITIVE_INFINITY : source.double();
  const hasRequests = (sections & Section.requests) !== 0;
  const asked = hasRequests ? source.varint() : 0;
  const unanswered = hasRequests ? source.varint() : 0;
  const named = hasRequests ? readNamedRequests(source) : NO_NAMED_REQUESTS;
  const services = { start: servicesAt, end: source.at };
  const hasTexts = (sections & Section.texts) !== 0;
  const texts = fields.texts.map(({ name, stride }) =>
    hasTexts ? copyOf(source, source.varintUpTo(stride, `bytes of state.${name}`)) : new Uint8Array(0),
  );
  const hasData = (sections & Section.data) !== 0;
  const data = fields.data.map(({ name, field }) => (hasData ? readData(source, name, field.maxBytes) : NO_DATA));
  const rings = { start: source.at, end: source.length };
  if ((sections & RINGS) === 0 && rings.start !== rings.end) {
    throw corrupt(accountId, `it has ${rings.end - rings.start} bytes more than its fields`);
  }
  const bytes = source.bytes.subarray(0, source.length);
  return { head, sections, bytes, counters, fixed, services, random, timers, wakeMs, asked, unanswered, named, texts, data, rings };
}

/** Number of its state's shape, of a record that has been found to be one. */
export function shapeOfRecord(record: Uint8Array): number {
  return record[HeaderAt.shape];
}

export const RINGS = Section.inbound | Section.outbound | Section.mailbox | Section.outbox;

const NO_DATA: StoredData = { bytes: undefined, refusals: 0 };

function readFields(source: ByteSource, size: number, isPacked: boolean): DataView {
  const length = source.varintUpTo(size, 'bytes of fields');
  const start = source.take(length);
  const fields = new Uint8Array(wholeWords(size));
  if (!isPacked) fields.set(source.bytes.subarray(start, start + length));
  else if (!unpackZeros(source.bytes, start, start + length, fields, size)) {
    throw corrupt(source.accountId, `its ${length} bytes of fields, packed, are not those of ${size}`);
  }
  return new DataView(fields.buffer, 0, size);
}

function readTimers(source: ByteSource): StoredTimer[] {
  const count = source.varintUpTo(MAX_TIMERS, 'timers');
  const periods = source.varintUpTo(count, 'periods');
  return Array.from({ length: count }, (_, index) => {
    const dueMs = source.double();
    const id = source.varint() | 0;
    const period = source.varint() | 0;
    if ((period !== 0) !== index < periods) throw corrupt(source.accountId, `timer ${index} of ${count} has period ${period}`);
    return { dueMs, id, period };
  });
}

function readData(source: ByteSource, name: string, maxBytes: number): StoredData {
  const length = source.varintUpTo(maxBytes + 1, `bytes of state.${name}`) - 1;
  const refusals = source.varint();
  return { bytes: length === NEVER_SET ? undefined : copyOf(source, length), refusals };
}

function copyOf(source: ByteSource, length: number): Uint8Array {
  const start = source.take(length);
  return source.bytes.slice(start, start + length);
}
