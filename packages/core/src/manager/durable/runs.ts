import type { RecordHead } from '../../record/record-format.js';

/** A manager with the store, from its start on, and those behind it that had all back who had been awake. */
export interface Run {
  /** The tick that it went on from without somebody: what it has written counts from a later one, or is written again. Undefined: it speaks of all records. */
  readonly sinceTick?: number | undefined;
  /** In which the last checkpoint began that has come to its end; if none has, no later one than that it went on from. */
  readonly checkpointTick: number;
}

/** So many earlier ones are known at most. */
export const MOST_RUNS = 64;

/**
 * How far the runs of a store are known to have updated what was awake. A checkpoint says so of those that were awake in its own run: the record of one that has not come back since is
 * of an earlier run, and counts on by what that one's checkpoints said. `manager/durable/README.md` has why. Main thread only.
 */
export class Runs {
  /** Oldest first; none that says nothing. */
  #earlier: readonly Run[] = [];
  #sinceTick: number | undefined;
  #checkpointTick: number | undefined;

  /** A run begins that goes on from `tick`, behind these: without somebody, as far as is known. */
  goOn(tick: number, earlier: readonly Run[]): void {
    const telling = earlier.filter(({ sinceTick, checkpointTick }) => checkpointTick > (sinceTick ?? 0));
    this.#earlier = telling.slice(-MOST_RUNS);
    this.#sinceTick = tick;
  }

  /** The tick that this run went on from without somebody who was awake; undefined: there is nobody of whose record its checkpoints say nothing. */
  get sinceTick(): number | undefined {
    return this.#sinceTick;
  }

  /** All who were awake are. */
  allCameBack(): void {
    this.#sinceTick = undefined;
  }

  /** All who are awake are in the store as of this tick, or a later one. */
  checkpointed(tick: number): void {
    this.#checkpointTick = tick;
  }

  /** Updates that the session of an earlier run's record has had: nobody wrote it again as long as it was but updated. */
  updatesOf({ updateCount, countsFrom }: Pick<RecordHead, 'updateCount' | 'countsFrom'>): number {
    if (countsFrom === undefined) return updateCount;
    const writtenTick = countsFrom + updateCount;
    const run = this.#earlier.findLast(({ sinceTick }) => sinceTick === undefined || ((writtenTick - sinceTick) | 0) > 0);
    return run === undefined ? updateCount : Math.max(updateCount, (run.checkpointTick - countsFrom) | 0);
  }

  /** For the note of the clock. */
  note(): Run & { readonly earlier: readonly Run[] } {
    const sinceTick = this.#sinceTick;
    if (sinceTick !== undefined) return { sinceTick, checkpointTick: this.#checkpointTick ?? sinceTick, earlier: this.#earlier };
    if (this.#checkpointTick !== undefined) return { checkpointTick: this.#checkpointTick, earlier: [] };
    // All records are as they were: the run before goes on.
    return { ...(this.#earlier.at(-1) ?? { checkpointTick: 0 }), earlier: this.#earlier.slice(0, -1) };
  }
}
