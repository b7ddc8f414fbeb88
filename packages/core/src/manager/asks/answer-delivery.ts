import type { RecordRingLayout } from '../../layout/block-layout.js';
import { ROW_MASK } from '../../layout/geometry.js';
import { PayloadCopier } from '../../memory/payload-copier.js';
import { MailKind, maxRecordBytes, NO_RECORD } from '../../memory/record-ring.js';
import { NO_SLOT, type SessionStore } from '../../session/store.js';
import type { Answer } from '../../session-api.js';
import { NO_ROOM } from '../sleep/waking.js';
import type { AskingSession, AskRequest } from './ask-request.js';

/** Wakes a session for its answer: its slot, `NO_SLOT` or `NO_ROOM`. */
export interface AnswerWaking {
  wakeIncarnation(accountId: number, incarnation: number): number;
}

/** An answer as it enters a session's mailbox. */
export interface DeliveredAnswer {
  readonly accountId: number;
  readonly requestId: number;
  readonly topic: string;
  readonly status: Answer['status'];
  /** The encoded value, or the text of the error in UTF-8. To be looked at, not written. */
  readonly value: Uint8Array;
}

const KINDS: Readonly<Record<Answer['status'], number>> = {
  ok: MailKind.answer,
  error: MailKind.answerError,
  timeout: MailKind.answerTimeout,
  full: MailKind.answerFull,
  unhandled: MailKind.answerUnhandled,
  'too-large': MailKind.answerTooLarge,
};

/**
 * Answers between the handler and the mailbox. Each session gets its own in the order they were settled; one whose mailbox is full waits
 * until there is room, and keeps nobody else's waiting. Bounded, since the requests of a session are.
 */
export class AnswerDelivery {
  /** Told of each answer that enters a mailbox: the one place where the outside world comes in by way of requests. */
  onAnswer: ((answer: DeliveredAnswer) => void) | undefined;
  /** Answers put into mailboxes since start. */
  deliveredCount = 0;
  readonly #store: SessionStore;
  readonly #waking: AnswerWaking;
  readonly #copier = new PayloadCopier();
  #settled: AskRequest[] = [];
  /** Sessions with a backlog. */
  readonly #blocked = new Set<AskingSession>();

  constructor(store: SessionStore, waking: AnswerWaking) {
    this.#store = store;
    this.#waking = waking;
  }

  /** Longest payload of an answer that fits into an empty mailbox, on a topic of so many words. */
  mostBytes(topicWords: number): number {
    return maxRecordBytes(this.#ring) - topicWords * 4;
  }

  add(request: AskRequest): void {
    request.moveTo('settled');
    this.#settled.push(request);
  }

  /** Puts what there is into mailboxes. Between ticks; not to be called again meanwhile. */
  deliver(): void {
    for (const session of this.#blocked) {
      const { backlog } = session;
      let delivered = 0;
      while (delivered < backlog.length && this.#deliverOne(backlog[delivered])) delivered++;
      if (delivered === 0) continue;
      session.backlog = backlog.slice(delivered);
      if (session.backlog.length === 0) this.#blocked.delete(session);
    }
    if (this.#settled.length === 0) return;
    const settled = this.#settled;
    this.#settled = [];
    for (const request of settled) {
      const { session } = request;
      if (session.isGone) continue;
      if (session.backlog.length === 0 && this.#deliverOne(request)) continue;
      session.backlog.push(request);
      this.#blocked.add(session);
    }
  }

  /** What waits for this session's mailbox is dropped. */
  forget(session: AskingSession): void {
    this.#blocked.delete(session);
  }

  clear(): void {
    this.#settled = [];
    this.#blocked.clear();
  }

  /** False when the mailbox is full. */
  #deliverOne(request: AskRequest): boolean {
    const { session, requestId, topic, status, payload } = request;
    const { accountId, incarnation } = session;
    let slot = this.#store.find(accountId, incarnation, session.slot);
    if (slot === NO_SLOT || this.#store.isAsleep(slot)) slot = this.#waking.wakeIncarnation(accountId, incarnation);
    if (slot === NO_ROOM) return false;
    // Whoever releases a session has it forgotten here: were one missed, its answers must not stop a tick. A record may be refused.
    if (slot === NO_SLOT) {
      request.dropped();
      return true;
    }
    session.slot = slot;
    const block = this.#store.block(slot);
    const row = slot & ROW_MASK;
    const { unanswered } = block.services;
    const words = block.cold.i32;
    const { hash, words: name } = topic.key;
    const at = this.#store.mail.append(block, row, KINDS[status], requestId, hash, name.length * 4 + payload.length);
    if (at === NO_RECORD) return false;
    for (let i = 0; i < name.length; i++) words[at + i] = name[i];
    this.#copier.copy(words, at + name.length, payload, 0, payload.length);
    words[unanswered + row]--;
    request.answered();
    this.deliveredCount++;
    this.onAnswer?.({ accountId, requestId, topic: topic.key.name, status, value: payload });
    return true;
  }

  /** All mailboxes of a manager are of one size. */
  get #ring(): RecordRingLayout {
    return this.#store.pool.hosts[0].blockLayout.services.mailbox;
  }
}
