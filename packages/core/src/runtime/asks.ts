import { DormouseError, shown } from '../errors.js';
import { encodeWith } from '../layout/codec.js';
import { Column, MAX_UNANSWERED } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { PayloadCopier } from '../memory/payload-copier.js';
import {
  firstRecord,
  MailKind,
  maxRecordBytes,
  NO_RECORD,
  nextRecord,
  OutKind,
  RECORD_HEAD_WORDS,
  recordBytes,
  recordKind,
  takeRecord,
} from '../memory/record-ring.js';
import { isTopic, type TopicKey, TopicKeys } from '../memory/topic-key.js';
import type { Answer, AnswerFailure, TickInfo } from '../session-api.js';
import { countDropped, putInOutbox } from './outbox.js';
import type { RuntimeServices } from './services.js';

/** The session object of a call: an iteration of answers goes on only while it points where it did. */
export interface AttachedRow {
  readonly $block: Block | undefined;
  readonly $row: number;
  readonly tick: TickInfo;
}

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/** What there is when there is nothing: one for all, so that asking each tick costs a look at a word. */
const NO_ANSWERS: IterableIterator<never> = Object.freeze({
  next: () => DONE,
  [Symbol.iterator](): IterableIterator<never> {
    return NO_ANSWERS;
  },
});

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const FAILURES: { readonly [kind: number]: AnswerFailure } = {
  [MailKind.answerError]: 'error',
  [MailKind.answerTimeout]: 'timeout',
  [MailKind.answerFull]: 'full',
  [MailKind.answerUnhandled]: 'unhandled',
  [MailKind.answerTooLarge]: 'too-large',
};

/** A session's requests to the host, and the host's answers. */
export class Asks {
  readonly #services: RuntimeServices;
  readonly #session: AttachedRow;
  readonly #topics = new TopicKeys();
  readonly #copier = new PayloadCopier();

  constructor(services: RuntimeServices, session: AttachedRow) {
    this.#services = services;
    this.#session = session;
  }

  ask(block: Block, row: number, topic: string, value: unknown): number {
    const { outbox, asked, unanswered } = block.services;
    const key = this.#topics.of(topic);
    const words = block.cold.i32;
    const pending = words[unanswered + row];
    if (pending >= MAX_UNANSWERED) {
      countDropped(block, row);
      return 0;
    }
    const bytes = encodeWith(this.#services.codec, value);
    const topicBytes = key.words.length * 4;
    const most = maxRecordBytes(outbox) - topicBytes;
    if (bytes.length > most) {
      throw new DormouseError(
        'ERR_VALUE_TOO_LARGE',
        `a value asked for topic ${shown(topic)} must be 0…${most} bytes encoded with outboxBytes ${outbox.capacity * 4}: got ${bytes.length}`,
        { accountId: block.page[Column.account + row] >>> 0 },
      );
    }
    // 0 is none, also for a session that asks its 2³²th time.
    const number = (words[asked + row] + 1) | 0 || 1;
    const at = putInOutbox(this.#services.outboxFlags, block, row, OutKind.ask, number, key.hash, topicBytes + bytes.length);
    if (at === NO_RECORD) return 0;
    for (let i = 0; i < key.words.length; i++) words[at + i] = key.words[i];
    this.#copier.copy(words, at + key.words.length, bytes, 0, bytes.length);
    words[asked + row] = number;
    words[unanswered + row] = pending + 1;
    return number >>> 0;
  }

  take<T>(block: Block, row: number, topic: string): Iterable<Answer<T>> {
    if (typeof topic !== 'string') this.#topics.of(topic);
    const { mailbox } = block.services;
    const words = block.cold.i32;
    if (words[mailbox.cursors + row] === 0) return NO_ANSWERS;
    const key = this.#topics.of(topic);
    const first = seek(block, row, firstRecord(words, mailbox, row), key);
    return first === NO_RECORD ? NO_ANSWERS : new Answers<T>(this.#services, this.#session, key);
  }
}

/** The answers of one topic that a row's mailbox holds, each taken as it is reached. Lives no longer than the call it was made in. */
class Answers<T> implements IterableIterator<Answer<T>> {
  readonly #services: RuntimeServices;
  readonly #session: AttachedRow;
  readonly #block: Block;
  readonly #row: number;
  readonly #tick: number;
  readonly #key: TopicKey;
  /** The record taken last: the search goes on behind it, whatever else was taken meanwhile. */
  #last = NO_RECORD;

  constructor(services: RuntimeServices, session: AttachedRow, key: TopicKey) {
    this.#services = services;
    this.#session = session;
    this.#block = session.$block as Block;
    this.#row = session.$row;
    this.#tick = session.tick.number;
    this.#key = key;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Answer<T>, undefined> {
    const block = this.#requireAttached();
    const { mailbox } = block.services;
    const words = block.cold.i32;
    const last = this.#last;
    const from = last === NO_RECORD ? firstRecord(words, mailbox, this.#row) : nextRecord(words, mailbox, this.#row, last);
    const at = seek(block, this.#row, from, this.#key);
    if (at === NO_RECORD) return DONE;
    this.#last = at;
    const kind = recordKind(words, at);
    // Before it is decoded: an answer that cannot be decoded fails one update, not every one from now on.
    takeRecord(words, mailbox, this.#row, at);
    return { done: false, value: this.#answerAt(words, at, kind) };
  }

  #answerAt(words: Int32Array, at: number, kind: number): Answer<T> {
    const { name: topic, words: topicWords } = this.#key;
    const id = words[at + 1] >>> 0;
    const failure = FAILURES[kind];
    const start = (at + RECORD_HEAD_WORDS + topicWords.length) * 4;
    const bytes = new Uint8Array(words.buffer, start, recordBytes(words, at) - topicWords.length * 4);
    if (failure === undefined) return { id, topic, status: 'ok', value: this.#services.codec.decode(bytes) as T };
    // A copy: decoders take no shared memory.
    return { id, topic, status: failure, error: decoder.decode(new Uint8Array(bytes)) };
  }

  #requireAttached(): Block {
    const { $block, $row, tick } = this.#session;
    if ($block === this.#block && $row === this.#row && tick.number === this.#tick) return this.#block;
    throw new DormouseError(
      'ERR_SESSION_PARKED',
      `answers to ${shown(this.#key.name)} were iterated outside the call they were taken in, or after the session object was pointed at another row`,
    );
  }
}

/** The first answer to a topic at `at` or behind it, or `NO_RECORD`. */
function seek(block: Block, row: number, at: number, key: TopicKey): number {
  const { mailbox } = block.services;
  const words = block.cold.i32;
  for (let record = at; record !== NO_RECORD; record = nextRecord(words, mailbox, row, record)) {
    const kind = recordKind(words, record);
    if (kind < MailKind.answer || kind > MailKind.answerTooLarge) continue;
    if (words[record + 2] === key.hash && isTopic(words, record + RECORD_HEAD_WORDS, key)) return record;
  }
  return NO_RECORD;
}
