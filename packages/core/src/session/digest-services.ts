import type { RecordRingLayout } from '../layout/block-layout.js';
import { Column, IN_CELL, NEAR_WORDS, ROWS, recordWords, SlotState } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { firstRecord, NO_RECORD, nextRecord, RECORD_HEAD_WORDS, recordBytes, recordKind } from '../memory/record-ring.js';
import { cellOf, type RingCells } from '../memory/ring-cells.js';
import { skipPads } from '../memory/ring-cursors.js';
import type { SessionTable } from '../memory/session-table.js';
import { TIMER_ID, TIMER_PERIOD, timerAt, timersOf, wakeTime } from '../memory/timer-list.js';
import type { DigestRows, PartKey } from './digest-rows.js';

/**
 * What a session consists of beside its fields; each is a part with this name. What is at its beginning — no packet, no timer, map 0 —
 * adds nothing, and costs a look at a word.
 */
export const OTHER_PARTS = [
  '(map)',
  '(group)',
  '(status)',
  '(updates)',
  '(faults)',
  '(activity)',
  '(random)',
  '(timers)',
  '(requests)',
  '(inbound)',
  '(outbound)',
  '(mailbox)',
  '(outbox)',
] as const;

export type OtherKeys = Readonly<Record<(typeof OTHER_PARTS)[number], PartKey>>;

/** What is known of sessions by their slots, beside what lies in their blocks. */
export interface CountedSlots {
  readonly table: SessionTable;
  updateCount(slot: number): number;
}

const doubles = new Float64Array(1);
const doubleWords = new Int32Array(doubles.buffer, 0, 2);

/** Adds all of {@link OTHER_PARTS} of a block's sessions. */
export function addOtherParts(rows: DigestRows, block: Block, sessions: CountedSlots, keys: OtherKeys): void {
  const { page, services, rings } = block;
  const { table } = sessions;
  const { slotStates, faultCounts, doubles: times } = table;
  const words = block.cold.i32;
  for (let i = 0; i < rows.count; i++) {
    const row = rows.rows[i];
    const slot = block.firstSlot + row;
    addWord(rows, row, keys['(map)'], page[Column.map + row]);
    addWord(rows, row, keys['(group)'], page[Column.group + row]);
    addWord(rows, row, keys['(status)'], slotStates[slot] - SlotState.active);
    addWord(rows, row, keys['(updates)'], sessions.updateCount(slot));
    addWord(rows, row, keys['(faults)'], faultCounts[slot]);
    addDouble(rows, row, keys['(activity)'], times[block.firstActivity + row]);
    if (words[services.random + 3 * ROWS + row] !== 0) addRandom(rows, block, row, keys['(random)']);
    if (words[services.timers.counts + row] !== 0) addTimers(rows, block, row, keys['(timers)']);
    const wakeMs = wakeTime(block, row);
    if (wakeMs !== Number.POSITIVE_INFINITY) addDouble(rows, row, keys['(timers)'], wakeMs);
    const requests = words[services.asked + row];
    if (requests !== 0) {
      const hash = rows.begin(row, keys['(requests)']);
      hash.word(requests);
      hash.word(words[services.unanswered + row]);
      rows.add(row, keys['(requests)']);
    }
    const inbound = page[Column.inbound + row];
    if (inbound === IN_CELL) addPacket(rows, row, block.inboundCells, block.firstSlot + row, keys['(inbound)']);
    else if (inbound !== 0) addPackets(rows, block, row, inbound, rings.inboundNear, rings.inboundFar, keys['(inbound)']);
    const outbound = page[Column.outbound + row];
    if (outbound === IN_CELL) addPacket(rows, row, block.outboundCells, block.firstSlot + row, keys['(outbound)']);
    else if (outbound !== 0) addPackets(rows, block, row, outbound, rings.outboundNear, rings.outboundFar, keys['(outbound)']);
    if (words[services.mailbox.cursors + row] !== 0) addRecords(rows, block, row, services.mailbox, keys['(mailbox)']);
    if (words[services.outbox.cursors + row] !== 0) addRecords(rows, block, row, services.outbox, keys['(outbox)']);
  }
}

function addWord(rows: DigestRows, row: number, key: PartKey, word: number): void {
  if (word === 0) return;
  rows.begin(row, key).word(word);
  rows.add(row, key);
}

function addDouble(rows: DigestRows, row: number, key: PartKey, value: number): void {
  doubles[0] = value;
  rows.begin(row, key).words(doubleWords, 0, 2);
  rows.add(row, key);
}

function addRandom(rows: DigestRows, block: Block, row: number, key: PartKey): void {
  const hash = rows.begin(row, key);
  for (let word = 0; word < 4; word++) hash.word(block.cold.i32[block.services.random + word * ROWS + row]);
  rows.add(row, key);
}

/** Each timer by itself: where it stands in the list means nothing. */
function addTimers(rows: DigestRows, block: Block, row: number, key: PartKey): void {
  const { timers } = block.services;
  const words = block.cold.i32;
  for (let index = 0, count = timersOf(words[timers.counts + row]); index < count; index++) {
    const at = timerAt(timers, row, index);
    const hash = rows.begin(row, key);
    hash.words(words, at, 2);
    hash.word(words[at + TIMER_ID]);
    hash.word(words[at + TIMER_PERIOD]);
    rows.add(row, key);
  }
}

/** A ring's only packet, in its cell. */
function addPacket(rows: DigestRows, row: number, { words }: RingCells, slot: number, key: PartKey): void {
  const at = cellOf(slot);
  const hash = rows.begin(row, key);
  hash.word(words[at]);
  hash.bytes(words, (at + 1) << 2, words[at] >>> 16);
  rows.add(row, key);
}

/** Packets in their order, wherever in the ring they lie. */
function addPackets(rows: DigestRows, block: Block, row: number, held: number, nearStart: number, farStart: number, key: PartKey): void {
  const { capacity } = block.rings;
  const words = block.cold.i32;
  const near = nearStart + row * NEAR_WORDS;
  const far = farStart + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
  let cursors = held;
  // Taken by the handler that asks, and not yet rewound.
  if (cursors >>> 16 === (cursors & 0xffff)) return;
  const hash = rows.begin(row, key);
  while (cursors >>> 16 !== (cursors & 0xffff)) {
    cursors = skipPads(words, near, far, capacity, cursors);
    const position = (cursors >>> 16) & (capacity - 1);
    const at = (position < NEAR_WORDS ? near : far) + position;
    const length = words[at] >>> 16;
    hash.word(words[at]);
    hash.bytes(words, (at + 1) << 2, length);
    cursors = (cursors & 0xffff) | (((cursors >>> 16) + recordWords(length)) << 16);
  }
  rows.add(row, key);
}

/** Records in their order. */
function addRecords(rows: DigestRows, block: Block, row: number, ring: RecordRingLayout, key: PartKey): void {
  const words = block.cold.i32;
  const hash = rows.begin(row, key);
  for (let at = firstRecord(words, ring, row); at !== NO_RECORD; at = nextRecord(words, ring, row, at)) {
    hash.word(recordKind(words, at) | (recordBytes(words, at) << 16));
    hash.word(words[at + 1]);
    hash.word(words[at + 2]);
    hash.bytes(words, (at + RECORD_HEAD_WORDS) << 2, recordBytes(words, at));
  }
  rows.add(row, key);
}
