import { DormouseError, requireInteger, requireKeys, shown } from '../../errors.js';
import type { AskContext, AskRequest } from './ask-request.js';
import { RequestContext, RequestList } from './ask-request.js';

/**
 * Answers what sessions ask: returns the answer, or a promise of it. What it throws, or rejects with, is the answer's `error`. The value
 * is its own: decoded for it.
 */
// biome-ignore lint/suspicious/noExplicitAny: what sessions ask with, which their author knows
export type AskHandler = (value: any, context: AskContext) => unknown;

/** How a topic is handled. */
export interface HandleOptions {
  /** Calls at the same time, 1…65 536, default 16. One that timed out counts no more. */
  readonly concurrency?: number;
  /** Wall-clock ms that a call may take, 1…2 147 483 647, default 30 000; waiting does not count. */
  readonly timeoutMs?: number;
  /** Requests that may wait for a call, 0…1 048 576, default 4096; more are answered `full` at once. */
  readonly maxQueued?: number;
}

const KEYS = ['concurrency', 'timeoutMs', 'maxQueued'];

export function checkHandleOptions(options: HandleOptions): Required<HandleOptions> {
  if (typeof options !== 'object' || options === null) {
    throw new DormouseError('ERR_INVALID_ARGUMENT', `options of handle must be an object: got ${shown(options)}`);
  }
  requireKeys('option of handle', options, KEYS);
  const { concurrency = 16, timeoutMs = 30_000, maxQueued = 4096 } = options;
  return {
    concurrency: requireInteger('concurrency', concurrency, 1, 65_536),
    timeoutMs: requireInteger('timeoutMs', timeoutMs, 1, 0x7fff_ffff),
    maxQueued: requireInteger('maxQueued', maxQueued, 0, 1_048_576),
  };
}

/** What a lane's requests come from and go to. */
export interface LaneOwner {
  now(): number;
  /** Has {@link AskLane.expire} called when the time comes. */
  expireAt(deadlineMs: number): void;
  decode(value: Uint8Array): unknown;
  /** The handler has returned. */
  succeeded(request: AskRequest, value: unknown): void;
  threw(request: AskRequest, error: unknown): void;
  timedOut(request: AskRequest, timeoutMs: number): void;
  /** The handler of a request that was over has come to its end. */
  cameLate(request: AskRequest): void;
}

/** One handler: the requests that wait for it, and its calls under way, by when they began. */
export class AskLane {
  readonly waiting = new RequestList();
  readonly running = new RequestList();
  readonly #handler: AskHandler;
  readonly #options: Required<HandleOptions>;
  readonly #owner: LaneOwner;
  /** Takes no more requests. */
  isEnded = false;
  #isStarting = false;

  constructor(handler: AskHandler, options: Required<HandleOptions>, owner: LaneOwner) {
    this.#handler = handler;
    this.#options = options;
    this.#owner = owner;
  }

  get isFull(): boolean {
    const { concurrency, maxQueued } = this.#options;
    return this.running.length + this.waiting.length >= concurrency + maxQueued;
  }

  get isEmpty(): boolean {
    return this.running.length + this.waiting.length === 0;
  }

  /** Starts as many calls as may be. Never inside a tick: the handler is the user's. */
  start(): void {
    // A handler that is done at once, or that ticks, comes back here: the loop below goes on.
    if (this.#isStarting) return;
    this.#isStarting = true;
    while (this.running.length < this.#options.concurrency) {
      const request = this.waiting.first;
      if (request === undefined) break;
      this.waiting.remove(request);
      this.running.append(request);
      request.moveTo('running');
      request.deadlineMs = this.#owner.now() + this.#options.timeoutMs;
      this.#call(request);
    }
    this.#isStarting = false;
  }

  /** Ends the calls whose time is over; returns the next deadline, infinity if there is none. */
  expire(nowMs: number): number {
    for (let first = this.running.first; first !== undefined && first.deadlineMs <= nowMs; first = this.running.first) {
      this.running.remove(first);
      if (!first.isOver) this.#owner.timedOut(first, this.#options.timeoutMs);
    }
    this.start();
    return this.running.first?.deadlineMs ?? Number.POSITIVE_INFINITY;
  }

  #call(request: AskRequest): void {
    let result: unknown;
    try {
      const value = this.#owner.decode(request.payload);
      result = this.#handler(value, new RequestContext(request));
      if (typeof (result as PromiseLike<unknown> | null | undefined)?.then === 'function') {
        this.#owner.expireAt(request.deadlineMs);
        Promise.resolve(result).then(
          (answer) => this.#end(request, answer, false),
          (error) => this.#end(request, error, true),
        );
        return;
      }
    } catch (error) {
      this.#end(request, error, true);
      return;
    }
    this.#end(request, result, false);
  }

  #end(request: AskRequest, result: unknown, isError: boolean): void {
    // One that timed out is in no list any more.
    request.list?.remove(request);
    if (request.isOver) this.#owner.cameLate(request);
    else if (isError) this.#owner.threw(request, result);
    else this.#owner.succeeded(request, result);
    this.start();
  }
}
