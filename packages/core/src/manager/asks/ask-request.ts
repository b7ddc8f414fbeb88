import { DormouseError } from '../../errors.js';
import type { Answer } from '../../session-api.js';
import type { AskTopic } from './ask-topics.js';

/** What a handler is told beside the value. */
export interface AskContext {
  /** The session that asks. */
  readonly accountId: number;
  /** The request's number among those of its session: what `session.ask` returned. */
  readonly requestId: number;
  readonly topic: string;
  /** Number of the tick it was asked in. */
  readonly tick: number;
  /**
   * Aborts when nobody waits for the answer any more; its reason is a DormouseError that says why: `ERR_ASK_TIMEOUT`,
   * `ERR_SESSION_STALE` (the session was released, even if its account was created anew), `ERR_MANAGER_STOPPED`.
   */
  readonly signal: AbortSignal;
}

/** One incarnation of a session that has asked for something. */
export class AskingSession {
  readonly accountId: number;
  readonly incarnation: number;
  /** Where it was last. */
  slot: number;
  /** Requests whose answer is not in the mailbox yet, in no order. */
  readonly open: AskRequest[] = [];
  /** Answers that found the mailbox full, in order. */
  backlog: AskRequest[] = [];
  isGone = false;

  constructor(accountId: number, incarnation: number, slot: number) {
    this.accountId = accountId;
    this.incarnation = incarnation;
    this.slot = slot;
  }
}

/** A request on its way: waits, runs, and is settled once. A request that is over (timed out, its session gone) may still run. */
export class AskRequest {
  readonly session: AskingSession;
  readonly requestId: number;
  readonly topic: AskTopic;
  readonly tick: number;
  /** The encoded value it asks with, then that of its answer, or the text of its error. */
  payload: Uint8Array;
  stage: 'waiting' | 'running' | 'settled' = 'waiting';
  /** Once it is settled. */
  status: Answer['status'] = 'ok';
  /** Nobody waits for what its handler returns. */
  isOver = false;
  deadlineMs = 0;
  /** Its place in the list it is in. */
  list: RequestList | undefined;
  before: AskRequest | undefined;
  after: AskRequest | undefined;
  /** Its place in `session.open`. */
  #openIndex: number;
  #controller: AbortController | undefined;
  #reason: DormouseError | undefined;

  constructor(session: AskingSession, requestId: number, topic: AskTopic, tick: number, payload: Uint8Array) {
    this.session = session;
    this.requestId = requestId;
    this.topic = topic;
    this.tick = tick;
    this.payload = payload;
    this.#openIndex = session.open.push(this) - 1;
    topic.tally.asked++;
    topic.tally.waiting++;
  }

  moveTo(stage: 'running' | 'settled'): void {
    const { tally } = this.topic;
    tally[this.stage]--;
    tally[stage]++;
    this.stage = stage;
  }

  /** The answer is in the mailbox. */
  answered(): void {
    const { tally } = this.topic;
    tally[this.stage]--;
    tally.answered++;
    this.#close();
  }

  get signal(): AbortSignal {
    // Made when somebody looks: a controller costs more than all the rest of a request.
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Its session has gone before it was answered. */
  dropped(): void {
    const { tally } = this.topic;
    tally[this.stage]--;
    tally.dropped++;
    this.isOver = true;
  }

  /** Tells the handler, at once. Listeners are the user's: what they throw becomes an uncaught exception. */
  abort(code: 'ERR_ASK_TIMEOUT' | 'ERR_SESSION_STALE' | 'ERR_MANAGER_STOPPED', why: string): void {
    const { session, requestId, topic } = this;
    const { accountId } = session;
    const message = `request ${requestId} of account ${accountId} on topic ${JSON.stringify(topic.key.name)}: ${why}`;
    this.#reason = new DormouseError(code, message, { accountId });
    this.#controller?.abort(this.#reason);
  }

  #close(): void {
    const { open } = this.session;
    const last = open.pop() as AskRequest;
    if (last === this) return;
    open[this.#openIndex] = last;
    last.#openIndex = this.#openIndex;
  }
}

/** What a handler gets: the request as far as it is the user's business. */
export class RequestContext implements AskContext {
  readonly accountId: number;
  readonly requestId: number;
  readonly topic: string;
  readonly tick: number;
  readonly #request: AskRequest;

  constructor(request: AskRequest) {
    this.accountId = request.session.accountId;
    this.requestId = request.requestId;
    this.topic = request.topic.key.name;
    this.tick = request.tick;
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }
}

/** Requests in order, each in one list at most: taken from anywhere at the same cost. */
export class RequestList {
  first: AskRequest | undefined;
  length = 0;
  #last: AskRequest | undefined;

  append(request: AskRequest): void {
    request.list = this;
    request.before = this.#last;
    request.after = undefined;
    if (this.#last === undefined) this.first = request;
    else this.#last.after = request;
    this.#last = request;
    this.length++;
  }

  remove(request: AskRequest): void {
    const { before, after } = request;
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    request.list = undefined;
    request.before = undefined;
    request.after = undefined;
    this.length--;
  }
}
