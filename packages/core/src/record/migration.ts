import type { AnyBehavior } from '../behavior.js';
import { DormouseError, messageOf, shown } from '../errors.js';
import { type Codec, encodeWith } from '../layout/codec.js';
import type { DataField } from '../layout/data-field.js';
import { ByteSink, checksumOf } from './byte-sink.js';
import { valuesOf } from './decoded-record.js';
import { problemOf, RecordFields, writeFixed, writeInitial } from './record-fields.js';
import { HEADER_BYTES, HeaderAt, RECORD_VERSION, Section } from './record-format.js';
import { type RecordParts, RINGS, type Span, takeApart } from './record-parts.js';

/** Sections that a migrated record has as the old one had them. */
const KEPT =
  RINGS |
  Section.group |
  Section.traffic |
  Section.faults |
  Section.marks |
  Section.counting |
  Section.random |
  Section.timers |
  Section.wake |
  Section.requests;

/** How the states of one shape become those that a behaviour has now. */
export interface ShapeChange {
  readonly fromVersion: number;
  /** Fields of the stored shape. */
  readonly from: RecordFields;
  readonly behavior: AnyBehavior;
  /** Number of the shape that the behaviour has now. */
  readonly toShape: number;
  /** The manager's. */
  readonly codec: Codec;
}

type Values = Readonly<Record<string, unknown>>;

/**
 * Makes records of a behaviour as it was records of the behaviour as it is: by the user's `migrate`, which gets the old fields and says what the new ones
 * are. Those that it does not mention are as in a new session; everything beside the fields — counters, timers, random stream, requests, what lies in the
 * rings — stays as it was. Records are bytes to it on both sides: it needs no row, and changes nothing. Host's thread.
 */
export class Migration {
  readonly #change: ShapeChange;
  readonly #to: RecordFields;
  readonly #names: ReadonlySet<string>;

  /** `change.behavior` has a `migrate`. */
  constructor(change: ShapeChange) {
    const { layout } = change.behavior;
    this.#change = change;
    this.#to = new RecordFields(layout);
    this.#names = new Set(layout.columns.map(({ name }) => name));
  }

  /**
   * The record that an account's session goes on with. Throws `ERR_RECORD_CORRUPT` for bytes that are no such record, `ERR_RECORD_MIGRATION` where `migrate` has thrown, or
   * has returned what is no state of the behaviour, naming account, versions and field.
   */
  migrate(record: Uint8Array, accountId: number): Uint8Array {
    const { from } = this.#change;
    const parts = takeApart(record, accountId, from);
    return this.#assemble(parts, this.#ask(parts, accountId), accountId);
  }

  #ask(parts: RecordParts, accountId: number): Values {
    const { from, fromVersion, behavior, codec } = this.#change;
    let decoding: string | undefined;
    let returned: unknown;
    try {
      const values = valuesOf(parts, from, (bytes, name) => {
        decoding = name;
        return this.#codecOf(name, codec).decode(bytes.slice());
      });
      decoding = undefined;
      returned = behavior.definition.migrate?.(fromVersion, Object.fromEntries(values));
    } catch (cause) {
      const what = decoding === undefined ? 'it has thrown' : `state.${decoding} could not be decoded`;
      throw this.#failed(accountId, `${what}: ${messageOf(cause)}`, cause);
    }
    const problem = problemOfReturned(returned);
    if (problem !== undefined) throw this.#failed(accountId, problem);
    // Read once: getters are the user's. Without a prototype, whose members go by names that fields may have too.
    let values: Values;
    try {
      values = Object.assign(Object.create(null) as Values, returned);
    } catch (cause) {
      throw this.#failed(accountId, `what it returned cannot be read: ${messageOf(cause)}`, cause);
    }
    for (const name of Object.keys(values)) {
      if (this.#names.has(name)) continue;
      throw this.#failed(accountId, `it returned ${shown(name)}, which is no field: there are ${[...this.#names].join(', ')}`);
    }
    return values;
  }

  #assemble(parts: RecordParts, values: Values, accountId: number): Uint8Array {
    const { fixed, texts, data } = this.#to;
    const sink = new ByteSink();
    const copy = ({ start, end }: Span): void => sink.copy(parts.bytes, start, end - start);
    let sections = parts.sections & KEPT;
    copy(parts.counters);
    const fields = new Uint8Array(this.#to.bytes);
    const view = new DataView(fields.buffer, 0, fields.length);
    for (const place of fixed) {
      const { name } = place.column;
      writeInitial(view, place);
      if (values[name] === undefined) continue;
      this.#check(problemOf(place.column, values[name]), name, values[name], accountId);
      writeFixed(view, place, values[name]);
    }
    writeBlock(sink, fields);
    copy(parts.services);
    const written = texts.map((column) => {
      const value = values[column.name] === undefined ? column.field.initial : values[column.name];
      this.#check(problemOf(column, value), column.name, value, accountId);
      return Buffer.from(value as string);
    });
    if (written.some(({ length }) => length > 0)) {
      sections |= Section.texts;
      for (const text of written) writeBlock(sink, text);
    }
    const stored = data.map(({ name, field }) => ({
      bytes: this.#encode(name, field, values[name], accountId),
      refusals: this.#refusalsOf(parts, name),
    }));
    if (stored.some(({ bytes, refusals }) => bytes !== undefined || refusals > 0)) {
      sections |= Section.data;
      for (const { bytes, refusals } of stored) {
        sink.reserve(10);
        sink.varint(bytes === undefined ? 0 : bytes.length + 1);
        sink.varint(refusals);
        if (bytes !== undefined) sink.copy(bytes, 0, bytes.length);
      }
    }
    copy(parts.rings);
    return sealed(sink, accountId, this.#change.toShape, sections);
  }

  /** None: as in a new session. */
  #encode(name: string, field: DataField, value: unknown, accountId: number): Uint8Array | undefined {
    if (value === undefined) return undefined;
    let bytes: Uint8Array;
    try {
      bytes = encodeWith(field.codec ?? this.#change.codec, value).slice();
    } catch (cause) {
      throw this.#failed(accountId, `state.${name} could not be encoded: ${messageOf(cause)}`, cause);
    }
    if (bytes.length <= field.maxBytes) return bytes;
    throw this.#failed(accountId, `state.${name} must be at most ${field.maxBytes} bytes when encoded: got ${bytes.length}`);
  }

  /** Values refused by a field that goes by the same name count on. */
  #refusalsOf({ data }: RecordParts, name: string): number {
    const index = this.#change.from.data.findIndex((column) => column.name === name);
    return index === -1 ? 0 : data[index].refusals;
  }

  /** That of the field that goes by this name now, if it has one of its own: it is not stored which one a field had. */
  #codecOf(name: string, codec: Codec): Codec {
    return this.#to.data.find((column) => column.name === name)?.field.codec ?? codec;
  }

  #check(problem: string | undefined, name: string, value: unknown, accountId: number): void {
    if (problem === undefined) return;
    throw this.#failed(accountId, `state.${name}${problem.startsWith('[') ? '' : ' '}${problem}: got ${shown(value)}`);
  }

  #failed(accountId: number, why: string, cause?: unknown): DormouseError {
    const { fromVersion, behavior } = this.#change;
    const message = `migrate of behaviour ${shown(behavior.name)}, from version ${fromVersion} to ${behavior.version}, failed for account ${accountId}: ${why}`;
    return new DormouseError('ERR_RECORD_MIGRATION', message, cause === undefined ? { accountId } : { accountId, cause });
  }
}

function problemOfReturned(returned: unknown): string | undefined {
  const what = `it must return a plain object of fields: got ${shown(returned)}`;
  if (typeof returned !== 'object' || returned === null) return what;
  const { then } = returned as Partial<PromiseLike<unknown>>;
  if (typeof then === 'function') {
    // The promise is the user's and may still reject; that would end the process on top of this error.
    (returned as PromiseLike<unknown>).then(undefined, () => {});
    return `${what}; it must be synchronous`;
  }
  const prototype: unknown = Object.getPrototypeOf(returned);
  return prototype === Object.prototype || prototype === null ? undefined : what;
}

/** How many bytes, then the bytes. */
function writeBlock(sink: ByteSink, bytes: Uint8Array): void {
  sink.reserve(5);
  sink.varint(bytes.length);
  sink.copy(bytes, 0, bytes.length);
}

/** The record whose body is in `body`. */
function sealed(body: ByteSink, accountId: number, shape: number, sections: number): Uint8Array {
  const sink = new ByteSink();
  sink.reserve(HEADER_BYTES + 5);
  sink.at = HEADER_BYTES;
  sink.varint(body.at);
  sink.copy(body.bytes, 0, body.at);
  const { view } = sink;
  view.setUint8(HeaderAt.version, RECORD_VERSION);
  view.setUint8(HeaderAt.shape, shape);
  view.setUint16(HeaderAt.sections, sections, true);
  view.setUint32(HeaderAt.account, accountId, true);
  view.setInt32(HeaderAt.checksum, 0, true);
  const record = sink.bytes.slice(0, sink.at);
  new DataView(record.buffer, 0, record.length).setUint32(HeaderAt.checksum, checksumOf(record), true);
  return record;
}
