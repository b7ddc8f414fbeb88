import type { IScheduler } from '../scheduler.js';
import type { ManagerConfig } from '../settings.js';

/** Ticks between two looks: what the scheduler tells of batches is of some ticks back, and has forgotten an earlier size by then. */
const LOOK_EVERY = 16;
/** Looks one behind the other that must ask for the same. */
const LOOKS = 2;
/** Longest batch, µs: what one participant may still have to do when the others have nothing left is a batch at most. */
const LONG_US = 100;
/** Batches that there are for each participant at least, for others to take from… */
const LEAST_BATCHES = 4;
/** … but none is made shorter than this for it, µs: to hand one out takes some 0.2 µs. */
const WORTH_US = 20;
/** So much longer are updates taken to be where batches would grow, so that a time at a limit does not change them for ever. */
const RELUCTANCE = 1.5;

/**
 * How many sessions a batch has: as many as are set, or a half, a quarter, … of that where updates take long (decision 0034). Main thread only.
 */
export class BatchSize {
  /** Sessions a batch of the next tick. */
  rows: number;
  readonly #scheduler: Pick<IScheduler, 'stats'>;
  readonly #adapts: boolean;
  #most: number;
  /** Ticks since the last look. */
  #ticks = 0;
  /** What the last look asked for, and how many in a row have. */
  #wanted = 0;
  #looks = 0;

  constructor(scheduler: Pick<IScheduler, 'stats'>, config: Pick<ManagerConfig, 'updateBatchSize' | 'enableAdaptiveBatchSize'>) {
    this.#scheduler = scheduler;
    this.#adapts = config.enableAdaptiveBatchSize;
    this.#most = config.updateBatchSize;
    this.rows = config.updateBatchSize;
  }

  /** Sessions a batch where updates are short. */
  get most(): number {
    return this.#most;
  }

  set most(most: number) {
    this.#most = most;
    this.rows = most;
    this.#ticks = 0;
    this.#looks = 0;
  }

  /** Before a tick, the last having had so many batches of so many rows. True if {@link rows} is another number from now on. */
  settle(batches: number, batchRows: number): boolean {
    if (!this.#adapts || this.#ticks++ < LOOK_EVERY) return false;
    this.#ticks = 0;
    const { batchUs = 0, participants } = this.#scheduler.stats();
    if (participants.length < 2 || !(batchUs > 0 && batches > 0)) return false;
    return this.#ask(batchUs / batchRows, (batches * batchRows) / participants.length);
  }

  /** A row takes `us`, free ones too, and each participant has `share` of them. */
  #ask(us: number, share: number): boolean {
    const fewer = this.#rowsFor(us, share);
    const wanted = fewer < this.rows ? fewer : Math.max(this.rows, this.#rowsFor(us * RELUCTANCE, share));
    this.#looks = wanted === this.#wanted ? this.#looks + 1 : 1;
    this.#wanted = wanted;
    if (wanted === this.rows || this.#looks < LOOKS) return false;
    this.rows = wanted;
    return true;
  }

  #rowsFor(us: number, share: number): number {
    const wanted = Math.min(LONG_US / us, Math.max(share / LEAST_BATCHES, WORTH_US / us));
    let rows = this.#most;
    while (rows > 1 && rows > wanted) rows = (rows + 1) >> 1;
    return rows;
  }
}
