import type { DurableRecords } from '../../hibernation/durable-records.js';
import type { HibernationStore } from '../../hibernation/hibernation-store.js';
import type { Logger } from '../../logger.js';
import type { SessionStore } from '../../session/store.js';
import type { TickClock } from '../../session/tick-clock.js';
import type { ManagerConfig } from '../../settings.js';
import type { WallClock } from '../../wall-clock.js';
import type { AskDesk } from '../asks/ask-desk.js';
import type { Population } from '../population.js';
import type { Hibernation } from '../sleep/hibernation.js';
import type { StoringRounds } from '../sleep/storing-rounds.js';
import { Checkpoints } from './checkpoints.js';
import { KeptRecords } from './kept-records.js';
import { noteClock } from './notes.js';
import { Runs } from './runs.js';

/** What else a manager consists of. */
export interface DurabilityParts {
  readonly store: SessionStore;
  readonly rounds: StoringRounds;
  readonly hibernation: Hibernation;
  readonly asks: AskDesk;
  readonly registry: { readonly population: Population };
  readonly wallClock: WallClock;
  readonly logger: Logger;
  readonly config: Pick<ManagerConfig, 'checkpointEveryMs'>;
}

/** What a manager has more where its store outlives the process: README.md in this folder. Main thread only. */
export class Durability {
  readonly kept = new KeptRecords();
  readonly runs = new Runs();
  readonly #records: HibernationStore;
  readonly #durable: DurableRecords;
  readonly #clock: TickClock;
  #population: Population | undefined;
  #checkpoints: Checkpoints | undefined;

  constructor(records: HibernationStore, durable: DurableRecords, clock: TickClock) {
    this.#records = records;
    this.#durable = durable;
    this.#clock = clock;
  }

  /** Once {@link attach} was called. */
  get checkpoints(): Checkpoints {
    return this.#checkpoints as Checkpoints;
  }

  /** Has the store know what time it is. */
  readonly noteClock = (): void => {
    const { number: tick, nowMs } = this.#clock;
    const { incarnations } = this.#population as Population;
    noteClock(this.#durable, { tick, nowMs, incarnations, savedAt: Date.now(), ...this.runs.note() });
  };

  /** The manager's other parts are there: what has to be told of them is from now on. Before the store is given anything. */
  attach({ store, rounds, hibernation, asks, registry, wallClock, logger, config }: DurabilityParts): void {
    const { storing, waking } = hibernation;
    this.#population = registry.population;
    rounds.requestsOf = (incarnation) => asks.openOf(incarnation);
    storing.isAsking = (incarnation) => asks.openOf(incarnation).length > 0;
    waking.runs = this.runs;
    waking.onAsking = (slot, named) => asks.takeUp(slot, named);
    store.onReleased = (slot, accountId) => storing.released(slot, accountId);
    this.#checkpoints = new Checkpoints({
      ...{ store, rounds, storing, wallClock, logger },
      everyMs: config.checkpointEveryMs,
      clock: this.#clock,
      records: this.#records,
      durable: this.#durable,
      kept: this.kept,
      runs: this.runs,
      noteClock: this.noteClock,
    });
  }
}
