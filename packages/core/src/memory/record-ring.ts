/**
 * Rings of records: mailboxes and outboxes. Each record is three words of head (kind and payload bytes, then two words that each kind
 * uses as it likes) and its payload. Records come out in order, or out of turn. The ring's arithmetic, near and far part and all, is that of packet rings: ring-cursors.ts.
 *
 * Nothing here is atomic: a ring belongs to one thread at a time. An outbox belongs to the participant that updates its session, and to
 * the main thread when the tick has ended; a mailbox to the main thread between ticks, and to that participant during one.
 */
import type { RecordRingLayout } from '../layout/block-layout.js';
import { NEAR_WORDS } from '../layout/geometry.js';
import { claimRecord, lastRecordAt, skipPads, wordsInUse } from './ring-cursors.js';

/** Words before a record's payload. */
export const RECORD_HEAD_WORDS = 3;
/** There is no record, or no room for one. */
export const NO_RECORD = -1;
/** A record's first word: 8 bits of kind, then this: set in a ring's first record when others were taken out of turn behind it. */
const KIND_MASK = 0xff;
const GAPS = 0x100;
/** Kind of a record that was taken out of turn: passed over, and gone when it comes to be the first. */
const TAKEN = 0xff;
/** Longest payload of a record: its length has 16 bits, and 65 535 marks a pad. */
const MOST_PAYLOAD_BYTES = 65_534;

/** Longest payload that always fits into an empty ring. */
export function maxRecordBytes({ capacity }: { readonly capacity: number }): number {
  return Math.min((capacity - NEAR_WORDS - RECORD_HEAD_WORDS) * 4, MOST_PAYLOAD_BYTES);
}

/** Words of a record with `payloadBytes` of payload. */
function wordsOf(payloadBytes: number): number {
  return RECORD_HEAD_WORDS + ((payloadBytes + 3) >> 2);
}

/**
 * Puts a record behind the others; the caller then writes its payload, from the word returned on, padded with zero bytes to whole
 * words (the last word is 0 already). `NO_RECORD`, and nothing has changed, when there is no room. `kind` is 0…254.
 */
export function appendRecord(
  words: Int32Array,
  ring: RecordRingLayout,
  row: number,
  kind: number,
  a: number,
  b: number,
  payloadBytes: number,
): number {
  const { capacity } = ring;
  const near = ring.near + row * NEAR_WORDS;
  const far = ring.far + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
  const cursor = ring.cursors + row;
  const need = wordsOf(payloadBytes);
  const after = claimRecord(words, near, far, capacity, words[cursor], need);
  if (after === 0) return NO_RECORD;
  const at = lastRecordAt(after, need, near, far, capacity);
  words[at + need - 1] = 0;
  words[at] = kind | (payloadBytes << 16);
  words[at + 1] = a;
  words[at + 2] = b;
  words[cursor] = after;
  return at + RECORD_HEAD_WORDS;
}

/** Index of the first record's head, or `NO_RECORD`. Takes the pads before it out of the ring. */
export function firstRecord(words: Int32Array, ring: RecordRingLayout, row: number): number {
  const { capacity } = ring;
  const cursor = ring.cursors + row;
  const cursors = words[cursor];
  if (cursors === 0) return NO_RECORD;
  const near = ring.near + row * NEAR_WORDS;
  const far = ring.far + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
  const skipped = skipPads(words, near, far, capacity, cursors);
  if (skipped !== cursors) words[cursor] = skipped;
  return indexOf((skipped >>> 16) & (capacity - 1), near, far);
}

/**
 * Index of the head of the record behind the one at `at`, or `NO_RECORD`; records taken out of turn are passed over. `at` may itself have
 * been taken meanwhile, and even be gone from the ring, as long as nothing was appended since.
 */
export function nextRecord(words: Int32Array, ring: RecordRingLayout, row: number, at: number): number {
  const { capacity } = ring;
  const near = ring.near + row * NEAR_WORDS;
  const far = ring.far + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
  let cursors = words[ring.cursors + row];
  if (cursors === 0) return NO_RECORD;
  const offset = (positionOf(at, near, far) - (cursors >>> 16)) & (capacity - 1);
  // Beyond the head: it lies before the tail now, and so does all that was before it.
  if (offset < wordsInUse(cursors)) cursors = passRecord(cursors, offset + wordsOf(words[at] >>> 16));
  return headOf(words, near, far, capacity, cursors);
}

/**
 * Takes the record at `at` out of the ring, wherever it stands. Its words stay as they are until something is appended. The first record
 * of a ring is never one that was taken: those behind the first go with it.
 */
export function takeRecord(words: Int32Array, ring: RecordRingLayout, row: number, at: number): void {
  const { capacity } = ring;
  const near = ring.near + row * NEAR_WORDS;
  const far = ring.far + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
  const cursor = ring.cursors + row;
  const cursors = skipPads(words, near, far, capacity, words[cursor]);
  const first = indexOf((cursors >>> 16) & (capacity - 1), near, far);
  if (at !== first) {
    words[at] = (words[at] & ~KIND_MASK) | TAKEN;
    words[first] |= GAPS;
    return;
  }
  const gaps = words[at] & GAPS;
  const after = passRecord(cursors, wordsOf(words[at] >>> 16));
  if (gaps === 0) {
    words[cursor] = isDrained(after) ? 0 : after;
    return;
  }
  const next = passTaken(words, near, far, capacity, after);
  words[cursor] = isDrained(next) ? 0 : next;
  if (!isDrained(next)) words[indexOf((next >>> 16) & (capacity - 1), near, far)] |= GAPS;
}

/**
 * Closes the gaps that records taken out of turn have left, so that their room can be used again; true if there were any. Moves
 * records: whoever looks at one must be done with it.
 *
 * Each record moves towards the tail or stays. Where a record ends is a monotone function of where the one before it ends, whatever
 * pads that takes; so none is ever written over one that has yet to move, and all of them fit.
 */
export function closeGaps(words: Int32Array, ring: RecordRingLayout, row: number): boolean {
  const { capacity } = ring;
  const near = ring.near + row * NEAR_WORDS;
  const far = ring.far + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
  const cursor = ring.cursors + row;
  let from = words[cursor];
  if (from === 0) return false;
  from = skipPads(words, near, far, capacity, from);
  const first = indexOf((from >>> 16) & (capacity - 1), near, far);
  if ((words[first] & GAPS) === 0) return false;
  words[first] &= ~GAPS;
  let to = (from & ~0xffff) | (from >>> 16);
  while (!isDrained(from)) {
    from = skipPads(words, near, far, capacity, from);
    const source = indexOf((from >>> 16) & (capacity - 1), near, far);
    const need = wordsOf(words[source] >>> 16);
    from = passRecord(from, need);
    if ((words[source] & KIND_MASK) === TAKEN) continue;
    to = claimRecord(words, near, far, capacity, to, need);
    const target = lastRecordAt(to, need, near, far, capacity);
    if (target !== source) words.copyWithin(target, source, source + need);
  }
  words[cursor] = to;
  return true;
}

/** Kind of the record whose head is at `at`. */
export function recordKind(words: Int32Array, at: number): number {
  return words[at] & KIND_MASK;
}

/** Payload bytes of the record whose head is at `at`. */
export function recordBytes(words: Int32Array, at: number): number {
  return words[at] >>> 16;
}

/** The part that an index lies in tells its position in the ring. */
function positionOf(at: number, near: number, far: number): number {
  return (at - near) >>> 0 < NEAR_WORDS ? at - near : at - far;
}

function indexOf(position: number, near: number, far: number): number {
  return (position < NEAR_WORDS ? near : far) + position;
}

/** The cursors with the tail behind the first record, whose head is `head`; not rewound. */
export function cursorsBehind(cursors: number, head: number): number {
  return passRecord(cursors, wordsOf(head >>> 16));
}

/** The cursors with the tail `need` words further on; not rewound. */
function passRecord(cursors: number, need: number): number {
  return (cursors & 0xffff) | (((cursors >>> 16) + need) << 16);
}

/** True when the tail has come up to the head: the ring is empty, if perhaps not rewound. */
export function isDrained(cursors: number): boolean {
  return cursors >>> 16 === (cursors & 0xffff);
}

/** The cursors with the tail at the next record that was not taken, or at the head. */
function passTaken(words: Int32Array, near: number, far: number, capacity: number, cursors: number): number {
  let at = cursors;
  while (!isDrained(at)) {
    at = skipPads(words, near, far, capacity, at);
    const head = words[indexOf((at >>> 16) & (capacity - 1), near, far)];
    if ((head & KIND_MASK) !== TAKEN) break;
    at = passRecord(at, wordsOf(head >>> 16));
  }
  return at;
}

function headOf(words: Int32Array, near: number, far: number, capacity: number, cursors: number): number {
  const at = passTaken(words, near, far, capacity, cursors);
  return isDrained(at) ? NO_RECORD : indexOf((at >>> 16) & (capacity - 1), near, far);
}

/** Kinds of records in a mailbox; `a` and `b` of each. */
export const MailKind = {
  /** From the sender with account id `a` (0: the host), opcode `b`. */
  message: 1,
  /** To request `a` of this session, on the topic whose hash is `b`; the payload is the topic as in topic-key.ts, then the encoded value. */
  answer: 2,
  /** The same where there is no value, but the text of the error: this and the kinds after it say why. */
  answerError: 3,
  answerTimeout: 4,
  answerFull: 5,
  answerUnhandled: 6,
  answerTooLarge: 7,
} as const;

/** Kinds of records in an outbox; `a` and `b` of each. */
export const OutKind = {
  /** To the session with account id `a`, opcode `b`. */
  message: 1,
  /** Request number `a`, on the topic whose hash is `b`; the payload is the topic as in topic-key.ts, then the encoded value. */
  ask: 2,
  /** Account `a` is to be created; `b` and the payload: request-records.ts. */
  spawn: 3,
  release: 4,
  /** To map or group `a`. */
  setMap: 5,
  setGroup: 6,
  /** Level `a` (0 debug … 3 error); the payload is the text. */
  log: 7,
} as const;
