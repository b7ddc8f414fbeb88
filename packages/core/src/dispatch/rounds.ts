import type { Gate } from '../memory/gate.js';
import type { BatchRunner, RoundWork, SchedulerHost } from '../scheduler.js';
import type { Crew } from './crew.js';
import { drain } from './drain.js';
import type { CheckedResidentOptions } from './options.js';
import { SmallRounds } from './small-rounds.js';

const CALLER = 0;
/** Looks at a word before the event loop is let on: some 20 µs. Who is inside is on the way out, mostly. */
const SPINS = 2000;

/** A getter that takes a while, of what never changes. */
const ORIGIN_MS = performance.timeOrigin;

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
  /** Whether the caller runs small rounds alone. */
  readonly #adapts: boolean;
  readonly #steals: boolean;
  /** Whether threads look out for the next round before they sleep. */
  readonly #staysAwake: boolean;
  /** By what the batches are. */
  readonly #smallByWork: Readonly<Record<RoundWork, SmallRounds>> = { updates: new SmallRounds(), records: new SmallRounds() };
  readonly #caller: BatchRunner;
  readonly #isSomebodyAwake = (): boolean => {
    for (const runner of this.#crew.runners) if (this.#gate.isAwake(runner)) return true;
    return false;
  };
  #callerBatches = 0;
  #callerMs = 0;
  /** The list has all of so many batches in their order, so many to an entry. 0: something else. */
  #listed = 0;
  #group = 1;
  #round = 0;
  /** Of the round in hand. */
  #small = this.#smallByWork.updates;
  /** How many batches of what kind the last round had, and all that runners had been busy before it: where the caller does not take part. */
  #last = this.#small;
  #lastBatches = 0;
  #busyMs = 0;

  constructor(
    gate: Gate,
    crew: Crew,
    host: SchedulerHost,
    { callerParticipates, adaptiveWaking, stealing, dispatch }: CheckedResidentOptions,
  ) {
    this.#gate = gate;
    this.#crew = crew;
    this.#host = host;
    this.#joins = callerParticipates;
    this.#steals = stealing;
    this.#staysAwake = dispatch === 'resident';
    this.#adapts = callerParticipates && adaptiveWaking;
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
  run(batchCount: number, work: RoundWork): void | Promise<void> {
    const crew = this.#crew;
    this.#small = this.#smallByWork[work];
    if (crew.hasGone || crew.runners.length === 0 || !this.#closeAtOnce()) return this.#runLater(batchCount);
    if (!this.#begin(batchCount)) return this.#finish(batchCount);
  }

  /** The same where somebody must be waited for first. */
  async #runLater(batchCount: number): Promise<void> {
    await this.#close();
    this.#crew.reap();
    await this.#crew.whenAble();
    if (!this.#begin(batchCount)) await this.#finish(batchCount);
  }

  /** Gate closed, somebody there: runs the round, or what of it the caller can do at once. True if that was all. */
  #begin(batchCount: number): boolean {
    let first = 0;
    if (this.#joins) first = this.#runAlone(batchCount);
    else this.#learnOfRunners(batchCount);
    if (first === batchCount) return true;
    return this.#open(this.#listFrom(first, batchCount));
  }

  /**
   * Gate closed: the caller runs a round that is small, or that nobody else is there for, without opening it, and with no atomic step of its own.
   * Returns how many batches it has run: fewer when the round turns out longer than it looked.
   */
  #runAlone(batchCount: number): number {
    const small = this.#small;
    const hasOthers = this.#crew.runners.length > 1;
    if (hasOthers && !(this.#adapts && small.isSmall(batchCount))) return 0;
    const beganMs = performance.now();
    if (hasOthers && this.#staysAwake && small.isWorthSharing(batchCount, beganMs, this.#isSomebodyAwake)) return 0;
    const stride = hasOthers ? small.stride : batchCount;
    let nowMs = beganMs;
    let done = 0;
    while (done < batchCount && nowMs <= small.deadlineMs(beganMs)) {
      const end = Math.min(done + stride, batchCount);
      this.#caller.runBatches(done, end);
      done = end;
      nowMs = performance.now();
    }
    this.#callerMs += nowMs - beganMs;
    small.learn(nowMs - beganMs, done);
    small.ended(nowMs);
    if (hasOthers && done === batchCount) this.alone++;
    return done;
  }

  /** Gate closed: what the last round's batches took, now that all who ran them are outside. A thread that was replaced since has said nothing. */
  #learnOfRunners(batchCount: number): void {
    let busyMs = 0;
    for (const runner of this.#crew.runners) busyMs += this.#gate.busyMsOf(runner);
    const ms = busyMs - this.#busyMs;
    if (ms > 0 && this.#lastBatches > 0) this.#last.learn(ms, this.#lastBatches);
    this.#busyMs = busyMs;
    this.#last = this.#small;
    this.#lastBatches = batchCount;
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
      await crew.whenExplained();
      crew.reap();
      const left = this.#listUnfinished(batchCount);
      if (left === 0) return;
      await crew.whenAble();
      if (this.#open(left)) return;
    }
  }

  /**
   * Gate closed, entries listed: gives each runner its range, opens the round, and does the caller's part. True if that was the last of it.
   */
  #open(entryCount: number): boolean {
    const gate = this.#gate;
    const { runners, width } = this.#crew;
    const beganMs = performance.now();
    this.openedMs = ORIGIN_MS + beganMs;
    const count = runners.length;
    for (let at = 0; at < count; at++) {
      gate.give(runners[at], Math.floor((at * entryCount) / count), Math.floor(((at + 1) * entryCount) / count));
    }
    // Without stealing nobody looks at anybody else's range.
    this.#round = gate.arm(entryCount, this.#steals ? width : 0);
    this.#crew.wake();
    return this.#joins && this.#join(beganMs);
  }

  /** The caller's part of a round. */
  #join(beganMs: number): boolean {
    const gate = this.#gate;
    const before = this.#callerBatches;
    const isLast = drain(gate, CALLER, this.#caller);
    const nowMs = performance.now();
    const ms = nowMs - beganMs;
    this.#callerMs += ms;
    this.#small.ended(nowMs);
    const ran = this.#callerBatches - before;
    if (ran > 0) this.#small.learn(ms, ran);
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
  #wait(whenDone: () => Promise<unknown> | undefined): Promise<void> {
    const crew = this.#crew;
    if (crew.failure !== undefined) throw crew.failure;
    // The round is over, and the host is yet to hear of it: no more promises than one.
    return new Promise((resolve) => {
      crew.onChange = resolve;
      const done = whenDone();
      if (done === undefined) resolve();
      else void done.then(resolve as () => void);
    });
  }

  /** Lists batches `first … batchCount − 1`, short ones several to an entry; returns the number of entries. */
  #listFrom(first: number, batchCount: number): number {
    const count = batchCount - first;
    const group = this.#small.groupOf(count, this.#crew.runners.length);
    const entries = Math.ceil(count / group);
    // What stands there from the last round need not be written again.
    if (first > 0 || group !== this.#group || batchCount !== this.#listed) {
      for (let at = 0; at < entries; at++) this.#gate.list(at, first + at * group, Math.min(group, count - at * group));
    }
    this.#listed = first > 0 ? 0 : batchCount;
    this.#group = group;
    return entries;
  }

  /** Lists the batches that are not done; returns how many. */
  #listUnfinished(batchCount: number): number {
    let count = 0;
    this.#listed = 0;
    for (let batch = 0; batch < batchCount; batch++) if (!this.#host.isBatchDone(batch)) this.#gate.list(count++, batch);
    return count;
  }
}
