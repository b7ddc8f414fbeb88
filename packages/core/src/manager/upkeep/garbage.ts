import { setImmediate } from 'node:timers/promises';
import { settledWithin } from '../../dispatch/settled-within.js';
import type { Block } from '../../memory/block.js';
import type { IScheduler } from '../../scheduler.js';
import { collectGarbage } from '../../thread/collect-garbage.js';
import type { Seat } from '../seat.js';
import type { Seats } from '../seats.js';

/** Bytes of dropped blocks that are worth a collection on every thread, 4 to 45 ms each. */
const WORTH_COLLECTING_BYTES = 64 * 1024 * 1024;
/** How long is waited for one thread, which may be in an update that never returns. */
const PATIENCE_MS = 5000;
/** Of an object that is collected whenever the blocks are. No block takes so many bytes. */
const WITNESS_BYTES = 0;
/** What was collected is told of within a turn or two of the event loop. */
const MOST_TURNS = 16;

export interface GarbageParts {
  readonly seats: Seats;
  readonly scheduler: IScheduler;
  /** See `TickEngine.betweenTicks`. */
  readonly betweenTicks: (change: () => Promise<void>) => Promise<void>;
  /** See `TickPace.behindTick`. */
  readonly behindTick: () => Promise<void>;
  /** Has the calling thread let go of whatever blocks it has looked at last. */
  readonly letGo: () => void;
}

/**
 * Memory that was dropped, and how it comes to be given back: shared buffers put no pressure on the collector, so each thread that had a
 * view of one is made to collect, one after the other so that never two pause at once, the calling thread last: right behind a tick each, never inside one; a
 * tick asked for meanwhile comes so much later. Main thread only.
 */
export class Garbage {
  /** Bytes of dropped blocks that this thread has not collected yet: they are in the resident set. */
  heldBytes = 0;
  /** Whether a thread collects, or may: V8 does it with threads of its own as well, which take this one's processor. */
  isCollecting = false;
  readonly #parts: GarbageParts;
  readonly #collected = new FinalizationRegistry<number>((bytes) => {
    if (bytes === WITNESS_BYTES) this.#isWitnessed = true;
    else this.heldBytes -= bytes;
  });
  #isWitnessed = false;
  /** Dropped since collections were last begun. */
  #waitingBytes = 0;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #soon: Promise<void> | undefined;
  #isClosed = false;

  constructor(parts: GarbageParts) {
    this.#parts = parts;
  }

  /** A block has been dropped that took `bytes`. */
  dropped({ buffer }: Block, bytes: number): void {
    if (bytes === 0) return;
    this.#waitingBytes += bytes;
    this.heldBytes += bytes;
    this.#collected.register(buffer, bytes);
  }

  /** Collects if enough waits, when the event loop comes to it: never inside a tick. */
  collectSoonIfDue(): void {
    if (this.#waitingBytes < WORTH_COLLECTING_BYTES) return;
    this.#waitingBytes = 0;
    this.#soon ??= setImmediate().then(() => {
      this.#soon = undefined;
      return this.collect();
    });
  }

  /** Resolves when no collection is due or under way. */
  async settled(): Promise<void> {
    for (let work = this.#soon ?? this.#next ?? this.#running; work !== undefined; work = this.#soon ?? this.#next ?? this.#running)
      await work;
  }

  /**
   * Has every thread collect its garbage; resolves when all have, and `heldBytes` says so. Never rejects. Where the scheduler cannot rouse its threads they collect when the
   * next tick begins, and are not waited for; nor, beyond 5 s, is a thread in an update that does not end.
   */
  collect(): Promise<void> {
    if (this.#running === undefined) return this.#begin();
    // What is dropped while one is under way may be too late for it.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  /** There is nobody left to collect. */
  close(): void {
    this.#isClosed = true;
  }

  #begin(): Promise<void> {
    const running = this.#collectEach().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #collectEach(): Promise<void> {
    this.#waitingBytes = 0;
    for (const seat of this.#parts.seats.joined) await this.#behindTick(() => this.#collectIn(seat), seat);
    await this.#behindTick(() => this.#collectHere());
  }

  /** Nobody collects while it is waited for; nor after that, if there is nobody left to. */
  async #behindTick(collect: () => Promise<void>, seat?: Seat): Promise<void> {
    const isOver = (): boolean => this.#isClosed || seat?.isGone === true;
    if (isOver()) return;
    await this.#parts.behindTick();
    if (isOver()) return;
    this.isCollecting = true;
    try {
      await collect();
    } finally {
      this.isCollecting = false;
    }
  }

  async #collectIn(seat: Seat): Promise<void> {
    const { seats, scheduler, betweenTicks } = this.#parts;
    let collecting: Promise<void> = Promise.resolve();
    let isRoused = false;
    await betweenTicks(async () => {
      if (this.#isClosed || seat.isGone) return;
      collecting = seats.collect(seat);
      isRoused = roused(scheduler);
    });
    if (isRoused) await settledWithin(collecting, PATIENCE_MS);
  }

  async #collectHere(): Promise<void> {
    const { betweenTicks, letGo } = this.#parts;
    await collectGarbage((pause) =>
      betweenTicks(async () => {
        if (this.#isClosed) return;
        letGo();
        this.#isWitnessed = false;
        this.#collected.register({}, WITNESS_BYTES);
        pause();
      }),
    );
    for (let turn = 0; !this.#isWitnessed && !this.#isClosed && turn < MOST_TURNS; turn++) await setImmediate();
  }
}

/** Whether its threads look up now; else they do when the next tick begins, also of one that fails at it. */
function roused(scheduler: IScheduler): boolean {
  try {
    scheduler.rouse?.();
    return scheduler.rouse !== undefined;
  } catch {
    return false;
  }
}
