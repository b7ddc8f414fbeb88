import { MAX_BATCHES, ROUND_WORDS } from '../layout/geometry.js';
import type { SessionTable } from './session-table.js';

/** Words of the round's header. `nowMs` and `diffMs` are doubles, at half of these indices. */
const Word = {
  open: 0,
  tick: 1,
  blockCount: 2,
  batchRows: 3,
  batchCount: 4,
  worldOpen: 5,
  nowMs: 6,
  diffMs: 8,
  kind: 10,
  control: 16,
} as const;

/** What a round's batches are: rows to be updated, or rows to be written as records. 0 is what untouched memory reads as. */
const Kind = { updating: 0, storing: 1 } as const;

/** What the tick is. */
export interface TickTerms {
  readonly number: number;
  readonly nowMs: number;
  readonly diffMs: number;
}

/**
 * The round in hand, in shared memory: its terms, which of its batches are done, and where an unfinished one is to go on.
 *
 * `batchDone` is the only truth about a batch: it holds the epoch of the round in which the batch was finished. Written by the participant
 * that finished it, behind everything its sessions wrote. `batchFrom` is the first row not done yet where an earlier participant has come
 * some way; 0 is the batch's beginning. Terms: writer is the host, before it opens a round; see memory/README.md.
 */
export class SharedRound {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #done: Int32Array;
  readonly #from: Int32Array;
  /** The host's. */
  #lastEpoch = 0;

  constructor({ memory, regions }: SessionTable) {
    this.#words = new Int32Array(memory.buffer, regions.round, ROUND_WORDS);
    this.#doubles = new Float64Array(memory.buffer, regions.round, ROUND_WORDS / 2);
    this.#done = new Int32Array(memory.buffer, regions.batchDone, MAX_BATCHES + 1);
    this.#from = new Int32Array(memory.buffer, regions.batchFrom, MAX_BATCHES + 1);
  }

  // ------------------------------------------------------------------------------------------------------- the host

  /** Host: the number of the next round, of either kind; never 0, which says that no round is open. */
  nextEpoch(): number {
    this.#lastEpoch = this.#lastEpoch === -1 ? 1 : (this.#lastEpoch + 1) | 0;
    return this.#lastEpoch;
  }

  /**
   * Host: from here on batches may be run. `epoch` is not 0; `batchRows` are counted through `blockCount` listed blocks; `worldOpen`:
   * sessions can see each other.
   */
  open(epoch: number, tick: TickTerms, blockCount: number, batchRows: number, batchCount: number, worldOpen: boolean): void {
    const words = this.#words;
    words[Word.kind] = Kind.updating;
    words[Word.tick] = tick.number;
    words[Word.blockCount] = blockCount;
    words[Word.batchRows] = batchRows;
    words[Word.batchCount] = batchCount;
    words[Word.worldOpen] = worldOpen ? 1 : 0;
    this.#doubles[Word.nowMs / 2] = tick.nowMs;
    this.#doubles[Word.diffMs / 2] = tick.diffMs;
    this.#from.fill(0, 0, batchCount);
    Atomics.store(words, Word.open, epoch);
  }

  /** Host: the same for a round that writes records of the rows listed in the {@link import('./staging.js').Staging}. */
  openStoring(epoch: number, tick: number, batchCount: number): void {
    const words = this.#words;
    words[Word.kind] = Kind.storing;
    words[Word.tick] = tick;
    words[Word.batchCount] = batchCount;
    words[Word.worldOpen] = 0;
    this.#from.fill(0, 0, batchCount);
    Atomics.store(words, Word.open, epoch);
  }

  /** Host: sessions are the host's again; a batch that comes too late is not run. */
  close(): void {
    Atomics.store(this.#words, Word.open, 0);
  }

  /** Host: a control message has been posted to every participant; returns its number. */
  raiseControl(): number {
    return Atomics.add(this.#words, Word.control, 1) + 1;
  }

  /** Host, when nobody runs it: the rows before `at` of a batch need not be run again. */
  resumeAt(batch: number, at: number): void {
    if (at > this.#from[batch]) this.#from[batch] = at;
  }

  // ------------------------------------------------------------------------------------------------ any participant

  /** Epoch of the round that is open; 0: none is. */
  get epoch(): number {
    return Atomics.load(this.#words, Word.open);
  }

  /** Number of the last control message. */
  get control(): number {
    return Atomics.load(this.#words, Word.control);
  }

  // What follows holds while a round is open.

  /** True if its batches are rows to be written as records; no session's code is run. */
  get isStoring(): boolean {
    return this.#words[Word.kind] === Kind.storing;
  }

  get tick(): number {
    return this.#words[Word.tick];
  }

  get nowMs(): number {
    return this.#doubles[Word.nowMs / 2];
  }

  get diffMs(): number {
    return this.#doubles[Word.diffMs / 2];
  }

  get blockCount(): number {
    return this.#words[Word.blockCount];
  }

  get batchRows(): number {
    return this.#words[Word.batchRows];
  }

  get batchCount(): number {
    return this.#words[Word.batchCount];
  }

  get worldOpen(): boolean {
    return this.#words[Word.worldOpen] === 1;
  }

  /** First row of a batch that is still to be run, counted through the listed blocks; 0: from its beginning. */
  fromOf(batch: number): number {
    return this.#from[batch];
  }

  /** The participant that runs a batch: rows before `at` are done. */
  advance(batch: number, at: number): void {
    this.#from[batch] = at;
  }

  /** The participant that ran a batch: all that its sessions wrote is visible to whoever sees this. */
  finish(batch: number, epoch: number): void {
    Atomics.store(this.#done, batch, epoch);
  }

  isDone(batch: number, epoch: number): boolean {
    return Atomics.load(this.#done, batch) === epoch;
  }

  /** Host: how many of the round's batches are done. */
  countDone(batchCount: number, epoch: number): number {
    const done = this.#done;
    let count = 0;
    for (let batch = 0; batch < batchCount; batch++) if (done[batch] === epoch) count++;
    return count;
  }
}
