import { ROW_BITS, ROW_MASK, ROWS } from './layout/geometry.js';
import type { Block } from './memory/block.js';
import { ParticipantWord } from './memory/participant-words.js';
import type { SharedRound } from './memory/round.js';
import type { SessionTable } from './memory/session-table.js';
import { RECORDS_A_BATCH, type Staging } from './memory/staging.js';
import { RecordWriter } from './record/record-writer.js';
import type { Runner } from './runtime/index.js';
import type { BatchRunner } from './scheduler.js';

/** Rows `begin … end − 1` of a block whose update failed, and what was thrown. */
export interface RowFault {
  readonly blockIndex: number;
  readonly begin: number;
  readonly end: number;
  readonly error: unknown;
}

/** Runs one behaviour's sessions, see `Runner`. */
export type SegmentRunner = Pick<Runner, 'runSegment' | 'park' | 'callHook'>;

/** What is different about the thread that a participant runs in. */
export interface ParticipantThread {
  /** Another round has begun: called before anything of it is run. */
  beginRound?(): void;
  /** A session's update has failed. */
  fault(fault: RowFault): void;
}

/** One thread's part in the ticks: it runs the batches that its scheduler gives it. */
export class Participant implements BatchRunner {
  /** Blocks by their index, as this thread sees them. */
  readonly blocks: (Block | undefined)[] = [];
  readonly #table: SessionTable;
  readonly #round: SharedRound;
  readonly #staging: Staging;
  readonly #records: RecordWriter;
  /** See {@link ParticipantWord}. */
  readonly #words: Int32Array;
  readonly #thread: ParticipantThread;
  readonly #runners: SegmentRunner[] = [];
  /** Of the round whose terms these are. */
  #epoch = 0;
  #blockCount = 0;
  #batchRows = 0;
  #diffMs = 0;
  #isStoring = false;

  constructor(table: SessionTable, round: SharedRound, staging: Staging, participant: number, thread: ParticipantThread) {
    this.#table = table;
    this.#round = round;
    this.#staging = staging;
    this.#records = new RecordWriter(table, staging.packs, staging.shapes);
    this.#words = table.participantWords(participant);
    this.#words[ParticipantWord.row] = -1;
    this.#thread = thread;
  }

  /** Batches that the scheduler had run here since start. */
  get batchesRun(): number {
    return this.#words[ParticipantWord.batches] >>> 0;
  }

  /** Adds the next behaviour, in the manager's order. */
  addBehavior(makeRunner: (progress: Int32Array, faults: { fault: Participant['fault'] }) => SegmentRunner): void {
    this.#runners.push(makeRunner(this.#words, this));
  }

  addBlock(block: Block): void {
    this.blocks[block.blockIndex] = block;
  }

  dropBlock(blockIndex: number): void {
    this.blocks[blockIndex] = undefined;
  }

  runBatches(begin: number, end: number): void {
    const { epoch } = this.#round;
    // Sessions are the host's between rounds: a batch that comes too late is not run. That it came shows in the next tick's count.
    if (epoch === 0) {
      this.#words[ParticipantWord.batches] += end - begin;
      return;
    }
    if (epoch !== this.#epoch) this.#beginRound(epoch);
    if (this.#isStoring) this.#storeBatches(begin, end);
    else for (let batch = begin; batch < end; batch++) this.#runBatch(batch);
  }

  /** Lets go of the sessions: what a behaviour kept is dead from then on. After the round, before anything else is run on this thread; see {@link Runner.park}. */
  park(): void {
    // Nothing was run since.
    if (this.#epoch === 0) return;
    // Whoever comes back into the same round, as when a thread has died in it, begins it anew.
    this.#epoch = 0;
    for (const runner of this.#runners) runner.park();
  }

  /** Runs a hook for one row. Returns true if it sent a packet. */
  callHook<T>(block: Block, row: number, hook: Parameters<Runner['callHook']>[2], argument: T): boolean {
    return this.#runners[block.behaviorIndex].callHook(block, row, hook, argument);
  }

  fault(block: Block, begin: number, end: number, error: unknown): void {
    this.#thread.fault({ blockIndex: block.blockIndex, begin, end, error });
  }

  #beginRound(epoch: number): void {
    const { blockCount, batchRows, diffMs } = this.#round;
    this.#thread.beginRound?.();
    this.#blockCount = blockCount;
    this.#batchRows = batchRows;
    this.#diffMs = diffMs;
    this.#words[ParticipantWord.epoch] = epoch;
    this.#epoch = epoch;
    this.#isStoring = this.#round.isStoring;
    this.#records.tick = this.#round.tick;
  }

  /**
   * Writes records of the rows that are listed: no session's code, and no change to the rows. So nothing is noted of how far a batch has come;
   * whoever takes it up where a thread has died does all of it again, over what was left.
   */
  #storeBatches(begin: number, end: number): void {
    const words = this.#words;
    for (let batch = begin; batch < end; batch++) {
      words[ParticipantWord.row] = -1;
      words[ParticipantWord.segment] = batch * RECORDS_A_BATCH;
      words[ParticipantWord.batch] = batch + 1;
      this.#storeBatch(batch);
      this.#round.finish(batch, this.#epoch);
      words[ParticipantWord.batch] = 0;
      words[ParticipantWord.batches]++;
    }
  }

  #storeBatch(batch: number): void {
    const staging = this.#staging;
    const { slots, ends, contents, sums, namesRequests } = staging;
    const part = staging.parts[batch];
    const stop = Math.min((batch + 1) * RECORDS_A_BATCH, staging.count);
    for (let at = batch * RECORDS_A_BATCH, used = 0; at < stop; at++) {
      const slot = slots[at];
      const block = this.blocks[slot >> ROW_BITS] as Block;
      // What does not fit is left to the host, and what it alone knows all of.
      const isLeft = namesRequests && block.cold.i32[block.services.unanswered + (slot & ROW_MASK)] !== 0;
      const bytes = isLeft ? 0 : this.#records.write(block, slot & ROW_MASK, part, used);
      if (bytes > 0) used += bytes;
      ends[at] = used;
      if (sums) contents[at] = this.#records.contentSum();
    }
  }

  /**
   * Runs what is left of a batch. The order of the stores to the participant's words is part of the protocol (memory/README.md): at every
   * moment they and `batchFrom` tell which rows are done, and which one was under way.
   */
  #runBatch(batch: number): void {
    const { batchList, activeMasks, outboundFlags } = this.#table;
    const round = this.#round;
    const words = this.#words;
    const stop = Math.min((batch + 1) * this.#batchRows, this.#blockCount << ROW_BITS);
    let at = Math.max(batch * this.#batchRows, round.fromOf(batch));
    words[ParticipantWord.row] = -1;
    words[ParticipantWord.segment] = at;
    words[ParticipantWord.batch] = batch + 1;
    while (at < stop) {
      const blockIndex = batchList[at >> ROW_BITS];
      const block = this.blocks[blockIndex] as Block;
      const begin = at & ROW_MASK;
      const end = Math.min(ROWS, begin + stop - at);
      const low = activeMasks[blockIndex * 2];
      const high = activeMasks[blockIndex * 2 + 1];
      if (this.#runners[block.behaviorIndex].runSegment(block, begin, end, low, high, this.#diffMs)) outboundFlags[blockIndex] = 1;
      at += end - begin;
      if (at >= stop) break;
      round.advance(batch, at);
      words[ParticipantWord.row] = -1;
      words[ParticipantWord.segment] = at;
    }
    round.finish(batch, this.#epoch);
    words[ParticipantWord.batch] = 0;
    words[ParticipantWord.batches]++;
  }
}
