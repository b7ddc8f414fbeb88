import type { BehaviorDefinition } from '../behavior.js';
import { DormouseError } from '../errors.js';
import { firstBit } from '../layout/bits.js';
import { Column } from '../layout/geometry.js';
import type { Fields, StateLayout } from '../layout/state-layout.js';
import type { Block } from '../memory/block.js';
import { ParticipantWord, segmentRunning } from '../memory/participant-words.js';
import type { Session, SessionBatch } from '../session-api.js';
import { BatchView } from './batch-view.js';
import type { RuntimeServices } from './services.js';
import { SessionView } from './session-view.js';
import type { StateClass } from './state-view.js';

/** Where a runner tells what went wrong in rows `begin … end − 1` of a block. */
export interface FaultSink {
  fault(block: Block, begin: number, end: number, error: unknown): void;
}

/** A definition's updates as they are called: each is there when it is. Promises are refused at run time. */
interface Updates {
  update(session: Session, diffMs: number): unknown;
  updateBatch(batch: SessionBatch, diffMs: number): unknown;
}

/** Runs one behaviour's sessions in one thread. */
export class Runner {
  readonly #definition: BehaviorDefinition<Fields, unknown>;
  readonly #State: StateClass;
  readonly #session: SessionView;
  readonly #batch: BatchView | undefined;
  /** Undefined where nobody could ask: when the calling thread ends, the process does. A store a row is a sixth of W1. */
  readonly #progress: Int32Array | undefined;
  readonly #faults: FaultSink;
  #hooksUnderWay = 0;

  constructor(
    layout: StateLayout,
    State: StateClass,
    definition: BehaviorDefinition<Fields, unknown>,
    services: RuntimeServices,
    progress: Int32Array | undefined,
    faults: FaultSink,
  ) {
    this.#definition = definition;
    this.#State = State;
    this.#session = new SessionView(new State(services), services);
    this.#batch = definition.updateBatch === undefined ? undefined : new BatchView(layout, this.#session);
    this.#progress = progress;
    this.#faults = faults;
  }

  /**
   * Updates the active rows among `begin … end − 1` of a block; `low` and `high` are its active mask. Returns true if one of
   * them has sent a packet.
   *
   * One function on purpose, and a long one: above 460 bytes of bytecode V8 compiles it by itself rather than into its callers,
   * and then has room to compile the behaviour's update into it. In pieces, an update was called for each session (W1: 1.5
   * times the floor; as it is, 1.25).
   */
  runSegment(block: Block, begin: number, end: number, low: number, high: number, diffMs: number): boolean {
    const session = this.#session;
    const state = session.$state;
    const batch = this.#batch;
    const progress = this.#progress;
    const { update, updateBatch } = this.#definition as Updates;
    session.$attach(block);
    batch?.$attach(block);
    for (let first = begin, stop = end; first < end; first = stop) {
      if ((low & high) !== -1) {
        // Only part of the block is active: one turn for each unbroken run of rows.
        first = firstBit(low, high, first);
        if (first >= end) break;
        stop = Math.min(firstBit(~low, ~high, first), end);
      }
      if (batch !== undefined) {
        batch.begin = first;
        batch.end = stop;
        if (progress !== undefined) progress[ParticipantWord.row] = segmentRunning(first, stop);
        try {
          const result = updateBatch(batch, diffMs);
          if (result !== undefined) refusePromise(result, 'updateBatch', block.page[Column.account + first] >>> 0);
        } catch (error) {
          session.$withdrawClaim(first, stop);
          this.#faults.fault(block, first, stop, error);
        }
        if (progress !== undefined) progress[ParticipantWord.row] = ~stop;
        continue;
      }
      for (let row = first; row < stop; row++) {
        if (progress !== undefined) progress[ParticipantWord.row] = row;
        state.$row = row;
        session.$row = row;
        try {
          const result = update(session, diffMs);
          if (result !== undefined) refusePromise(result, 'update', session.accountId);
        } catch (error) {
          session.$withdrawClaim(row, row + 1);
          this.#faults.fault(block, row, row + 1, error);
        }
      }
      if (progress !== undefined) progress[ParticipantWord.row] = ~stop;
    }
    return session.$sent;
  }

  /**
   * Lets go of the last block: what a behaviour kept is dead from then on. To be called when a tick's work is done, before anything else is run on this thread. The
   * session's memory may be the host's by then, or gone: nothing in it is read or written.
   */
  park(): void {
    this.#session.$park();
    this.#batch?.$park();
  }

  /** Calls a hook for one row of a block; what it throws is the caller's. Returns true if it has sent a packet. */
  callHook<T>(block: Block, row: number, hook: (session: Session, argument: T) => unknown, argument: T): boolean {
    // A hook may have other sessions created or released: their hooks must not move its own session from under it.
    const session =
      this.#hooksUnderWay === 0 ? this.#session : new SessionView(new this.#State(this.#session.$services), this.#session.$services);
    session.$attach(block);
    session.$row = row;
    session.$state.$row = row;
    this.#hooksUnderWay++;
    try {
      refusePromise(hook(session, argument), 'a hook', session.accountId);
      return session.$sent;
    } finally {
      this.#hooksUnderWay--;
      session.$park();
    }
  }
}

/** Updates and hooks are synchronous: the rest of an async one would run when the session's memory is another's. */
function refusePromise(result: unknown, what: string, accountId: number): void {
  if (typeof (result as PromiseLike<unknown> | null | undefined)?.then !== 'function') return;
  const refusal = new DormouseError(
    'ERR_BEHAVIOR_ASYNC',
    `${what} returned a promise (account ${accountId}): it must be synchronous; ask the host for what takes time (session.ask)`,
    { accountId },
  );
  // The promise is the user's and may still reject; that would end the process on top of this error.
  (result as PromiseLike<unknown>).then(undefined, (reason) => {
    refusal.cause = reason;
  });
  throw refusal;
}
