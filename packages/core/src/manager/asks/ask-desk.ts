import { DormouseError, messageOf, shown } from '../../errors.js';
import { type Codec, encodeWith } from '../../layout/codec.js';
import { Column, ROW_MASK } from '../../layout/geometry.js';
import type { Logger } from '../../logger.js';
import type { Block } from '../../memory/block.js';
import { RECORD_HEAD_WORDS, recordBytes } from '../../memory/record-ring.js';
import { topicKey } from '../../memory/topic-key.js';
import { type NamedRequest, NO_NAMED_REQUESTS } from '../../record/row-services.js';
import type { SessionStore } from '../../session/store.js';
import type { TickClock } from '../../session/tick-clock.js';
import type { AnswerFailure } from '../../session-api.js';
import { NearestDeadline, type WallClock } from '../../wall-clock.js';
import { AnswerDelivery, type AnswerWaking, type DeliveredAnswer } from './answer-delivery.js';
import { AskFailures, errorBytes } from './ask-failures.js';
import { type AskHandler, AskLane, checkHandleOptions, type HandleOptions, type LaneOwner } from './ask-lane.js';
import { AskingSession, AskRequest } from './ask-request.js';
import { type AskMetrics, AskTopics } from './ask-topics.js';
import { LOST, LostRequests } from './lost-requests.js';

export interface AskParts {
  readonly store: SessionStore;
  readonly clock: TickClock;
  readonly wallClock: WallClock;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly waking: AnswerWaking;
}

/**
 * Takes requests of sessions to the host's handlers, and their answers back (R-08: what comes from outside enters when a tick begins).
 * Main thread only.
 *
 *     submit → waiting → running → settled → in the mailbox
 *                                  ↑ at once: full, unhandled
 *
 * Handlers, and listeners of their signals, run in a microtask after the tick or in the event loop's turns, never inside a tick.
 */
export class AskDesk implements LaneOwner {
  /** `replay`: handlers are not called; each answer is given by {@link inject}. */
  mode: 'live' | 'replay' = 'live';
  /** For tests: takes requests on topics without a handler, to be settled by `succeeded`, `threw` or `timedOut`. Must not throw. */
  onUnhandled: ((request: AskRequest) => void) | undefined;
  /** Requests taken from sessions since start. */
  asked = 0;
  readonly #parts: AskParts;
  readonly #answers: AnswerDelivery;
  readonly #topics = new AskTopics();
  readonly #lost: LostRequests;
  /** Handlers, and those that are no more but have requests. */
  readonly #lanes = new Set<AskLane>();
  /** Sessions that have asked, by incarnation. */
  readonly #sessions = new Map<number, AskingSession>();
  readonly #failures: AskFailures;
  readonly #deadline: NearestDeadline;
  /** Calls to be told that nobody waits for them. */
  #toAbort: AskRequest[] = [];
  #isPumpDue = false;

  constructor(parts: AskParts) {
    this.#parts = parts;
    this.#answers = new AnswerDelivery(parts.store, parts.waking);
    this.#failures = new AskFailures(parts.logger);
    this.#lost = new LostRequests(parts.store, parts.clock, this.#topics);
    this.#deadline = new NearestDeadline(parts.wallClock, () => this.#expire());
  }

  /** Answers put into mailboxes since start. */
  get answered(): number {
    return this.#answers.deliveredCount;
  }

  /** Told of each answer as it enters a mailbox. Must not throw. */
  get onAnswer(): ((answer: DeliveredAnswer) => void) | undefined {
    return this.#answers.onAnswer;
  }

  set onAnswer(observer: ((answer: DeliveredAnswer) => void) | undefined) {
    this.#answers.onAnswer = observer;
  }

  metrics(): AskMetrics {
    return this.#topics.metrics();
  }

  /** See `SessionManager.handle`. */
  handle(topic: string, handler: AskHandler, options: HandleOptions): () => void {
    const key = topicKey(topic);
    if (typeof handler !== 'function') {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `a handler must be a function: got ${shown(handler)} (topic ${shown(topic)})`);
    }
    const checked = checkHandleOptions(options);
    const entry = this.#topics.keep(key);
    if (entry.lane !== undefined) {
      throw new DormouseError('ERR_HANDLER_EXISTS', `topic ${shown(topic)} has a handler: end that first, by the function handle returned`);
    }
    const lane = new AskLane(handler, checked, this);
    entry.lane = lane;
    this.#lanes.add(lane);
    return () => {
      if (entry.lane !== lane) return;
      entry.lane = undefined;
      this.#topics.ended(entry);
      lane.isEnded = true;
      this.#forgetEnded(lane);
    };
  }

  /**
   * The session in a row asks: the record of kind `OutKind.ask` whose head is at word `at` of its block, looked at during the call only.
   * Called at the end of a tick, in the order of requests. Never throws, runs nothing of the user's but the logger and subscribers.
   */
  submit(block: Block, row: number, at: number): void {
    const words = block.cold.i32;
    const start = at + RECORD_HEAD_WORDS;
    const topic = this.#topics.inRecord(words, start, words[at + 2]);
    const nameWords = topic.key.words.length;
    const bytes = new Uint8Array(words.buffer, (start + nameWords) * 4, recordBytes(words, at) - nameWords * 4);
    const session = this.#sessionIn(block, row);
    const request = new AskRequest(session, words[at + 1] >>> 0, topic, this.#parts.clock.number, new Uint8Array(bytes));
    this.asked++;
    const { lane } = topic;
    if (this.mode === 'replay') return;
    if (lane === undefined && this.onUnhandled !== undefined) this.onUnhandled(request);
    else if (lane === undefined) this.#fail(request, 'unhandled', `topic ${shown(topic.key.name)} has no handler: see manager.handle`);
    else if (lane.isFull) this.#fail(request, 'full', 'too many requests are waiting (concurrency, maxQueued)');
    else {
      lane.waiting.append(request);
      this.#pumpSoon();
    }
  }

  /** Puts answers that have come since into mailboxes, in the order they came. Between ticks. */
  deliver(): void {
    this.#failures.tick();
    // In a replay they are answered when they were.
    if (this.mode === 'live') for (const request of this.#lost.take()) this.#fail(request, 'error', LOST);
    this.#answers.deliver();
  }

  /** The requests of an incarnation that are on their way, by ascending number. */
  openOf(incarnation: number): readonly NamedRequest[] {
    const open = this.#sessions.get(incarnation)?.open ?? [];
    if (open.length === 0) return NO_NAMED_REQUESTS;
    return open.map(({ requestId, topic }) => ({ requestId, topic: topic.key.name })).sort((a, b) => a.requestId - b.requestId);
  }

  /** See {@link LostRequests.takeUp}. */
  takeUp(slot: number, named: readonly NamedRequest[]): void {
    const session = this.#sessionIn(this.#parts.store.block(slot), slot & ROW_MASK);
    this.asked += this.#lost.takeUp(session, slot, named);
  }

  /**
   * In `replay`: settles a request that the account's session has made, as it was settled when it was recorded; it is delivered when the
   * next tick begins. False if there is no such request.
   */
  inject({ accountId, requestId, topic, status, value }: DeliveredAnswer): boolean {
    const session = this.#sessions.get(this.#parts.store.incarnationOf(accountId));
    const request = session?.open.find((open) => open.requestId === requestId && open.stage === 'waiting');
    if (request === undefined || request.topic.key.name !== topic) return false;
    this.#settle(request, status, value.slice());
    return true;
  }

  /** A session has gone: nobody waits for what it asked for. Costs a look-up when it asked for nothing. Runs nothing of the user's. */
  sessionGone(incarnation: number): void {
    const session = this.#sessions.get(incarnation);
    if (session === undefined) return;
    this.#sessions.delete(incarnation);
    session.isGone = true;
    this.#answers.forget(session);
    for (const request of session.open) this.#drop(request);
    if (this.#toAbort.length > 0) this.#pumpSoon();
  }

  /** Tells all handlers under way, waits for none, and leaves no timer. */
  close(): void {
    this.#deadline.clear();
    for (const { open } of this.#sessions.values()) for (const request of open) this.#drop(request);
    const toAbort = this.#toAbort;
    this.#toAbort = [];
    this.#sessions.clear();
    this.#lanes.clear();
    this.#answers.clear();
    for (const request of toAbort) request.abort('ERR_MANAGER_STOPPED', 'the manager was shut down');
  }

  // ---------------------------------------------------------------------------------------------- what lanes ask for

  now(): number {
    return this.#parts.wallClock.now();
  }

  expireAt(deadlineMs: number): void {
    this.#deadline.at(deadlineMs);
  }

  decode(value: Uint8Array): unknown {
    return this.#parts.codec.decode(value);
  }

  succeeded(request: AskRequest, value: unknown): void {
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(encodeWith(this.#parts.codec, value));
    } catch (error) {
      this.threw(request, error);
      return;
    }
    // What encodes a value may be the user's, and may have released the session.
    if (request.isOver) {
      this.cameLate(request);
      return;
    }
    const most = this.#answers.mostBytes(request.topic.key.words.length);
    if (bytes.length <= most) this.#settle(request, 'ok', bytes);
    else this.#fail(request, 'too-large', `an answer must be 0…${most} bytes encoded (mailboxBytes): got ${bytes.length}`);
  }

  threw(request: AskRequest, error: unknown): void {
    if (request.isOver) this.cameLate(request);
    else this.#fail(request, 'error', messageOf(error), error);
  }

  timedOut(request: AskRequest, timeoutMs: number): void {
    const why = `its handler took longer than timeoutMs = ${timeoutMs}`;
    request.isOver = true;
    this.#fail(request, 'timeout', why);
    request.abort('ERR_ASK_TIMEOUT', why);
  }

  cameLate(request: AskRequest): void {
    request.topic.tally.late++;
  }

  // ---------------------------------------------------------------------------------------------------------- inside

  #sessionIn(block: Block, row: number): AskingSession {
    const incarnation = block.page[Column.incarnation + row];
    let session = this.#sessions.get(incarnation);
    if (session === undefined) {
      session = new AskingSession(block.page[Column.account + row] >>> 0, incarnation, block.firstSlot + row);
      this.#sessions.set(incarnation, session);
    }
    return session;
  }

  #fail(request: AskRequest, status: AnswerFailure, error: string, thrown?: unknown): void {
    this.#settle(request, status, errorBytes(error));
    this.#failures.tell(request, status, error, thrown);
  }

  #settle(request: AskRequest, status: DeliveredAnswer['status'], payload: Uint8Array): void {
    request.status = status;
    request.payload = payload;
    this.#answers.add(request);
  }

  /** A call goes on, and keeps its place, until its handler has returned or its time is over. */
  #drop(request: AskRequest): void {
    if (request.stage === 'running') this.#toAbort.push(request);
    else request.list?.remove(request);
    request.dropped();
  }

  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(() => {
      this.#isPumpDue = false;
      const toAbort = this.#toAbort;
      this.#toAbort = [];
      for (const request of toAbort) request.abort('ERR_SESSION_STALE', 'its session was released');
      for (const lane of this.#lanes) {
        lane.start();
        this.#forgetEnded(lane);
      }
    });
  }

  #expire(): void {
    const nowMs = this.now();
    for (const lane of this.#lanes) {
      const next = lane.expire(nowMs);
      if (next < Number.POSITIVE_INFINITY) this.#deadline.at(next);
      this.#forgetEnded(lane);
    }
  }

  #forgetEnded(lane: AskLane): void {
    if (lane.isEnded && lane.isEmpty) this.#lanes.delete(lane);
  }
}
