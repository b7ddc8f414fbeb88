import { DormouseError } from '../errors.js';
import type { RecordRingLayout } from '../layout/block-layout.js';
import { Column, IN_CELL, MAX_RING_BYTES, NEAR_WORDS, recordWords } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { appendRecord, firstRecord, NO_RECORD, nextRecord, RECORD_HEAD_WORDS, recordBytes, recordKind } from '../memory/record-ring.js';
import { cellOf } from '../memory/ring-cells.js';
import { claimRecord, lastRecordAt, skipPads } from '../memory/ring-cursors.js';
import type { ByteSink } from './byte-sink.js';
import type { ByteSource } from './byte-source.js';

/*
 * Rings as sections of a record: where the first entry lies, then the entries. Each of them begins with one more than its payload bytes;
 * a 0 ends the section. Put back from the same place on, entries get the same pads, or fewer where some were taken out of turn: so they fit. In a ring
 * of another size they may not.
 */

/** In the largest ring there can be, in words. */
const MOST_PLACE = MAX_RING_BYTES / 4 - 1;

/** Parts and cursor of one of a row's two packet rings. */
export interface PacketRing {
  readonly column: typeof Column.inbound | typeof Column.outbound;
  readonly near: 'inboundNear' | 'outboundNear';
  readonly far: 'inboundFar' | 'outboundFar';
  readonly cells: 'inboundCells' | 'outboundCells';
}

export const INBOUND: PacketRing = { column: Column.inbound, near: 'inboundNear', far: 'inboundFar', cells: 'inboundCells' };
export const OUTBOUND: PacketRing = { column: Column.outbound, near: 'outboundNear', far: 'outboundFar', cells: 'outboundCells' };

/** Returns `section` if there are packets, else 0. */
export function writePackets(sink: ByteSink, block: Block, row: number, ring: PacketRing, section: number): number {
  let cursors = block.page[ring.column + row];
  if (cursors >>> 16 === (cursors & 0xffff)) return 0;
  if (cursors === IN_CELL) {
    // It would be at the start of the ring.
    sink.reserve(5);
    sink.varint(0);
    const { words, bytes } = block[ring.cells];
    writePacket(sink, words, bytes, cellOf(block.firstSlot + row));
    endPackets(sink);
    return section;
  }
  const { capacity } = block.rings;
  const { i32, u8 } = block.cold;
  const near = block.rings[ring.near] + row * NEAR_WORDS;
  const far = block.rings[ring.far] + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
  cursors = skipPads(i32, near, far, capacity, cursors);
  sink.reserve(5);
  sink.varint((cursors >>> 16) & (capacity - 1));
  while (cursors >>> 16 !== (cursors & 0xffff)) {
    cursors = skipPads(i32, near, far, capacity, cursors);
    const position = (cursors >>> 16) & (capacity - 1);
    const at = (position < NEAR_WORDS ? near : far) + position;
    writePacket(sink, i32, u8, at);
    cursors = (cursors & 0xffff) | (((cursors >>> 16) + recordWords(i32[at] >>> 16)) << 16);
  }
  endPackets(sink);
  return section;
}

function writePacket(sink: ByteSink, words: Int32Array, bytes: Uint8Array, at: number): void {
  const length = words[at] >>> 16;
  sink.reserve(10);
  sink.varint(length + 1);
  sink.varint(words[at] & 0xffff);
  sink.copy(bytes, (at + 1) * 4, length);
}

function endPackets(sink: ByteSink): void {
  sink.reserve(5);
  sink.varint(0);
}

/**
 * Puts packets into a row's ring, which is empty: from the place on where they lay, or, in a ring of another size, from its start if they have no room there. Throws
 * `ERR_RECORD_SHAPE` when they have none at all.
 */
export function readPackets(source: ByteSource, block: Block, row: number, ring: PacketRing): void {
  const { capacity } = block.rings;
  const first = source.varintUpTo(MOST_PLACE, 'the place of its first packet');
  const { at } = source;
  if (first < capacity && putPackets(source, block, row, ring, first)) return;
  source.at = at;
  if (first === 0 || !putPackets(source, block, row, ring, 0)) throw noRoom(source, 'packets', capacity);
}

/** False when they have no room. */
function putPackets(source: ByteSource, block: Block, row: number, ring: PacketRing, first: number): boolean {
  const { capacity } = block.rings;
  const { i32, u8 } = block.cold;
  const near = block.rings[ring.near] + row * NEAR_WORDS;
  const far = block.rings[ring.far] + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
  let cursors = first | (first << 16);
  for (let more = source.varint(); more !== 0; more = source.varint()) {
    const length = more - 1;
    const opcode = source.varintUpTo(0xffff, 'an opcode');
    const need = recordWords(length);
    const after = length > 0xfffe ? 0 : claimRecord(i32, near, far, capacity, cursors, need);
    if (after === 0) return false;
    const at = lastRecordAt(after, need, near, far, capacity);
    i32[at + need - 1] = 0;
    i32[at] = opcode | (length << 16);
    source.copy(u8, (at + 1) * 4, length);
    cursors = after;
  }
  block.page[ring.column + row] = cursors >>> 16 === (cursors & 0xffff) ? 0 : cursors;
  return true;
}

/** The same for a mailbox or an outbox, of whose records those taken out of turn are left out. */
export function writeRecords(sink: ByteSink, block: Block, row: number, ring: RecordRingLayout, section: number): number {
  const { i32, u8 } = block.cold;
  let at = firstRecord(i32, ring, row);
  if (at === NO_RECORD) return 0;
  sink.reserve(5);
  sink.varint((i32[ring.cursors + row] >>> 16) & (ring.capacity - 1));
  for (; at !== NO_RECORD; at = nextRecord(i32, ring, row, at)) {
    const length = recordBytes(i32, at);
    sink.reserve(20);
    sink.varint(length + 1);
    sink.varint(recordKind(i32, at));
    sink.varint(i32[at + 1]);
    sink.varint(i32[at + 2]);
    sink.copy(u8, (at + RECORD_HEAD_WORDS) * 4, length);
  }
  sink.reserve(5);
  sink.varint(0);
  return section;
}

/** The same as {@link readPackets}. */
export function readRecords(source: ByteSource, block: Block, row: number, ring: RecordRingLayout, what: string): void {
  const first = source.varintUpTo(MOST_PLACE, `the place of the first in its ${what}`);
  const { at } = source;
  if (first < ring.capacity && putRecords(source, block, row, ring, what, first)) return;
  source.at = at;
  if (first === 0 || !putRecords(source, block, row, ring, what, 0)) throw noRoom(source, what, ring.capacity);
}

function putRecords(source: ByteSource, block: Block, row: number, ring: RecordRingLayout, what: string, first: number): boolean {
  const { i32, u8 } = block.cold;
  const cursor = ring.cursors + row;
  i32[cursor] = first | (first << 16);
  for (let more = source.varint(); more !== 0; more = source.varint()) {
    const length = more - 1;
    const kind = source.varintUpTo(0xfe, `a kind in its ${what}`);
    const a = source.varint();
    const b = source.varint();
    const at = length > 0xfffe ? NO_RECORD : appendRecord(i32, ring, row, kind, a, b, length);
    if (at === NO_RECORD) return false;
    source.copy(u8, at * 4, length);
  }
  if (i32[cursor] >>> 16 === (i32[cursor] & 0xffff)) i32[cursor] = 0;
  return true;
}

function noRoom({ accountId }: ByteSource, what: string, capacity: number): DormouseError {
  const setting = what === 'packets' ? 'ringBytes' : `${what}Bytes`;
  const message = `the record of account ${accountId} cannot be read here: its ${what} need more than the ${capacity * 4} bytes of a ring (${setting})`;
  return new DormouseError('ERR_RECORD_SHAPE', message, { accountId });
}
