import { Column } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { SessionTable } from '../memory/session-table.js';
import { ByteSink, checksumOf } from './byte-sink.js';
import { type FieldPlan, FieldPlans } from './field-plan.js';
import { HEADER_BYTES, HeaderAt, RECORD_VERSION, Section } from './record-format.js';
import { INBOUND, OUTBOUND, writePackets, writeRecords } from './ring-sections.js';
import { writeDataFields, writeRandom, writeRequests, writeTexts, writeTimers, writeWake } from './row-services.js';

/** Header, and every number that stands before the fields, at their longest. */
const MOST_BEFORE_FIELDS = HEADER_BYTES + 15 * 9;

/**
 * Makes records of sessions: everything that a row holds, as bytes that mean the same to every thread (record/README.md). One for each thread;
 * nothing is allocated once it has met its largest record.
 */
export class RecordWriter {
  readonly #table: SessionTable;
  readonly #tableBytes: Uint8Array;
  readonly #plans = new FieldPlans();
  readonly #sink = new ByteSink();

  constructor(table: SessionTable) {
    this.#table = table;
    this.#tableBytes = new Uint8Array(table.memory.buffer, 0, table.regions.totalBytes);
  }

  /** Bytes of the record that was written last, or of the one that had no room. */
  get length(): number {
    return this.#sink.at;
  }

  /**
   * Writes the record of a row whose updates stand still (`SessionStore.isFrozen`), from byte `at` of `into` on, which may be shared. Returns its bytes, or
   * −1, and has written nothing, when they do not fit before the end: `length` says how many there are. The row's thread alone, between ticks.
   */
  write(block: Block, row: number, into: Uint8Array, at: number): number {
    const sink = this.#sink;
    const plan = this.#plans.of(block);
    sink.at = 0;
    sink.reserve(MOST_BEFORE_FIELDS + plan.bytes);
    sink.at = HEADER_BYTES;
    let sections = this.#writeCounters(block, row);
    this.#writeFields(plan, block, row);
    sections |= writeRandom(sink, block, row);
    sections |= writeTimers(sink, block, row);
    sections |= writeWake(sink, block, row);
    sections |= writeRequests(sink, block, row);
    if (plan.texts.length !== 0) sections |= writeTexts(sink, plan, block, row);
    if (plan.data.length !== 0) sections |= writeDataFields(sink, plan, block, row);
    sections |= writePackets(sink, block, row, INBOUND, Section.inbound);
    sections |= writePackets(sink, block, row, OUTBOUND, Section.outbound);
    sections |= writeRecords(sink, block, row, block.services.mailbox, Section.mailbox);
    sections |= writeRecords(sink, block, row, block.services.outbox, Section.outbox);
    const { bytes, view, at: length } = sink;
    view.setUint8(HeaderAt.version, RECORD_VERSION);
    view.setUint8(HeaderAt.behavior, block.behaviorIndex);
    view.setUint16(HeaderAt.sections, sections, true);
    view.setInt32(HeaderAt.account, block.page[Column.account + row], true);
    view.setInt32(HeaderAt.bodyBytes, length - HEADER_BYTES, true);
    // The checksum is of the record with a 0 in its own place.
    view.setInt32(HeaderAt.checksum, 0, true);
    view.setInt32(HeaderAt.checksum, checksumOf(bytes, length), true);
    if (length > into.length - at) return -1;
    into.set(bytes.subarray(0, length), at);
    return length;
  }

  #writeCounters(block: Block, row: number): number {
    const sink = this.#sink;
    const { page } = block;
    let sections = 0;
    sink.varint(page[Column.map + row]);
    sink.varint(page[Column.incarnation + row]);
    sink.varint(-page[Column.updateBias + row]);
    sink.double(this.#table.doubles[block.firstActivity + row]);
    const group = page[Column.group + row];
    if (group !== 0) {
      sink.varint(group);
      sections |= Section.group;
    }
    const packetsIn = page[Column.packetsIn + row];
    const packetsOut = page[Column.packetsOut + row];
    const bytesIn = page[Column.bytesIn + row];
    const bytesOut = page[Column.bytesOut + row];
    if ((packetsIn | packetsOut | bytesIn | bytesOut) !== 0) {
      sink.varint(packetsIn);
      sink.varint(packetsOut);
      sink.varint(bytesIn);
      sink.varint(bytesOut);
      sections |= Section.traffic;
    }
    const faults = this.#table.faultCounts[block.firstSlot + row];
    const dropped = page[Column.dropped + row];
    if ((faults | dropped) !== 0) {
      sink.varint(faults);
      sink.varint(dropped);
      sections |= Section.faults;
    }
    const mark = page[Column.mark + row];
    const markBefore = page[Column.markBefore + row];
    if ((mark | markBefore) !== 0) {
      sink.varint(mark);
      sink.varint(markBefore);
      sections |= Section.marks;
    }
    return sections;
  }

  /** Their length, in as many bytes as the longest takes, and the fields without the zeros at their end. */
  #writeFields(plan: FieldPlan, block: Block, row: number): void {
    const sink = this.#sink;
    const { bytes } = sink;
    const lengthAt = sink.at;
    sink.varint(plan.bytes);
    const start = sink.at;
    plan.gather(this.#table, this.#tableBytes, block, row, sink.view, start);
    let end = start + plan.bytes;
    while (end > start && bytes[end - 1] === 0) end--;
    if (end < start + plan.bytes) sink.varintAt(lengthAt, end - start, start - lengthAt);
    sink.at = end;
  }
}
