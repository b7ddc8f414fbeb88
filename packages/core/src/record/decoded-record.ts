import type { Codec } from '../layout/codec.js';
import type { StateLayout } from '../layout/state-layout.js';
import { ByteSource, corrupt } from './byte-source.js';
import { RecordFields, readFixed } from './record-fields.js';
import { type RecordHead, Section } from './record-format.js';
import { openRecord, readRecordHead } from './record-opening.js';
import { type RecordParts, takeApart } from './record-parts.js';

/** A packet in a ring. */
export interface DecodedPacket {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** What lies in a mailbox or an outbox: its kind, two numbers that each kind uses as it likes, and a payload. */
export interface DecodedMail {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly payload: Uint8Array;
}

/** All that a record says. */
export interface DecodedRecord {
  readonly accountId: number;
  readonly incarnation: number;
  readonly mapId: number;
  readonly groupId: number;
  readonly updateCount: number;
  /** Failed updates. */
  readonly faultCount: number;
  /** Simulated ms. */
  readonly lastActivityMs: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly dropped: number;
  /**
   * State by name, in the order of the shape: numbers, bigints, booleans, strings, arrays of elements, values of data fields. Of a data field the bytes, where no codec
   * was given or it has thrown; undefined where nothing was ever stored.
   */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Values refused as too large, of those data fields that have refused some. */
  readonly tooLarge: Readonly<Record<string, number>>;
  /** Four words of the stream of random numbers; undefined before the first was asked for. */
  readonly random: readonly number[] | undefined;
  /** Simulated ms; of a period (ms) when it is due next. */
  readonly timers: readonly { readonly id: number; readonly dueMs: number }[];
  readonly periods: readonly { readonly periodMs: number; readonly dueMs: number }[];
  /** Simulated ms at which it must be awake; undefined: at no time. */
  readonly wakeMs: number | undefined;
  /** `open`: of those unanswered, those on their way to the host's handlers and back; the others have yet to leave the outbox. */
  readonly requests: {
    readonly asked: number;
    readonly unanswered: number;
    readonly open: readonly { readonly requestId: number; readonly topic: string }[];
  };
  readonly inbound: readonly DecodedPacket[];
  readonly outbound: readonly DecodedPacket[];
  readonly mailbox: readonly DecodedMail[];
  readonly outbox: readonly DecodedMail[];
}

/**
 * What an account's record says, by the layout of its state (`layoutOf` of its shape). `codec` decodes data fields; without it they are left as bytes. Throws
 * `ERR_RECORD_CORRUPT` for bytes that are no record of that account, or not one with these fields. Any thread; nothing is kept.
 */
export function decodeRecord(bytes: Uint8Array, accountId: number, layout: StateLayout, codec?: Codec): DecodedRecord {
  const fields = new RecordFields(layout);
  const parts = takeApart(bytes, accountId, fields);
  const { head, wakeMs } = parts;
  const values = valuesOf(parts, fields, (stored) => decodedOrBytes(stored, codec));
  const refused = fields.data.map(({ name }, index) => [name, parts.data[index].refusals] as const);
  return {
    accountId,
    incarnation: head.incarnation,
    mapId: head.mapId,
    groupId: head.groupId,
    updateCount: head.updateCount,
    faultCount: head.faultCount,
    lastActivityMs: head.lastActivityMs,
    packetsIn: head.packetsIn,
    packetsOut: head.packetsOut,
    bytesIn: head.bytesIn,
    bytesOut: head.bytesOut,
    dropped: head.dropped,
    fields: Object.fromEntries(layout.columns.map(({ name }) => [name, values.get(name)])),
    tooLarge: Object.fromEntries(refused.filter(([, count]) => count > 0)),
    random: parts.random,
    timers: parts.timers.filter(({ period }) => period === 0).map(({ id, dueMs }) => ({ id, dueMs })),
    periods: parts.timers.filter(({ period }) => period !== 0).map(({ period, dueMs }) => ({ periodMs: period, dueMs })),
    wakeMs: wakeMs === Number.POSITIVE_INFINITY ? undefined : wakeMs,
    requests: { asked: parts.asked, unanswered: parts.unanswered, open: parts.named },
    ...readRings(parts, accountId),
  };
}

/** Checks that bytes are a whole record of an account, as far as can be told without its fields: header, length, checksum. Throws `ERR_RECORD_CORRUPT`. */
export function checkRecord(bytes: Uint8Array, accountId: number): RecordHead {
  const source = new ByteSource();
  return readRecordHead(source, openRecord(source, bytes, accountId));
}

/** The values of a record's fields by name; `decode` makes those of data fields of their bytes. */
export function valuesOf(
  { fixed, texts, data }: RecordParts,
  fields: RecordFields,
  decode: (bytes: Uint8Array, name: string) => unknown,
): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const place of fields.fixed) values.set(place.column.name, readFixed(fixed, place));
  for (const [index, { name }] of fields.texts.entries()) values.set(name, Buffer.from(texts[index]).toString('utf8'));
  for (const [index, { name }] of fields.data.entries()) {
    const { bytes } = data[index];
    values.set(name, bytes === undefined ? undefined : decode(bytes, name));
  }
  return values;
}

function decodedOrBytes(bytes: Uint8Array, codec: Codec | undefined): unknown {
  if (codec === undefined) return bytes;
  try {
    return codec.decode(bytes.slice());
  } catch {
    // Of another codec: bytes are what it is.
    return bytes;
  }
}

function readRings(
  { bytes, sections, rings }: RecordParts,
  accountId: number,
): Pick<DecodedRecord, 'inbound' | 'outbound' | 'mailbox' | 'outbox'> {
  const source = new ByteSource();
  source.load(bytes, accountId);
  source.at = rings.start;
  const of = <T>(section: number, read: () => T): Entry<T>[] => ((sections & section) === 0 ? [] : entriesOf(source, read));
  const inbound = of(Section.inbound, () => packetIn(source));
  const outbound = of(Section.outbound, () => packetIn(source));
  const mailbox = of(Section.mailbox, () => mailIn(source));
  const outbox = of(Section.outbox, () => mailIn(source));
  if (source.at !== source.length) throw corrupt(accountId, `it has ${source.length - source.at} bytes more than its rings`);
  return { inbound, outbound, mailbox, outbox };
}

type Entry<T> = T & { readonly payload: Uint8Array };

/** Behind the place of the first: of each one more than its payload bytes, what `read` takes, and the payload; then a 0. */
function entriesOf<T>(source: ByteSource, read: () => T): Entry<T>[] {
  source.varint();
  const entries: Entry<T>[] = [];
  for (let more = source.varint(); more !== 0; more = source.varint()) {
    const entry = read();
    const start = source.take(more - 1);
    entries.push({ ...entry, payload: source.bytes.slice(start, start + more - 1) });
  }
  return entries;
}

function packetIn(source: ByteSource): { opcode: number } {
  return { opcode: source.varintUpTo(0xffff, 'an opcode') };
}

function mailIn(source: ByteSource): { kind: number; a: number; b: number } {
  return { kind: source.varintUpTo(0xfe, 'a kind of mail'), a: source.varint(), b: source.varint() };
}
