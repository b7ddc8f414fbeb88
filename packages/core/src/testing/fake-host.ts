import { DormouseError, shown } from '../errors.js';
import type { AskDesk } from '../manager/asks/ask-desk.js';
import type { AskRequest } from '../manager/asks/ask-request.js';

/** What `manager.handle` gives a handler unless told otherwise. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** What a session has asked, on a topic that nobody handles: waits until the test answers it. */
export interface PendingAsk<T = unknown> {
  readonly accountId: number;
  /** What `session.ask` returned. */
  readonly requestId: number;
  readonly topic: string;
  /** Number of the tick it was asked in. */
  readonly tick: number;
  /** What was asked with. */
  readonly value: T;
  /** False once it is answered, or its session has been released: then the methods below throw `ERR_SESSION_STALE`. */
  readonly isPending: boolean;
  /** Answers it: the session has the answer in the next tick. One that is too large arrives as `too-large`. */
  answer(value?: unknown): void;
  /** The answer is an error, as if a handler had thrown it. */
  fail(error?: unknown): void;
  /** The answer is that there was none in time. */
  timeOut(): void;
}

class HeldAsk implements PendingAsk {
  readonly accountId: number;
  readonly requestId: number;
  readonly topic: string;
  readonly tick: number;
  readonly #desk: AskDesk;
  readonly #request: AskRequest;
  readonly #encoded: Uint8Array;
  #decoded: { readonly value: unknown } | undefined;

  constructor(desk: AskDesk, request: AskRequest) {
    const { session, requestId, topic, tick } = request;
    this.accountId = session.accountId;
    this.requestId = requestId;
    this.topic = topic.key.name;
    this.tick = tick;
    this.#encoded = request.payload;
    this.#desk = desk;
    this.#request = request;
  }

  get value(): unknown {
    this.#decoded ??= { value: this.#desk.decode(this.#encoded) };
    return this.#decoded.value;
  }

  get isPending(): boolean {
    return this.#request.stage === 'waiting' && !this.#request.isOver;
  }

  answer(value?: unknown): void {
    this.#desk.succeeded(this.#required(), value);
  }

  fail(error: unknown = new Error('failed by the test')): void {
    this.#desk.threw(this.#required(), error);
  }

  timeOut(): void {
    this.#desk.timedOut(this.#required(), DEFAULT_TIMEOUT_MS);
  }

  #required(): AskRequest {
    if (this.isPending) return this.#request;
    const { accountId, requestId, topic } = this;
    throw new DormouseError(
      'ERR_SESSION_STALE',
      `request ${requestId} of account ${accountId} on topic ${shown(topic)} is no longer pending: it was answered, or its session released`,
      { accountId },
    );
  }
}

/** The other end of `session.ask` in a test: keeps what nobody handles. */
export class FakeHost {
  #asks: HeldAsk[] = [];

  constructor(desk: AskDesk) {
    desk.onUnhandled = (request) => this.#asks.push(new HeldAsk(desk, request));
  }

  /** What waits for an answer, in the order it was asked; on one topic or on all. */
  pending(topic?: string): PendingAsk[] {
    this.#asks = this.#asks.filter(({ isPending }) => isPending);
    return this.#asks.filter((ask) => topic === undefined || ask.topic === topic);
  }
}
