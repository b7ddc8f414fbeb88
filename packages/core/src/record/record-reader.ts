import { Column, Traffic } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { clearData } from '../memory/data-values.js';
import { clearServices } from '../memory/services.js';
import type { SessionTable } from '../memory/session-table.js';
import { OWN_SHAPES } from '../memory/staging.js';
import { ByteSource, corrupt } from './byte-source.js';
import { type FieldPlan, FieldPlans } from './field-plan.js';
import { HeaderAt, type RecordHead, Section } from './record-format.js';
import { openRecord, readRecordHead } from './record-opening.js';
import { INBOUND, OUTBOUND, readPackets, readRecords } from './ring-sections.js';
import {
  type NamedRequest,
  NO_NAMED_REQUESTS,
  readDataFields,
  readRandom,
  readRequests,
  readTexts,
  readTimers,
  readWake,
} from './row-services.js';
import { unpackZeros, wholeWords } from './zero-packing.js';

/** Makes rows of records again: the reverse of `RecordWriter`. One for each thread; nothing is allocated once it has met its largest record. */
export class RecordReader {
  /** Requests that the record read last names: they were on their way when it was written. */
  requests: readonly NamedRequest[] = NO_NAMED_REQUESTS;
  readonly #table: SessionTable;
  readonly #tableBytes: Uint8Array;
  readonly #shapes: Readonly<Uint8Array>;
  readonly #plans = new FieldPlans();
  readonly #source = new ByteSource();
  /** Fields whose zeros were left out, all or those at the end. */
  #fields = new Uint8Array(0);
  #fieldsView = new DataView(this.#fields.buffer, 0, 0);

  /** `shapes`: see {@link import('../memory/staging.js').Staging.shapes}. */
  constructor(table: SessionTable, shapes: Readonly<Uint8Array> = OWN_SHAPES) {
    this.#table = table;
    this.#shapes = shapes;
    this.#tableBytes = new Uint8Array(table.memory.buffer, 0, table.regions.totalBytes);
  }

  /**
   * Fills a row with what an account's record says, whatever was in it: account, map, group and incarnation as they were when it was written,
   * updates standing still (`rise` counts on). If there is anything in its outbound rings, its block is marked as having it. What a
   * slot holds, the index and who is on which map is the caller's. Returns what the record tells beside the state.
   *
   * Throws `ERR_RECORD_CORRUPT` for bytes that are not whole, not of this account or not of the block's behaviour; the row is then not to be used.
   * The row's thread alone, between ticks.
   */
  read(bytes: Uint8Array, accountId: number, block: Block, row: number): RecordHead {
    const { page, traffic } = block;
    const table = this.#table;
    const source = this.#source;
    const head = this.head(bytes, accountId);
    const shape = this.#shapes[block.behaviorIndex];
    if (head.shape !== shape) throw corrupt(accountId, `it is of shape number ${head.shape}: not of ${shape}`);
    page[Column.account + row] = accountId;
    page[Column.map + row] = head.mapId;
    page[Column.group + row] = head.groupId;
    page[Column.incarnation + row] = head.incarnation;
    page[Column.updateBias + row] = -head.updateCount;
    traffic[Traffic.packetsIn + row] = head.packetsIn;
    traffic[Traffic.packetsOut + row] = head.packetsOut;
    traffic[Traffic.bytesIn + row] = head.bytesIn;
    traffic[Traffic.bytesOut + row] = head.bytesOut;
    traffic[Traffic.dropped + row] = head.dropped;
    traffic[Traffic.mark + row] = head.mark;
    traffic[Traffic.markBefore + row] = head.markBefore;
    page[Column.inbound + row] = 0;
    page[Column.outbound + row] = 0;
    table.faultCounts[block.firstSlot + row] = head.faultCount;
    table.doubles[block.firstActivity + row] = head.lastActivityMs;
    clearServices(block, row);
    this.requests = NO_NAMED_REQUESTS;
    const plan = this.#plans.of(block);
    const sections = source.view.getUint16(HeaderAt.sections, true);
    this.#readFields(plan, (sections & Section.packed) !== 0, block, row);
    for (const column of plan.data) clearData(block, column, row);
    if ((sections & Section.random) !== 0) readRandom(source, block, row);
    if ((sections & Section.timers) !== 0) readTimers(source, block, row);
    if ((sections & Section.wake) !== 0) readWake(source, block, row);
    if ((sections & Section.requests) !== 0) this.requests = readRequests(source, block, row);
    if (plan.texts.length !== 0) readTexts(source, plan, (sections & Section.texts) !== 0, block, row);
    if ((sections & Section.data) !== 0) readDataFields(source, plan, block, row);
    if ((sections & RINGS) !== 0) this.#readRings(sections, block, row);
    if (source.at !== source.length) throw corrupt(accountId, `it has ${source.length - source.at} bytes more than its fields`);
    return head;
  }

  /** What a record tells of its session beside its state. Throws as {@link read} does, of the behaviour knowing nothing. */
  head(bytes: Uint8Array, accountId: number): RecordHead {
    return readRecordHead(this.#source, openRecord(this.#source, bytes, accountId));
  }

  #readFields(plan: FieldPlan, isPacked: boolean, block: Block, row: number): void {
    const source = this.#source;
    const length = source.varintUpTo(plan.bytes, 'bytes of fields');
    const start = source.take(length);
    if (length === plan.bytes && !isPacked) {
      plan.scatter(this.#table, this.#tableBytes, block, row, source.view, start);
      return;
    }
    const fields = this.#fieldsOf(plan.bytes);
    if (isPacked) {
      if (!unpackZeros(source.bytes, start, start + length, fields, plan.bytes)) {
        throw corrupt(source.accountId, `its ${length} bytes of fields, packed, are not those of ${plan.bytes}`);
      }
    } else {
      fields.set(source.bytes.subarray(start, start + length));
      fields.fill(0, length, plan.bytes);
    }
    plan.scatter(this.#table, this.#tableBytes, block, row, this.#fieldsView, 0);
  }

  /** Room for so many bytes of fields, and on to whole words. */
  #fieldsOf(count: number): Uint8Array {
    if (this.#fields.length < count) {
      this.#fields = new Uint8Array(wholeWords(count));
      this.#fieldsView = new DataView(this.#fields.buffer, 0, this.#fields.length);
    }
    return this.#fields;
  }

  #readRings(sections: number, block: Block, row: number): void {
    const source = this.#source;
    const { outboundFlags, outboxFlags } = this.#table;
    if ((sections & Section.inbound) !== 0) readPackets(source, block, row, INBOUND);
    if ((sections & Section.outbound) !== 0) readPackets(source, block, row, OUTBOUND);
    if ((sections & Section.mailbox) !== 0) readRecords(source, block, row, block.services.mailbox, 'mailbox');
    if ((sections & Section.outbox) !== 0) readRecords(source, block, row, block.services.outbox, 'outbox');
    if ((sections & Section.outbound) !== 0) outboundFlags[block.blockIndex] = 1;
    if ((sections & Section.outbox) !== 0) outboxFlags[block.blockIndex] = 1;
  }
}

const RINGS = Section.inbound | Section.outbound | Section.mailbox | Section.outbox;
