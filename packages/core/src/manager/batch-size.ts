import type { AnyBehavior } from '../behavior.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { IScheduler } from '../scheduler.js';
import type { ManagerConfig } from '../settings.js';

/** Ticks between two looks. */
const LOOK_EVERY = 16;
/** Looks one behind the other that must ask for the same. */
const LOOKS = 2;
/** Longest batch, µs: what one participant may still have to do when the others have nothing left is a batch at most. */
const LONG_US = 100;
/** Batches that there are for each participant at least, for others to take from… */
const LEAST_BATCHES = 4;
/** … but none is halved for it that takes less than this, µs: to hand one out takes some 0.2 µs. */
const WORTH_US = 20;
/** So much longer are updates taken to be where batches would grow, so that a time at a limit does not change them for ever. */
const RELUCTANCE = 1.5;
/** Fewest sessions a batch where a behaviour updates several at a time: a kernel four, as WebAssembly does. */
const LEAST_TOGETHER = 4;
/** A look in vain: of the batches since the last one more than so manieth were of records. */
const FEW_RECORDS = 8;

export interface BatchSizeParts {
  readonly scheduler: Pick<IScheduler, 'name' | 'stats'>;
  readonly behaviors: readonly Pick<AnyBehavior, 'definition'>[];
  readonly config: Pick<ManagerConfig, 'updateBatchSize' | 'enableAdaptiveBatchSize'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * How many sessions a batch has: as many as are set, or a half, a quarter, … of that where updates take long, by what all participants ran since the last look
 * (decision 0034). Main thread only.
 */
export class BatchSize {
  /** Sessions a batch of the next tick. */
  rows: number;
  readonly #parts: BatchSizeParts;
  readonly #least: number;
  #adapts: boolean;
  #most: number;
  /** Ticks since the last look, and their batches. */
  #ticks = 0;
  #batches = 0;
  /** What participants had run by then; undefined where nothing can be compared with it. */
  #before: Ran | undefined;
  /** What the last look asked for, and how many in a row have. */
  #wanted = 0;
  #looks = 0;

  constructor(parts: BatchSizeParts) {
    const { behaviors, config } = parts;
    this.#parts = parts;
    this.#adapts = config.enableAdaptiveBatchSize;
    this.#most = config.updateBatchSize;
    this.#least = behaviors.some(updatesTogether) ? LEAST_TOGETHER : 1;
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
    this.#batches = 0;
    this.#before = undefined;
    this.#looks = 0;
  }

  /** Before a tick, the last having had so many batches of so many rows. True if {@link rows} is another number from now on. Never throws. */
  settle(batches: number, batchRows: number): boolean {
    if (!this.#adapts) return false;
    this.#batches += batches;
    if (++this.#ticks < LOOK_EVERY) return false;
    const before = this.#before;
    const expected = this.#batches;
    this.#ticks = 0;
    this.#batches = 0;
    const now = this.#ran();
    this.#before = now;
    if (now === undefined || before?.participants !== now.participants) return false;
    // Nobody waits for anybody else.
    if (now.participants === 1) return this.#become(this.#most);
    const ran = now.batches - before.batches;
    const us = now.us - before.us;
    // Fewer than there were: of who has been replaced nothing is known.
    if (!(us > 0) || ran < expected || (ran - expected) * FEW_RECORDS > ran) return false;
    return this.#ask(us / ran / batchRows, (batches * batchRows) / now.participants);
  }

  /** What has been run since start, by whom; undefined, and nothing is asked any more, where the scheduler does not say. */
  #ran(): Ran | undefined {
    const { scheduler, logger } = this.#parts;
    try {
      const { participants } = scheduler.stats();
      let batches = 0;
      let us = 0;
      for (const participant of participants) {
        batches += participant.batches;
        us += participant.updateUs;
      }
      if (!Number.isFinite(batches + us)) throw new Error(`batches of ${batches} and ${us} µs`);
      return { participants: participants.length, batches, us };
    } catch (error) {
      this.#adapts = false;
      logger.warn(`scheduler ${scheduler.name}: its stats() are none, batches stay as long as they are: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** A row takes `us`, free ones too, and each participant has `share` of them. */
  #ask(us: number, share: number): boolean {
    const fewer = this.#rowsFor(us, share);
    const wanted = fewer < this.rows ? fewer : Math.max(this.rows, this.#rowsFor(us * RELUCTANCE, share));
    this.#looks = wanted === this.#wanted ? this.#looks + 1 : 1;
    this.#wanted = wanted;
    return this.#looks >= LOOKS && this.#become(wanted);
  }

  #become(rows: number): boolean {
    const isOther = rows !== this.rows;
    this.rows = rows;
    // What has run until now was of the size before.
    if (isOther) this.#before = undefined;
    return isOther;
  }

  #rowsFor(us: number, share: number): number {
    const wanted = Math.min(LONG_US / us, Math.max(share / LEAST_BATCHES, WORTH_US / us));
    let rows = this.#most;
    for (let half = halfOf(rows); rows > wanted && half < rows && half >= this.#least; half = halfOf(rows)) rows = half;
    return rows;
  }
}

/** The larger one, where there are two: that of 1 is 1. */
function halfOf(rows: number): number {
  return (rows + 1) >> 1;
}

function updatesTogether({ definition }: Pick<AnyBehavior, 'definition'>): boolean {
  return definition.kernel !== undefined || definition.updateBatch !== undefined;
}

interface Ran {
  readonly participants: number;
  readonly batches: number;
  readonly us: number;
}
