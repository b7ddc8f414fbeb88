import { ROW_BITS, ROW_MASK, ROWS } from './layout/geometry.js';
import type { Block } from './memory/block.js';
import { ParticipantWord } from './memory/participant-words.js';
import type { SessionTable } from './memory/session-table.js';
import type { Runner } from './runtime/index.js';
import type { BatchRunner } from './scheduler.js';

/** Rows `begin … end − 1` of a block whose update failed, and what was thrown. */
export interface RowFault {
  readonly blockIndex: number;
  readonly begin: number;
  readonly end: number;
  readonly error: unknown;
}

/** What all participants of a round work on. Written by the manager's thread before the round, read during it. */
export interface Round {
  /** True from the call of `parallelFor` until it has returned or resolved. */
  isOpen: boolean;
  /** Blocks on the table's batch list. */
  blockCount: number;
  /** Rows a batch covers, counted through the listed blocks one after the other: a block, several, or part of one. */
  batchRows: number;
  diffMs: number;
}

/** One thread's part in the ticks: it runs the batches that its scheduler gives it. */
export class Participant implements BatchRunner {
  /** Batches that the scheduler had run here since start. */
  batchesRun = 0;
  /** What went wrong in the round in hand; taken by the manager when it ends. */
  readonly faults: RowFault[] = [];
  /** Blocks by their index, as this thread sees them. */
  readonly blocks: (Block | undefined)[] = [];
  readonly #table: SessionTable;
  readonly #round: Round;
  readonly #progress: Int32Array;
  readonly #runners: Runner[] = [];

  constructor(table: SessionTable, round: Round, participant: number) {
    this.#table = table;
    this.#round = round;
    this.#progress = table.participantWords(participant);
    this.#progress[ParticipantWord.row] = -1;
  }

  /** Adds the next behaviour, in the manager's order. */
  addBehavior(makeRunner: (progress: Int32Array, faults: { fault: Participant['fault'] }) => Runner): void {
    this.#runners.push(makeRunner(this.#progress, this));
  }

  addBlock(block: Block): void {
    this.blocks[block.blockIndex] = block;
  }

  dropBlock(blockIndex: number): void {
    this.blocks[blockIndex] = undefined;
  }

  runBatches(begin: number, end: number): void {
    this.batchesRun += end - begin;
    // Sessions are the host's between rounds: a batch that comes too late is not run. That it came shows in the next tick's count.
    if (!this.#round.isOpen) return;
    for (let batch = begin; batch < end; batch++) this.#runBatch(batch);
  }

  /** Lets go of the sessions: what a behaviour kept is dead from then on. After the round, before the host's next call. */
  park(): void {
    for (const runner of this.#runners) runner.park();
  }

  /** Runs a hook for one row. Returns true if it sent a packet. */
  callHook<T>(block: Block, row: number, hook: Parameters<Runner['callHook']>[2], argument: T): boolean {
    return this.#runners[block.behaviorIndex].callHook(block, row, hook, argument);
  }

  fault(block: Block, begin: number, end: number, error: unknown): void {
    this.faults.push({ blockIndex: block.blockIndex, begin, end, error });
  }

  #runBatch(batch: number): void {
    const { batchList, activeMasks, outboundFlags } = this.#table;
    const { blockCount, batchRows, diffMs } = this.#round;
    const stop = Math.min((batch + 1) * batchRows, blockCount << ROW_BITS);
    for (let at = batch * batchRows; at < stop; ) {
      const blockIndex = batchList[at >> ROW_BITS];
      const block = this.blocks[blockIndex] as Block;
      const begin = at & ROW_MASK;
      const end = Math.min(ROWS, begin + stop - at);
      this.#progress[ParticipantWord.block] = blockIndex + 1;
      const low = activeMasks[blockIndex * 2];
      const high = activeMasks[blockIndex * 2 + 1];
      if (this.#runners[block.behaviorIndex].runSegment(block, begin, end, low, high, diffMs)) outboundFlags[blockIndex] = 1;
      at += end - begin;
    }
    this.#progress[ParticipantWord.block] = 0;
  }
}
