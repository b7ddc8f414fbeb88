import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.js';
import type { HibernationStore } from '../../hibernation/hibernation-store.js';
import type { Logger } from '../../logger.js';
import type { WallClock } from '../../wall-clock.js';
import { Compaction, type CompactionCounts, type CompactionParts } from './compaction.js';
import { SliceShare } from './slice-share.js';

/** What a defragmentation has done. */
export interface DefragmentationReport {
  /** Sessions that lie elsewhere now. Their handles are what they were. */
  readonly movedSessions: number;
  /** Blocks of 64 sessions that were let go. */
  readonly droppedBlocks: number;
  /** Bytes that these took, and the store of sleepers' records takes less: given back to the operating system when all threads have collected. */
  readonly bytesGivenBack: number;
  /** Pieces it was done in, each at the end of a tick or between two. */
  readonly slices: number;
  /**
   * The longest of them, wall-clock µs: `maintenanceSliceMs` and one step more at most, a step being one session or one block; and as long as this thread had
   * to wait for a CPU meanwhile.
   */
  readonly longestSliceUs: number;
  /** The longest of those at the end of a tick, wall-clock µs: that tick took so much longer. 0 where all were between ticks. */
  readonly longestOnTickUs: number;
  /** From the first to the last, wall-clock ms. */
  readonly durationMs: number;
}

export interface DefragmentationParts extends CompactionParts {
  /** Where sleepers' records are. */
  readonly records: HibernationStore;
  /** The pool is as small as it gets: for whoever keeps something by slots, or in their number. */
  readonly trimmed: () => void;
  /** True while the scheduler has a round: rows lie where it was told. */
  readonly isRoundOpen: () => boolean;
  readonly wallClock: WallClock;
  readonly logger: Logger;
  /** Wall-clock ms from the end of one to the beginning of the next; none: by call alone. */
  readonly intervalMs: number | undefined;
}

/** What drives a defragmentation where no ticks do. */
export interface SliceDriver {
  /** Does all maintenance there is for a slice; between ticks. Where one is in flight, its end has the slice: resolves behind it, and nothing is done. */
  slice(): Promise<void>;
}

/** Where a slice is: who waits for it. */
export type SlicePlace = 'on a tick' | 'between ticks';

/** Sleepers are stored first, so that their slots are free; a store that takes none for so long is not waited for. */
const STORING_PATIENCE_MS = 250;
/** A store that says so often in a row that there is more to compact, and takes no less memory for it, is left alone until the next time. */
const MOST_VAIN_COMPACTIONS = 10_000;
/** Between two slices that no tick is between, while they are short ones: for what V8 compiles meanwhile. */
const PAUSE_MS = 10;
/** All managers': it is the process that has not compiled the code yet, and whose threads wait for a processor. */
const share = new SliceShare();
/** The least that a store is given to compact, ms. */
const LEAST_COMPACTION_MS = 0.1;

/** One defragmentation, from when it is asked for until it is done. */
class Job implements CompactionCounts {
  movedSessions = 0;
  droppedBlocks = 0;
  bytesGivenBack = 0;
  slices = 0;
  longestSliceUs = 0;
  longestOnTickUs = 0;
  beganMs = 0;
  isDone = false;
  error: unknown;
  /** A step each; true: nothing can be done before something else was. */
  steps: Generator<boolean | undefined> | undefined;
  readonly laysOut: boolean;
  readonly isAsked: boolean;

  constructor(laysOut: boolean, isAsked: boolean) {
    this.laysOut = laysOut;
    this.isAsked = isAsked;
  }

  report(endedMs: number): DefragmentationReport {
    const { movedSessions, droppedBlocks, bytesGivenBack, slices, longestSliceUs, longestOnTickUs } = this;
    const durationMs = slices === 0 ? 0 : endedMs - this.beganMs;
    return { movedSessions, droppedBlocks, bytesGivenBack, slices, longestSliceUs, longestOnTickUs, durationMs };
  }
}

/**
 * Compaction in slices: at every interval of wall-clock time, as ticks come, and when it is asked for, whether ticks come or not. Main
 * thread only. After it the pool keeps as many blocks as its sessions need, and at least `poolSize` rows: those it has beyond its sessions
 * are new, and no memory until they are used.
 */
export class Defragmentation {
  readonly #parts: DefragmentationParts;
  /** The one in hand first. */
  readonly #jobs: Job[] = [];
  #dueMs: number;
  #untilMs = 0;
  /** The last slice could do nothing before something else was done. */
  #isWaiting = false;
  /** The last slice had more to do than time. */
  #isFull = false;
  /** Of all jobs. */
  #slices = 0;
  #isClosed = false;

  constructor(parts: DefragmentationParts) {
    this.#parts = parts;
    this.#dueMs = parts.wallClock.now() + (parts.intervalMs ?? Number.POSITIVE_INFINITY);
  }

  /** Whether there is anything to do, or will be when a thread has collected. */
  get isDue(): boolean {
    return this.#jobs.length > 0 || (!this.#isClosed && this.#parts.wallClock.now() >= this.#dueMs);
  }

  /** Goes on so that it ends before `performance.now()` has come to `untilMs`, or there is nothing more to do: then false. At least one step; none while a thread collects. Between ticks. */
  step(untilMs: number, place: SlicePlace): boolean {
    const { wallClock, isRoundOpen, garbage } = this.#parts;
    if (this.#jobs.length === 0 && this.isDue) this.#jobs.push(new Job(false, false));
    const job = this.#jobs[0];
    if (job === undefined || isRoundOpen() || garbage.isCollecting) return this.#jobs.length > 0;
    const beganMs = performance.now();
    if (job.slices === 0) job.beganMs = beganMs;
    this.#untilMs = beganMs + share.of(untilMs - beganMs);
    const endedMs = this.#advance(job, beganMs);
    this.#isFull = endedMs >= this.#untilMs && !this.#isWaiting && !job.isDone;
    if (this.#isFull) share.grow();
    job.slices++;
    this.#slices++;
    const sliceUs = (endedMs - beganMs) * 1000;
    job.longestSliceUs = Math.max(job.longestSliceUs, sliceUs);
    if (place === 'on a tick') job.longestOnTickUs = Math.max(job.longestOnTickUs, sliceUs);
    garbage.collectSoonIfDue();
    if (job.isDone) {
      this.#jobs.shift();
      this.#dueMs = wallClock.now() + (this.#parts.intervalMs ?? Number.POSITIVE_INFINITY);
    }
    return this.#jobs.length > 0;
  }

  /**
   * Does a whole one, `laysOut`: with each map's and group's sessions side by side. Resolves when it is done, and collected if that was due.
   * Rejects with `ERR_MEMORY`; what was moved by then has been.
   */
  async run(laysOut: boolean, driver: SliceDriver): Promise<DefragmentationReport> {
    const { garbage } = this.#parts;
    const job = new Job(laysOut, true);
    this.#jobs.push(job);
    while (!job.isDone && !this.#isClosed) {
      await driver.slice();
      if (job.isDone) break;
      if (garbage.isCollecting) await garbage.settled();
      else if (share.isWhole || !this.#isFull) await setImmediate();
      else await this.#pause(job);
    }
    if (job.error !== undefined) throw job.error;
    const report = job.report(performance.now());
    await garbage.settled();
    return report;
  }

  /** Nothing is moved any more: those under way resolve with what they have done. */
  close(): void {
    this.#isClosed = true;
    this.#jobs.length = 0;
    this.#dueMs = Number.POSITIVE_INFINITY;
  }

  /** While slices are short ones; as long as ticks bring some more, these are enough. */
  async #pause(job: Job): Promise<void> {
    let before: number;
    do {
      before = this.#slices;
      await sleep(PAUSE_MS);
    } while (this.#slices > before && !share.isWhole && !job.isDone && !this.#isClosed);
  }

  /** Returns what time it is. */
  #advance(job: Job, beganMs: number): number {
    job.steps ??= this.#stepsOf(job);
    for (let nowMs = beganMs; ; ) {
      try {
        const { done, value } = job.steps.next();
        nowMs = performance.now();
        job.isDone = done === true;
        this.#isWaiting = value === true;
        if (this.#isWaiting || job.isDone || nowMs >= this.#untilMs) return nowMs;
      } catch (error) {
        job.isDone = true;
        job.error = error;
        if (!job.isAsked) this.#parts.logger.warn(`defragmentation was broken off: ${messageOf(error)}`);
        return performance.now();
      }
    }
  }

  *#stepsOf(job: Job): Generator<boolean | undefined> {
    const compaction = new Compaction(this.#parts, job);
    if (job.isAsked) yield* this.#awaitStoring();
    if (job.laysOut) yield* compaction.layOut();
    yield* compaction.evacuate();
    yield* compaction.trim();
    const { records, trimmed } = this.#parts;
    trimmed();
    yield;
    const heldBefore = records.stats().heldBytes;
    yield* this.#compactRecords();
    job.bytesGivenBack += Math.max(0, heldBefore - records.stats().heldBytes);
  }

  *#compactRecords(): Generator<undefined> {
    const { records } = this.#parts;
    let least = records.stats().heldBytes;
    for (let vain = 0; vain < MOST_VAIN_COMPACTIONS; vain++) {
      if (!records.compact(Math.max(this.#untilMs - performance.now(), LEAST_COMPACTION_MS))) return;
      const { heldBytes } = records.stats();
      if (heldBytes < least) {
        least = heldBytes;
        vain = 0;
      }
      yield;
    }
  }

  /** Storing has the same slices, before this. */
  *#awaitStoring(): Generator<boolean> {
    const { store } = this.#parts;
    let least = store.hibernatingCount;
    for (let sinceMs = performance.now(); least > 0 && performance.now() - sinceMs < STORING_PATIENCE_MS; ) {
      yield true;
      if (store.hibernatingCount >= least) continue;
      least = store.hibernatingCount;
      sinceMs = performance.now();
    }
  }
}
