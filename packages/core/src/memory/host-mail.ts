import type { RecordRingLayout } from '../layout/block-layout.js';
import {
  Column,
  NEAR_WORDS,
  OS_PAGE_BYTES,
  OS_PAGE_WORD_BITS,
  OS_PAGE_WORDS,
  PAD_HEADER,
  ROW_MASK,
  ROWS,
  TIMER_WORDS,
  Traffic,
} from '../layout/geometry.js';
import type { Block } from './block.js';
import { bitCount, FarMarks } from './page-marks.js';
import { PayloadCopier } from './payload-copier.js';
import {
  appendRecord,
  closeGaps,
  cursorsBehind,
  firstRecord,
  isDrained,
  MailKind,
  NO_RECORD,
  OutKind,
  RECORD_HEAD_WORDS,
  recordKind,
  takeRecord,
} from './record-ring.js';
import { wordsInUse } from './ring-cursors.js';

/** There is no session for a message. */
export const NO_RECEIVER = -1;

/** Where what is in an outbox goes. */
export interface OutboxRoute {
  /**
   * Slot of an account's session; `NO_RECEIVER`: there is none; another negative number: it cannot get anything now. It may wake, and whoever hears
   * of that have the sender released.
   */
  receiverOf(accountId: number): number;
  blockOf(slot: number): Block;
  /** Does what the record whose head is at word `at` says, which is no message. Must not throw. */
  carryOut(block: Block, row: number, at: number): void;
}

/**
 * The main thread's end of all mailboxes and outboxes, between ticks only: each belongs to one thread at a time (memory/README.md). Nothing
 * here allocates.
 *
 * It also remembers which pages of mailboxes, outboxes and timers were ever written, as `HostRings` does for packets. What
 * sessions wrote becomes known when their outboxes are emptied, or by {@link HostMail.survey}.
 */
export class HostMail {
  /** Since start: messages put into mailboxes, those for accounts that had no session, those that found a mailbox full. */
  delivered = 0;
  unknown = 0;
  full = 0;
  /** Bits a block: its pages from the service columns, which lie in the first, to the last near part. */
  readonly #near: Uint16Array;
  readonly #mailboxFar: FarMarks;
  readonly #outboxFar: FarMarks;
  /** Most timers that any row of a block ever had. */
  readonly #mostTimers: Uint8Array;
  readonly #copier = new PayloadCopier();

  /** For blocks `0 … blockCount − 1`, with mailboxes and outboxes of these sizes. */
  constructor(blockCount: number, mailboxBytes: number, outboxBytes: number) {
    this.#near = new Uint16Array(blockCount);
    this.#mailboxFar = new FarMarks(blockCount, mailboxBytes / 4 - NEAR_WORDS);
    this.#outboxFar = new FarMarks(blockCount, outboxBytes / 4 - NEAR_WORDS);
    this.#mostTimers = new Uint8Array(blockCount);
  }

  /**
   * Makes room for a record in a row's mailbox; the caller then writes its payload, from the word returned on, padded with zero bytes to
   * whole words (the last word is 0 already). `NO_RECORD` when there is no room.
   */
  append(block: Block, row: number, kind: number, a: number, b: number, payloadBytes: number): number {
    const words = block.cold.i32;
    const ring = block.services.mailbox;
    const cursor = (ring.cursors + row) | 0;
    const before = words[cursor];
    const need = (RECORD_HEAD_WORDS + ((payloadBytes + 3) >> 2)) | 0;
    const after = (before + need) | 0;
    // While the tail is at 0 and the record ends in the near part, there is nothing to pad.
    if (after >>> 0 > NEAR_WORDS) return this.#appendFar(block, row, kind, a, b, payloadBytes);
    const at = (ring.near + (row << 6) + before) | 0;
    words[at + need - 1] = 0;
    words[at] = kind | (payloadBytes << 16);
    words[at + 1] = a;
    words[at + 2] = b;
    words[cursor] = after;
    this.#near[block.blockIndex] |= nearPages(block, ring.near + (row << 6));
    return at + RECORD_HEAD_WORDS;
  }

  /** Copies the message whose record's head is at word `at` of an outbox into a row's mailbox; false, and counted, when it is full. */
  forward(block: Block, row: number, sender: number, from: Int32Array, at: number): boolean {
    const payloadBytes = from[at] >>> 16;
    const to = this.append(block, row, MailKind.message, sender, from[at + 2], payloadBytes);
    if (to === NO_RECORD) return this.#refuse(block, row);
    const words = block.cold.i32;
    const source = at + RECORD_HEAD_WORDS;
    for (let i = 0, count = (payloadBytes + 3) >> 2; i < count; i++) words[to + i] = from[source + i];
    this.delivered++;
    return true;
  }

  /** Puts a message into a row's mailbox; false, and counted, when it is full. */
  post(block: Block, row: number, sender: number, opcode: number, payload: Uint8Array): boolean {
    const to = this.append(block, row, MailKind.message, sender, opcode, payload.length);
    if (to === NO_RECORD) return this.#refuse(block, row);
    this.#copier.copy(block.cold.i32, to, payload, 0, payload.length);
    this.delivered++;
    return true;
  }

  /**
   * Empties a row's outbox, in order: messages are forwarded, the rest is the route's. A record is taken before it is carried out: none is
   * carried out twice, and the route may have the outbox emptied or added to. A message stays until it is known where it goes; if the sender is
   * gone by then, so are it and all that followed: whoever releases a session empties its outbox.
   */
  emptyOutbox(block: Block, row: number, route: OutboxRoute): void {
    const words = block.cold.i32;
    const { outbox } = block.services;
    const cursor = (outbox.cursors + row) | 0;
    const near = (outbox.near + (row << 6)) | 0;
    const { page } = block;
    const sender = page[(Column.account + row) | 0];
    const incarnation = page[(Column.incarnation + row) | 0];
    let cursors = words[cursor];
    if (cursors === 0) return;
    this.#note(block, row, outbox, this.#outboxFar);
    while (!isDrained(cursors)) {
      const tail = cursors >>> 16;
      let at = (near + tail) | 0;
      if (tail >= NEAR_WORDS || words[at] === PAD_HEADER) {
        words[cursor] = cursors;
        at = firstRecord(words, outbox, row);
        cursors = words[cursor];
      }
      if (recordKind(words, at) === OutKind.message) {
        words[cursor] = cursors;
        const slot = route.receiverOf(words[at + 1] >>> 0);
        if (page[(Column.incarnation + row) | 0] !== incarnation) return;
        cursors = cursorsBehind(words[cursor], words[at]);
        if (slot === NO_RECEIVER) this.unknown++;
        else if (slot < 0) this.full++;
        else this.forward(route.blockOf(slot), slot & ROW_MASK, sender, words, at);
        continue;
      }
      cursors = cursorsBehind(cursors, words[at]);
      words[cursor] = isDrained(cursors) ? 0 : cursors;
      route.carryOut(block, row, at);
      if (page[(Column.incarnation + row) | 0] !== incarnation) return;
      cursors = words[cursor];
    }
    words[cursor] = 0;
  }

  /** Empties a row's outbox, whose session will not be heard; returns how many records were in it. Requests among them get no answer. */
  discardOutbox(block: Block, row: number): number {
    const words = block.cold.i32;
    const { outbox, unanswered } = block.services;
    let count = 0;
    if (words[outbox.cursors + row] !== 0) this.#note(block, row, outbox, this.#outboxFar);
    for (let at = firstRecord(words, outbox, row); at !== NO_RECORD; at = firstRecord(words, outbox, row)) {
      if (recordKind(words, at) === OutKind.ask && words[unanswered + row] > 0) words[unanswered + row]--;
      takeRecord(words, outbox, row, at);
      count++;
    }
    return count;
  }

  /** Takes note of all that the sessions in rows `begin … end − 1` of a block have written to. */
  survey(block: Block, begin = 0, end = ROWS): void {
    const words = block.cold.i32;
    const { mailbox, outbox, asked, random, timers } = block.services;
    const { blockIndex } = block;
    for (let row = begin; row < end; row++) {
      if (words[mailbox.cursors + row] !== 0) this.#note(block, row, mailbox, this.#mailboxFar);
      if (words[outbox.cursors + row] !== 0) this.#note(block, row, outbox, this.#outboxFar);
      const wake = words[timers.wakes + row * 2] | words[timers.wakes + row * 2 + 1];
      if ((words[asked + row] | words[random + row] | wake) !== 0) this.#near[blockIndex] |= 1;
      const timerCount = words[timers.highs + row];
      if (timerCount === 0) continue;
      this.#near[blockIndex] |= 1;
      if (timerCount > this.#mostTimers[blockIndex]) this.#mostTimers[blockIndex] = timerCount;
    }
  }

  /** Bytes of what a block's sessions have beside state and packets that were ever written, in whole pages of the operating system. */
  touchedBytes(blockIndex: number): number {
    const far = this.#mailboxFar.pagesOf(blockIndex) + this.#outboxFar.pagesOf(blockIndex);
    const timers = Math.ceil((this.#mostTimers[blockIndex] * ROWS * TIMER_WORDS) / OS_PAGE_WORDS);
    return (bitCount(this.#near[blockIndex]) + far + timers) * OS_PAGE_BYTES;
  }

  /** The block was dropped, its pages with it. */
  forget(blockIndex: number): void {
    this.#near[blockIndex] = 0;
    this.#mailboxFar.forget(blockIndex);
    this.#outboxFar.forget(blockIndex);
    this.#mostTimers[blockIndex] = 0;
  }

  #refuse(block: Block, row: number): false {
    this.full++;
    block.traffic[Traffic.dropped + row]++;
    return false;
  }

  /** Records that sessions took out of turn have left gaps: they are closed first. */
  #appendFar(block: Block, row: number, kind: number, a: number, b: number, payloadBytes: number): number {
    const words = block.cold.i32;
    const ring = block.services.mailbox;
    closeGaps(words, ring, row);
    const to = appendRecord(words, ring, row, kind, a, b, payloadBytes);
    if (to !== NO_RECORD) this.#note(block, row, ring, this.#mailboxFar);
    return to;
  }

  #note(block: Block, row: number, ring: RecordRingLayout, far: FarMarks): void {
    const { blockIndex } = block;
    const cursors = block.cold.i32[ring.cursors + row];
    this.#near[blockIndex] |= nearPages(block, ring.near + row * NEAR_WORDS);
    if (cursors >>> 0 <= NEAR_WORDS) return;
    const end = ((cursors >>> 16) & (ring.capacity - 1)) + wordsInUse(cursors);
    // Past the end it went round: then the far part counts as written to its end.
    far.raise(blockIndex, row, Math.min(end, ring.capacity) - NEAR_WORDS);
  }
}

/** Bits of the page in which word `at` lies, and of the first one, that of the columns. */
function nearPages(block: Block, at: number): number {
  return 1 | (1 << ((at - block.services.mailbox.cursors) >> OS_PAGE_WORD_BITS));
}
