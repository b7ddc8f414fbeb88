/**
 * Rings of records: mailboxes and outboxes. Each record is three words of head (kind and payload bytes, then two words that each kind
 * uses as it likes) and its payload. The ring's arithmetic, near and far part and all, is that of packet rings: ring-cursors.ts.
 *
 * Nothing here is atomic: a ring belongs to one thread at a time. An outbox belongs to the participant that updates its session, and to
 * the main thread when the tick has ended; a mailbox to the main thread between ticks, and to that participant during one.
 */
import type { RecordRingLayout } from '../layout/block-layout.js';
import { NEAR_WORDS } from '../layout/geometry.js';
import { claimRecord, lastRecordAt, releaseRecord, skipPads } from './ring-cursors.js';

/** Words before a record's payload. */
export const RECORD_HEAD_WORDS = 3;
/** There is no record, or no room for one. */
export const NO_RECORD = -1;
/** Longest payload of a record: its length has 16 bits, and 65 535 marks a pad. */
const MOST_PAYLOAD_BYTES = 65_534;

/** Longest payload that always fits into an empty ring. */
export function maxRecordBytes(ring: RecordRingLayout): number {
  return Math.min((ring.capacity - NEAR_WORDS - RECORD_HEAD_WORDS) * 4, MOST_PAYLOAD_BYTES);
}

/** Words of a record with `payloadBytes` of payload. */
function wordsOf(payloadBytes: number): number {
  return RECORD_HEAD_WORDS + ((payloadBytes + 3) >> 2);
}

/**
 * Puts a record behind the others; the caller then writes its payload, from the word returned on, padded with zero bytes to whole
 * words (the last word is 0 already). `NO_RECORD`, and nothing has changed, when there is no room. `kind` is 0…65 535.
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
  const position = (skipped >>> 16) & (capacity - 1);
  return (position < NEAR_WORDS ? near : far) + position;
}

/** Takes the first record, whose head is at `at`, out of the ring. Its words stay as they are until something is appended. */
export function takeFirstRecord(words: Int32Array, ring: RecordRingLayout, row: number, at: number): void {
  const cursor = ring.cursors + row;
  words[cursor] = releaseRecord(words[cursor], wordsOf(words[at] >>> 16));
}

/** Kind of the record whose head is at `at`. */
export function recordKind(words: Int32Array, at: number): number {
  return words[at] & 0xffff;
}

/** Payload bytes of the record whose head is at `at`. */
export function recordBytes(words: Int32Array, at: number): number {
  return words[at] >>> 16;
}

/** Kinds of records in a mailbox; `a` and `b` of each. */
export const MailKind = {
  /** From the sender with account id `a` (0: the host), opcode `b`. */
  message: 1,
  /** To request `a` of this session, on the topic whose hash is `b`; its payload is the encoded value. */
  answer: 2,
  /** The same where there is no value: the payload is the text of the error, and this and the kinds after it say why. */
  answerError: 3,
  answerTimeout: 4,
  answerFull: 5,
  answerUnhandled: 6,
  answerTooLarge: 7,
  /** Taken out of turn: passed over, and gone when it comes to be the first. */
  taken: 8,
} as const;

/** Kinds of records in an outbox; `a` and `b` of each. */
export const OutKind = {
  /** To the session with account id `a`, opcode `b`. */
  message: 1,
  /** Request number `a`; the payload is the topic, `b` bytes of UTF-8, then the encoded value. */
  ask: 2,
  /** Account `a` is to be created; the payload is the encoded `[init, options]`. */
  spawn: 3,
  release: 4,
  /** To map or group `a`. */
  setMap: 5,
  setGroup: 6,
  /** Level `a` (0 debug … 3 error); the payload is the text. */
  log: 7,
} as const;
