import { MAX_BATCHES, MAX_PARTICIPANTS } from '../layout/geometry.js';
import { beginOf, endOf, halfOf, isEmpty, type PackedRange, packRange } from './batch-range.js';
import { allocatePages } from './pages.js';

/** Control words, a cache line each. */
const Control = { armed: 0, width: 1, epoch: 16, remain: 32, done: 48 } as const;
const FIRST_LINE = 64;
const LINE = 16;
/** A participant's words on its line. The doubles are at half of their index. */
const Line = { range: 0, inside: 1, leave: 2, steals: 3, failedSteals: 4, awake: 5, busyMs: 8, enteredMs: 10 } as const;
const LIST = FIRST_LINE + MAX_PARTICIPANTS * LINE;
const WORDS = LIST + MAX_BATCHES + 1;

/** An entry of a round's list: some batches, one behind the other, in one word. The first in the low 16 bits, how many more there are in the high. */
export type Entry = number;
/** No batch was to be had. No list has this entry. */
export const NO_BATCH: Entry = -1;
/** Most batches of an entry. */
export const MOST_IN_ENTRY = 32_768;

export function firstOf(entry: Entry): number {
  return entry & 0xffff;
}

/** The batch behind its last. */
export function behind(entry: Entry): number {
  return (entry & 0xffff) + (entry >>> 16) + 1;
}

function entryOf(batch: number, count: number): Entry {
  return batch | ((count - 1) << 16);
}

/** What a participant has done in a gate, as it stands in shared memory. */
export interface GateCounts {
  readonly steals: number;
  readonly failedSteals: number;
  /** Time in rounds, ms. */
  readonly busyMs: number;
  /** When it last entered a round, ms since the epoch of the clock on the wall. */
  readonly enteredMs: number;
}

/**
 * The words of parallel dispatch (memory/README.md, "The gate"): who may run batches when, which batches are whose, and when all are done.
 * Every step of the protocol that touches shared memory is one method here. A participant is a number, 0 … 255; 0 is the caller.
 */
export class Gate {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, WORDS);
    this.#doubles = new Float64Array(buffer, 0, WORDS >> 1);
  }

  static create(): Gate {
    return new Gate(allocatePages(WORDS * 4));
  }

  static attach(buffer: SharedArrayBuffer): Gate {
    return new Gate(buffer);
  }

  // ------------------------------------------------------------------------------------------------ the host: rounds

  /** Nobody who enters from now on runs anything. */
  disarm(): void {
    Atomics.store(this.#words, Control.armed, 0);
  }

  isInside(participant: number): boolean {
    return Atomics.load(this.#words, lineOf(participant) + Line.inside) !== 0;
  }

  /** True if a participant was awake a moment ago, inside or looking out for the next round. A hint: it may have fallen asleep since. */
  isAwake(participant: number): boolean {
    return Atomics.load(this.#words, lineOf(participant) + Line.awake) !== 0;
  }

  /** A promise that settles when a participant comes out; undefined if it is out. Never settles for one whose thread is gone. */
  whenOutside(participant: number): Promise<unknown> | undefined {
    return waitWhile(this.#words, lineOf(participant) + Line.inside, 1);
  }

  /** Gate closed: entry `at` of the round's list is `count` batches, 1…32 768, from `batch` on: whoever takes it runs them all. */
  list(at: number, batch: number, count = 1): void {
    this.#words[LIST + at] = entryOf(batch, count);
  }

  /** Gate closed: entries `begin … end − 1` of the list are a participant's to begin with. */
  give(participant: number, begin: number, end: number): void {
    Atomics.store(this.#words, lineOf(participant) + Line.range, packRange(begin, end));
  }

  /**
   * Gate closed, ranges given: opens the next round, of `entryCount` ≥ 1 entries of the list, and returns its number. Who has nothing left takes from the
   * participants below `width`; 0: from nobody.
   * Wakes nobody.
   */
  arm(entryCount: number, width: number): number {
    const words = this.#words;
    words[Control.width] = width;
    Atomics.store(words, Control.remain, entryCount);
    let round = (Atomics.load(words, Control.epoch) + 1) | 0;
    if (round === 0) round = 1;
    Atomics.store(words, Control.armed, round);
    Atomics.store(words, Control.epoch, round);
    return round;
  }

  /** Whoever sleeps looks up. */
  wake(): void {
    Atomics.notify(this.#words, Control.epoch);
  }

  /** Whoever sleeps looks up, though there is no round: for control messages and for leaving. */
  rouse(): void {
    Atomics.add(this.#words, Control.epoch, 1);
    this.wake();
  }

  /** True when all entries of the round's list are done and counted. False also where a dead participant did not come to count. */
  get isDrained(): boolean {
    return Atomics.load(this.#words, Control.remain) === 0;
  }

  /** True while a round is open that is not drained. */
  get isWaiting(): boolean {
    return Atomics.load(this.#words, Control.armed) !== 0 && !this.isDrained;
  }

  /** A promise that settles when the round is drained; undefined if it is. Never settles if a participant dies: watch the fences too. */
  whenDrained(round: number): Promise<unknown> | undefined {
    const before = Atomics.load(this.#words, Control.done);
    if (before === round || this.isDrained) return undefined;
    return waitWhile(this.#words, Control.done, before);
  }

  /** Gate closed, the thread gone or not there yet: the participant's words are those of a new one. */
  clear(participant: number): void {
    const line = lineOf(participant);
    for (let word = 1; word < LINE; word++) Atomics.store(this.#words, line + word, 0);
    Atomics.store(this.#words, line + Line.range, 0);
  }

  /** Asks a participant to leave; it looks when it is roused. */
  askToLeave(participant: number): void {
    Atomics.store(this.#words, lineOf(participant) + Line.leave, 1);
  }

  /** Gate closed: a participant's time in rounds so far, ms. */
  busyMsOf(participant: number): number {
    return this.#doubles[(lineOf(participant) + Line.busyMs) >> 1];
  }

  counts(participant: number): GateCounts {
    const line = lineOf(participant);
    return {
      steals: this.#words[line + Line.steals],
      failedSteals: this.#words[line + Line.failedSteals],
      busyMs: this.busyMsOf(participant),
      enteredMs: this.#doubles[(line + Line.enteredMs) >> 1],
    };
  }

  // ----------------------------------------------------------------------------------------------- any participant

  /** Number of the last round, or of the last time that sleepers were roused. */
  get epoch(): number {
    return Atomics.load(this.#words, Control.epoch);
  }

  /** A promise that settles when the number is no longer `seen`; undefined if it is not. */
  whenPast(seen: number): Promise<unknown> | undefined {
    return waitWhile(this.#words, Control.epoch, seen);
  }

  isAskedToLeave(participant: number): boolean {
    return Atomics.load(this.#words, lineOf(participant) + Line.leave) !== 0;
  }

  /** Tells the host whether a participant is awake. */
  noteAwake(participant: number, isAwake: boolean): void {
    Atomics.store(this.#words, lineOf(participant) + Line.awake, isAwake ? 1 : 0);
  }

  /** Goes inside; returns the round that may be run, 0 if none may. */
  enter(participant: number): number {
    Atomics.store(this.#words, lineOf(participant) + Line.inside, 1);
    return Atomics.load(this.#words, Control.armed);
  }

  /** Comes out: touches nothing of the round from here on. */
  exit(participant: number): void {
    const inside = lineOf(participant) + Line.inside;
    Atomics.store(this.#words, inside, 0);
    Atomics.notify(this.#words, inside);
  }

  /** Takes the next entry of a participant's own range; `NO_BATCH` when that is empty. */
  claim(participant: number): Entry {
    const words = this.#words;
    const own = lineOf(participant) + Line.range;
    for (;;) {
      const range = Atomics.load(words, own);
      const begin = beginOf(range);
      const end = endOf(range);
      if (begin >= end) return NO_BATCH;
      if (Atomics.compareExchange(words, own, range, packRange(begin + 1, end)) === range) return words[LIST + begin];
    }
  }

  /** Takes the rear half of another's range; `undefined` when nobody has anything left. */
  takeHalf(participant: number): PackedRange | undefined {
    const words = this.#words;
    const width = words[Control.width];
    for (let turn = 1; turn <= width; turn++) {
      const victim = lineOf((participant + turn) % width) + Line.range;
      for (;;) {
        const range = Atomics.load(words, victim);
        if (isEmpty(range)) break;
        const { kept, taken } = halfOf(range);
        if (Atomics.compareExchange(words, victim, range, kept) === range) {
          this.#words[lineOf(participant) + Line.steals]++;
          return taken;
        }
      }
    }
    this.#words[lineOf(participant) + Line.failedSteals]++;
    return undefined;
  }

  /**
   * What was taken becomes a participant's own range, which was empty; but for its first entry, which is returned. That one cannot be taken
   * back: each taking runs an entry, and two thieves cannot go on for ever taking from each other the last one.
   */
  keep(participant: number, range: PackedRange): Entry {
    const begin = beginOf(range);
    Atomics.store(this.#words, lineOf(participant) + Line.range, packRange(begin + 1, endOf(range)));
    return this.#words[LIST + begin];
  }

  /** So many entries ≥ 1 are done. True if they were the round's last: whoever hears that ends the round by {@link drained}. */
  countOff(entries: number): boolean {
    return Atomics.sub(this.#words, Control.remain, entries) === entries;
  }

  /** The participant that brought the count to zero, when it has come out: tells the host. */
  drained(round: number): void {
    Atomics.store(this.#words, Control.done, round);
    Atomics.notify(this.#words, Control.done);
  }

  /** Notes a participant's time in a round. */
  noteTime(participant: number, enteredMs: number, busyMs: number): void {
    const line = lineOf(participant);
    this.#doubles[(line + Line.enteredMs) >> 1] = enteredMs;
    this.#doubles[(line + Line.busyMs) >> 1] += busyMs;
  }
}

function lineOf(participant: number): number {
  return FIRST_LINE + participant * LINE;
}

/** `Atomics.waitAsync`, which TypeScript's library of this target does not know. */
type WaitAsync = (words: Int32Array, index: number, value: number) => { readonly async: boolean; readonly value: unknown };

function waitWhile(words: Int32Array, index: number, value: number): Promise<unknown> | undefined {
  const outcome = (Atomics as unknown as { waitAsync: WaitAsync }).waitAsync(words, index, value);
  return outcome.async ? (outcome.value as Promise<unknown>) : undefined;
}
