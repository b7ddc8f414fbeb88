import { ROW_MASK } from '../../layout/geometry.js';
import type { Block } from '../../memory/block.js';
import { firstRecord, NO_RECORD, nextRecord, OutKind, recordKind } from '../../memory/record-ring.js';
import type { NamedRequest } from '../../record/row-services.js';
import type { SessionStore } from '../../session/store.js';
import type { TickClock } from '../../session/tick-clock.js';
import { type AskingSession, AskRequest } from './ask-request.js';
import type { AskTopics } from './ask-topics.js';

/** What a session is told of a request that nobody will answer. */
export const LOST = 'it was asked before the process was started again, or in another manager: nobody will answer it';

const NOTHING = new Uint8Array(0);

/**
 * Requests that were on their way when a record was written, in a process that has ended or in another manager: whoever had them will not answer. Each is answered `error`
 * when the next tick begins, so that no session waits for ever. Main thread only.
 */
export class LostRequests {
  readonly #store: SessionStore;
  readonly #clock: TickClock;
  readonly #topics: AskTopics;
  #requests: AskRequest[] = [];

  constructor(store: SessionStore, clock: TickClock, topics: AskTopics) {
    this.#store = store;
    this.#clock = clock;
    this.#topics = topics;
  }

  /**
   * A session has been read from its record into a slot, which names the requests that were on their way: those that are not among its open ones are lost. Sets how many are
   * unanswered to what is so; returns how many were lost. Between ticks; runs nothing of the user's.
   */
  takeUp(session: AskingSession, slot: number, named: readonly NamedRequest[]): number {
    const isHere = new Set(session.open.map(({ requestId }) => requestId));
    const before = this.#requests.length;
    for (const { requestId, topic } of named) {
      if (isHere.has(requestId)) continue;
      this.#requests.push(new AskRequest(session, requestId, this.#topics.named(topic), this.#clock.number, NOTHING));
    }
    const block = this.#store.block(slot);
    const row = slot & ROW_MASK;
    block.cold.i32[block.services.unanswered + row] = session.open.length + asksInOutbox(block, row);
    return this.#requests.length - before;
  }

  /** Those found since the last call, but for those whose sessions are gone. */
  take(): readonly AskRequest[] {
    const requests = this.#requests;
    if (requests.length > 0) this.#requests = [];
    return requests.filter(({ isOver }) => !isOver);
  }
}

/** Requests that a session has made, and that nobody has taken yet. */
function asksInOutbox(block: Block, row: number): number {
  const { outbox } = block.services;
  const words = block.cold.i32;
  let count = 0;
  for (let at = firstRecord(words, outbox, row); at !== NO_RECORD; at = nextRecord(words, outbox, row, at)) {
    if (recordKind(words, at) === OutKind.ask) count++;
  }
  return count;
}
