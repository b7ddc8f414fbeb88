import { DormouseError } from '../errors.js';
import type { SharedRound } from '../memory/round.js';
import type { Participant } from '../participant.js';
import type { IScheduler } from '../scheduler.js';
import type { TickClock } from '../session/tick-clock.js';
import type { Seats } from './seats.js';

interface RoundParts {
  readonly scheduler: IScheduler;
  readonly caller: Participant;
  readonly seats: Seats;
  readonly clock: TickClock;
  readonly round: SharedRound;
}

/** Holds a scheduler to its contract: each batch of a round, of either kind, is run, and once. Main thread only, when a round has ended. */
export class RoundCheck {
  readonly #parts: RoundParts;
  #ranBefore = 0;
  #retiredBefore = 0;

  constructor(parts: RoundParts) {
    this.#parts = parts;
  }

  /** Batches that the scheduler left out, or ran twice. How often those were run that died with a thread cannot be told. */
  failure(batchCount: number, epoch: number): DormouseError | undefined {
    const { scheduler, clock, round, seats } = this.#parts;
    const done = batchCount === 0 ? 0 : round.countDone(batchCount, epoch);
    const died = seats.retired !== this.#retiredBefore;
    const ran = this.#takeRun();
    if (done === batchCount && (ran === batchCount || died)) return undefined;
    const different = done < Math.min(ran, batchCount) ? ` (${done} different ones)` : '';
    return new DormouseError(
      'ERR_SCHEDULER_CONTRACT',
      `tick ${clock.number}: scheduler ${scheduler.name} ran ${ran} of ${batchCount} batches${different}; each must run exactly once`,
    );
  }

  /** The round failed: what was run of it is of no interest to the next one's check. */
  skip(): void {
    this.#takeRun();
  }

  /** Batches run since this was last asked. */
  #takeRun(): number {
    const { caller, seats } = this.#parts;
    const ran = caller.batchesRun + seats.batchesRun;
    const before = this.#ranBefore;
    this.#ranBefore = ran;
    this.#retiredBefore = seats.retired;
    // Each count is an unsigned word, and begins anew after 2^32.
    return (ran - before) >>> 0;
  }
}
