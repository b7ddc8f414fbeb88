import type { Gate } from '../memory/gate.js';
import type { BatchRunner, SchedulerHost } from '../scheduler.js';
import type { Crew } from './crew.js';
import { drain, drainUntil } from './drain.js';
import type { CheckedResidentOptions } from './options.js';
import { SmallRounds } from './small-rounds.js';

const CALLER = 0;
/** Looks at a word before the event loop is let on: some 20 µs. Who is inside is on the way out, mostly. */
const SPINS = 2000;

/** The host's part of the protocol: memory/README.md, "The gate". Main thread only. */
export class Rounds {
  /** Rounds that the caller ran without waking anybody. */
  alone = 0;
  /** Times a round was taken up again because a thread had died in it. */
  recoveries = 0;
  /** When the last round was opened, ms since the epoch of the clock on the wall. */
  openedMs = 0;
  readonly #gate: Gate;
  readonly #crew: Crew;
  readonly #host: SchedulerHost;
  readonly #joins: boolean;
  readonly #steals: boolean;
  readonly #small: SmallRounds | undefined;
  readonly #caller: BatchRunner;
  #callerBatches = 0;
  #callerMs = 0;
  /** Entries of the list that name themselves: batch b at place b. */
  #listed = 0;
  #round = 0;

  constructor(gate: Gate, crew: Crew, host: SchedulerHost, { callerParticipates, adaptiveWaking, stealing }: CheckedResidentOptions) {
    this.#gate = gate;
    this.#crew = crew;
    this.#host = host;
    this.#joins = callerParticipates;
    this.#steals = stealing;
    this.#small = callerParticipates && adaptiveWaking ? new SmallRounds() : undefined;
    this.#caller = {
      runBatches: (begin, end) => {
        this.#callerBatches += end - begin;
        host.caller.runBatches(begin, end);
      },
    };
  }

  /** What the caller has done. */
  get callerCounts(): { readonly batches: number; readonly busyMs: number } {
    return { batches: this.#callerBatches, busyMs: this.#callerMs };
  }

  /** Has batches `0 … batchCount − 1` run, each once; returns nothing if that is done at once. */
  run(batchCount: number): void | Promise<void> {
    const crew = this.#crew;
    if (crew.hasGone || crew.runners.length === 0 || !this.#closeAtOnce()) return this.#runLater(batchCount);
    this.#listAll(batchCount);
    if (!this.#open(batchCount)) return this.#finish(batchCount);
  }

  /** The same where somebody must be waited for first. */
  async #runLater(batchCount: number): Promise<void> {
    await this.#close();
    this.#crew.reap();
    await this.#crew.whenAble();
    this.#listAll(batchCount);
    if (!this.#open(batchCount)) await this.#finish(batchCount);
  }

  /** Waits until the round is drained; where threads die in it, has what they left run by others. */
  async #finish(batchCount: number): Promise<void> {
    const gate = this.#gate;
    const crew = this.#crew;
    for (;;) {
      while (!gate.isDrained && !crew.hasGone) await this.#wait(() => gate.whenDrained(this.#round));
      if (gate.isDrained) return;
      this.recoveries++;
      await this.#close();
      crew.reap();
      const left = this.#listUnfinished(batchCount);
      if (left === 0) return;
      await crew.whenAble();
      if (this.#open(left)) return;
    }
  }

  /**
   * Gate closed, batches listed: gives each runner its range, opens the round, and does the caller's part. True if that was the last of it.
   */
  #open(batchCount: number): boolean {
    const gate = this.#gate;
    const { runners, width } = this.#crew;
    const beganMs = performance.now();
    this.openedMs = performance.timeOrigin + beganMs;
    const isAlone = this.#joins && (runners.length === 1 || this.#small?.isSmall(batchCount) === true);
    const count = isAlone ? 1 : runners.length;
    for (let at = 0; at < count; at++) {
      gate.give(runners[at], Math.floor((at * batchCount) / count), Math.floor(((at + 1) * batchCount) / count));
    }
    // One that a round broken off has left its range, without stealing, and that comes only now, is to find nothing.
    for (let at = count; at < runners.length; at++) gate.give(runners[at], 0, 0);
    // Without stealing nobody looks at anybody else's range.
    this.#round = gate.arm(batchCount, this.#steals ? width : 0);
    if (!isAlone) this.#crew.wake();
    return this.#joins && this.#join(isAlone && runners.length > 1, beganMs);
  }

  /** The caller's part of a round. `isAlone`: nobody was woken, though there are others. */
  #join(isAlone: boolean, beganMs: number): boolean {
    const gate = this.#gate;
    const before = this.#callerBatches;
    let isLast = false;
    if (isAlone && this.#small !== undefined) {
      isLast = drainUntil(this.#small.deadlineMs(beganMs), gate, CALLER, this.#caller);
      if (isLast) this.alone++;
      else this.#crew.wake();
    }
    if (!isLast) isLast = drain(gate, CALLER, this.#caller);
    const ms = performance.now() - beganMs;
    this.#callerMs += ms;
    const ran = this.#callerBatches - before;
    if (ran > 0) this.#small?.learn(ms, ran);
    if (isLast) return true;
    for (let spins = 0; spins < SPINS; spins++) if (gate.isDrained) return true;
    return false;
  }

  /** Nobody is inside when it returns true; false when that would have to be waited for. */
  #closeAtOnce(): boolean {
    const gate = this.#gate;
    gate.disarm();
    for (const { seat } of this.#crew.members) {
      for (let spins = 0; gate.isInside(seat.participant); spins++) if (spins === SPINS) return false;
    }
    return true;
  }

  /** Waits until nobody is inside but those whose threads are gone. */
  async #close(): Promise<void> {
    const gate = this.#gate;
    gate.disarm();
    for (const { seat } of this.#crew.members) {
      for (let spins = 0; gate.isInside(seat.participant) && !seat.isGone; spins++) {
        if (spins >= SPINS) await this.#wait(() => gate.whenOutside(seat.participant));
      }
    }
  }

  /** Until what is waited for has come, or the crew has changed, or the watchdog looks in. Throws when nothing can come any more. */
  async #wait(whenDone: () => Promise<unknown> | undefined): Promise<void> {
    const crew = this.#crew;
    if (crew.failure !== undefined) throw crew.failure;
    await new Promise<unknown>((resolve) => {
      crew.onChange = () => resolve(undefined);
      const done = whenDone();
      if (done === undefined) resolve(undefined);
      else void done.then(resolve);
    });
    crew.onChange = undefined;
  }

  #listAll(batchCount: number): void {
    for (let batch = this.#listed; batch < batchCount; batch++) this.#gate.list(batch, batch);
    this.#listed = Math.max(this.#listed, batchCount);
  }

  /** Lists the batches that are not done; returns how many. */
  #listUnfinished(batchCount: number): number {
    let count = 0;
    for (let batch = 0; batch < batchCount; batch++) if (!this.#host.isBatchDone(batch)) this.#gate.list(count++, batch);
    this.#listed = 0;
    return count;
  }
}
