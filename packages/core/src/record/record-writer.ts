import { Column, SlotState, Traffic } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { SessionTable } from '../memory/session-table.js';
import { OWN_SHAPES } from '../memory/staging.js';
import { ByteSink, checksumOf, varintBytes } from './byte-sink.js';
import { type FieldPlan, FieldPlans } from './field-plan.js';
import { HEADER_BYTES, HeaderAt, RECORD_VERSION, Section } from './record-format.js';
import { INBOUND, OUTBOUND, writePackets, writeRecords } from './ring-sections.js';
import {
  type NamedRequest,
  NO_NAMED_REQUESTS,
  writeDataFields,
  writeRandom,
  writeRequests,
  writeTexts,
  writeTimers,
  writeWake,
} from './row-services.js';
import { mostPackedBytes, packZeros, wholeWords } from './zero-packing.js';

/** Bytes of a length at most. A record's own stands behind its header, and is known last: the body begins where the longest leaves it room. */
const MOST_LENGTH_BYTES = 5;
const BODY_AT = HEADER_BYTES + MOST_LENGTH_BYTES;
/** Of every number that stands before the fields, at their longest. */
const MOST_BEFORE_FIELDS = BODY_AT + 16 * 9;

/**
 * Makes records of sessions: everything that a row holds, as bytes that mean the same to every thread (record/README.md). One for each thread;
 * nothing is allocated once it has met its largest record.
 */
export class RecordWriter {
  readonly #table: SessionTable;
  readonly #tableBytes: Uint8Array;
  readonly #plans = new FieldPlans();
  readonly #sink = new ByteSink();
  readonly #packs: boolean;
  readonly #shapes: Readonly<Uint8Array>;
  /** On the host's thread: the requests of an incarnation that are on their way, by ascending number. Without it none is named. */
  requestsOf: ((incarnation: number) => readonly NamedRequest[]) | undefined;
  /** Number of the last tick: of who is awake it tells how many updates there were. */
  tick = 0;
  /** Of the record written last: its sections and its map, and where in the sink begins what only changes if its session does. */
  #sections = 0;
  #mapId = 0;
  #contentAt = 0;
  /** Bytes of the record written last. */
  #length = 0;

  /**
   * `packs`: fields are written without their zeros where that is shorter, as whoever does not compress records wants them. `shapes`: see
   * {@link import('../memory/staging.js').Staging.shapes}.
   */
  constructor(table: SessionTable, packs: boolean, shapes: Readonly<Uint8Array> = OWN_SHAPES) {
    this.#table = table;
    this.#packs = packs;
    this.#shapes = shapes;
    this.#tableBytes = new Uint8Array(table.memory.buffer, 0, table.regions.totalBytes);
  }

  /** Bytes of the record that was written last, or of the one that had no room. */
  get length(): number {
    return this.#length;
  }

  /**
   * Writes the record of a row, asleep, awake or in quarantine, from byte `at` of `into` on, which may be shared. Returns its bytes, or
   * −1, and has written nothing, when they do not fit before the end: `length` says how many there are. The row's thread alone, between ticks.
   */
  write(block: Block, row: number, into: Uint8Array, at: number): number {
    const sink = this.#sink;
    const plan = this.#plans.of(block);
    sink.at = 0;
    sink.reserve(MOST_BEFORE_FIELDS + mostPackedBytes(plan.bytes) + wholeWords(plan.bytes));
    sink.at = BODY_AT;
    let sections = this.#writeCounters(block, row);
    sections |= this.#packs ? this.#writePacked(plan, block, row) : this.#writeFields(plan, block, row);
    sections |= writeRandom(sink, block, row);
    sections |= writeTimers(sink, block, row);
    sections |= writeWake(sink, block, row);
    sections |= writeRequests(sink, block, row, this.#named(block, row));
    if (plan.texts.length !== 0) sections |= writeTexts(sink, plan, block, row);
    if (plan.data.length !== 0) sections |= writeDataFields(sink, plan, block, row);
    sections |= writePackets(sink, block, row, INBOUND, Section.inbound);
    sections |= writePackets(sink, block, row, OUTBOUND, Section.outbound);
    sections |= writeRecords(sink, block, row, block.services.mailbox, Section.mailbox);
    sections |= writeRecords(sink, block, row, block.services.outbox, Section.outbox);
    this.#sections = sections;
    const { bytes, view, at: end } = sink;
    const lengthBytes = varintBytes(end - BODY_AT);
    const start = MOST_LENGTH_BYTES - lengthBytes;
    sink.varintAt(BODY_AT - lengthBytes, end - BODY_AT, lengthBytes);
    view.setUint8(start + HeaderAt.version, RECORD_VERSION);
    view.setUint8(start + HeaderAt.shape, this.#shapes[block.behaviorIndex]);
    view.setUint16(start + HeaderAt.sections, sections, true);
    view.setInt32(start + HeaderAt.account, block.page[Column.account + row], true);
    // The checksum is of the record with a 0 in its own place.
    view.setInt32(start + HeaderAt.checksum, 0, true);
    const record = bytes.subarray(start, end);
    view.setInt32(start + HeaderAt.checksum, checksumOf(record), true);
    this.#length = record.length;
    if (record.length > into.length - at) return -1;
    into.set(record, at);
    return record.length;
  }

  /**
   * A sum of all that the record written last says, 1…2⁵³ − 1; of one that is awake without how many updates there were, which the tick tells. Two records of an account with
   * the same sum say the same, but once in 2⁵³; if they differ in no more than 4 bytes side by side, always.
   */
  contentSum(): number {
    const { bytes, view, at: end } = this.#sink;
    const start = this.#contentAt;
    const before = mix(this.#sections, this.#mapId);
    let mixed = before;
    let at = start;
    for (; at <= end - 4; at += 4) mixed = mix(mixed, view.getInt32(at, true));
    for (; at < end; at++) mixed = mix(mixed, bytes[at]);
    const checksum = (checksumOf(bytes.subarray(start, end)) ^ before) >>> 0;
    return checksum * 2 ** 21 + (mixed >>> 11) || 1;
  }

  #named(block: Block, row: number): readonly NamedRequest[] {
    const { requestsOf } = this;
    if (requestsOf === undefined || block.cold.i32[block.services.unanswered + row] === 0) return NO_NAMED_REQUESTS;
    return requestsOf(block.page[Column.incarnation + row]);
  }

  #writeCounters(block: Block, row: number): number {
    const sink = this.#sink;
    const { page, traffic } = block;
    let sections = 0;
    this.#mapId = page[Column.map + row];
    sink.varint(this.#mapId);
    sink.varint(page[Column.incarnation + row]);
    const isCounting = this.#table.slotStates[block.firstSlot + row] === SlotState.active;
    const bias = page[Column.updateBias + row];
    const countAt = sink.at;
    sink.varint(isCounting ? this.tick - bias : -bias);
    // Since which tick they count stands at the end of the counters.
    this.#contentAt = isCounting ? sink.at : countAt;
    sink.double(this.#table.doubles[block.firstActivity + row]);
    const group = page[Column.group + row];
    if (group !== 0) {
      sink.varint(group);
      sections |= Section.group;
    }
    const packetsIn = traffic[Traffic.packetsIn + row];
    const packetsOut = traffic[Traffic.packetsOut + row];
    const bytesIn = traffic[Traffic.bytesIn + row];
    const bytesOut = traffic[Traffic.bytesOut + row];
    if ((packetsIn | packetsOut | bytesIn | bytesOut) !== 0) {
      sink.varint(packetsIn);
      sink.varint(packetsOut);
      sink.varint(bytesIn);
      sink.varint(bytesOut);
      sections |= Section.traffic;
    }
    const faults = this.#table.faultCounts[block.firstSlot + row];
    const dropped = traffic[Traffic.dropped + row];
    if ((faults | dropped) !== 0) {
      sink.varint(faults);
      sink.varint(dropped);
      sections |= Section.faults;
    }
    const mark = traffic[Traffic.mark + row];
    const markBefore = traffic[Traffic.markBefore + row];
    if ((mark | markBefore) !== 0) {
      sink.varint(mark);
      sink.varint(markBefore);
      sections |= Section.marks;
    }
    if (isCounting) {
      sink.varint(bias);
      sections |= Section.counting;
    }
    return sections;
  }

  /** Their length, in as many bytes as the longest takes, and the fields without the zeros at their end. */
  #writeFields(plan: FieldPlan, block: Block, row: number): number {
    const sink = this.#sink;
    const lengthAt = sink.at;
    const start = lengthAt + varintBytes(plan.bytes);
    plan.gather(this.#table, this.#tableBytes, block, row, sink.view, start);
    sink.at = endOfUsed(sink.bytes, start, start + plan.bytes);
    sink.varintAt(lengthAt, sink.at - start, start - lengthAt);
    return 0;
  }

  /** The same, without any zeros where that is shorter. They are gathered behind the place where they come to be. */
  #writePacked(plan: FieldPlan, block: Block, row: number): number {
    const sink = this.#sink;
    const { bytes } = sink;
    const lengthAt = sink.at;
    const start = lengthAt + varintBytes(plan.bytes);
    const gathered = start + mostPackedBytes(plan.bytes);
    plan.gather(this.#table, this.#tableBytes, block, row, sink.view, gathered);
    bytes.fill(0, gathered + plan.bytes, gathered + wholeWords(plan.bytes));
    const end = endOfUsed(bytes, gathered, gathered + plan.bytes);
    const packedEnd = packZeros(bytes, gathered, end, start);
    const isShorter = packedEnd - start < end - gathered;
    if (!isShorter) bytes.copyWithin(start, gathered, end);
    sink.at = isShorter ? packedEnd : start + end - gathered;
    sink.varintAt(lengthAt, sink.at - start, start - lengthAt);
    return isShorter ? Section.packed : 0;
  }
}

/** Of two different words, or two different sums before, it never makes the same. */
function mix(sum: number, word: number): number {
  const product = Math.imul(sum ^ word, 0x85eb_ca6b);
  return (product << 13) | (product >>> 19);
}

/** The end of these bytes without the zeros there. */
function endOfUsed(bytes: Uint8Array, start: number, end: number): number {
  let used = end;
  while (used > start && bytes[used - 1] === 0) used--;
  return used;
}
