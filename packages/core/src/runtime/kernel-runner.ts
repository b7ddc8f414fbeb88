import { HOT_BYTES, ROWS } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { ParticipantWord, segmentRunning } from '../memory/participant-words.js';
import type { SessionTable } from '../memory/session-table.js';
import type { Session, TickInfo } from '../session-api.js';
import type { FaultSink, Runner } from './runner.js';

/**
 * A behaviour's kernel as it is called: byte offset of the block's hot columns in the memory (u32), rows `begin … end − 1`, the two words of
 * the mask of those among them that are active, the tick's `diffMs` and `nowMs`.
 */
export type KernelFunction = (
  page: number,
  begin: number,
  end: number,
  low: number,
  high: number,
  diffMs: number,
  nowMs: number,
) => unknown;

/**
 * Runs one behaviour's sessions in one thread by its kernel: one call for each segment, and an ordinary runner for hooks. A class of its own, so that
 * nothing of {@link Runner.runSegment} changes for those who have none (decision 0009).
 */
export class KernelRunner {
  readonly #hooks: Runner;
  readonly #kernel: KernelFunction;
  readonly #tick: TickInfo;
  /** Byte offset of the hot columns of block 0. */
  readonly #firstPage: number;
  /** As in a {@link Runner}. */
  readonly #progress: Int32Array | undefined;
  readonly #faults: FaultSink;

  constructor(
    hooks: Runner,
    kernel: KernelFunction,
    tick: TickInfo,
    table: SessionTable,
    progress: Int32Array | undefined,
    faults: FaultSink,
  ) {
    this.#hooks = hooks;
    this.#kernel = kernel;
    this.#tick = tick;
    this.#firstPage = table.regions.hot;
    this.#progress = progress;
    this.#faults = faults;
  }

  /** As {@link Runner.runSegment}. A trap interrupts all active rows of the segment. Never true: a kernel sends nothing. */
  runSegment(block: Block, begin: number, end: number, low: number, high: number, diffMs: number): boolean {
    const progress = this.#progress;
    low &= maskOf(begin, end);
    high &= maskOf(begin - ROWS / 2, end - ROWS / 2);
    if ((low | high) === 0) return false;
    if (progress !== undefined) progress[ParticipantWord.row] = segmentRunning(begin, end);
    try {
      this.#kernel(this.#firstPage + block.blockIndex * HOT_BYTES, begin, end, low, high, diffMs, this.#tick.nowMs);
    } catch (error) {
      this.#trapped(block, low, high, error);
    }
    if (progress !== undefined) progress[ParticipantWord.row] = ~end;
    return false;
  }

  park(): void {
    this.#hooks.park();
  }

  callHook<T>(block: Block, row: number, hook: (session: Session, argument: T) => unknown, argument: T): boolean {
    return this.#hooks.callHook(block, row, hook, argument);
  }

  #trapped(block: Block, low: number, high: number, error: unknown): void {
    // One fault for each unbroken run of rows.
    for (let row = 0, first = -1; row <= ROWS; row++) {
      const isActive = row < ROWS && (((row < ROWS / 2 ? low : high) >>> (row & 31)) & 1) === 1;
      if (isActive === first >= 0) continue;
      if (!isActive) this.#faults.fault(block, first, row, error);
      first = isActive ? row : -1;
    }
  }
}

/** Bits `begin … end − 1` of a word of 32; either may lie outside. */
function maskOf(begin: number, end: number): number {
  const below = end >= 32 ? -1 : end <= 0 ? 0 : (1 << end) - 1;
  return begin >= 32 ? 0 : begin <= 0 ? below : below & (-1 << begin);
}
