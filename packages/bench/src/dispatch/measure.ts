import { type BatchFleet, openBatchFleet } from '../harness/batch-fleet.js';
import { noTimes } from '../harness/fleet.js';
import { openManagerFleet } from '../harness/manager-fleet.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import { medianOf, Series } from '../harness/series.js';
import { TimedScheduler } from '../harness/timed-scheduler.js';
import { type ByHand, LIBRARIES, type Library, openByHand } from './by-hand.js';
import { backToBack, type Latency, medianLatency, paced } from './latency.js';

export const BATCHES = 16;
export const PERIOD_MS = 5;
export const BATCH_US = 20;
const W0_SESSIONS = 1000;
const WARM_UP_TICKS = 3000;
/** Ticks of 16 batches of work in a round, and steps of motion that they are measured in. */
const WORK_TICKS = 200;
const SAMPLE_STEPS = 1000;

export interface DispatchOptions {
  readonly choice: SchedulerChoice;
  /** Back to back, a round; a tenth of it at a pace. */
  readonly ticks: number;
  readonly rounds: number;
  /** Libraries to be used by hand beside it. */
  readonly byHand?: readonly Library[];
}

export interface DispatchTimes {
  readonly backToBack: Latency;
  readonly paced: Latency;
}

/** What dispatch costs: times of `parallelFor` alone, µs, medians of the rounds. */
export interface DispatchReport {
  /** 16 batches of one session each that does nothing. */
  readonly empty: DispatchTimes;
  /** W0, 1000 sessions. */
  readonly w0: DispatchTimes;
  /** From opening a round to when a worker entered it, paced; `entered`: the share of rounds that a worker came to. Null without workers. */
  readonly wakeToFirstClaim: { readonly p50: number; readonly p99: number; readonly entered: number } | null;
  /** 16 batches of 20 µs of work, and the same on inline in the same rounds. */
  readonly work: { readonly us: number; readonly inlineUs: number; readonly ratio: number };
  /** One pool task a worker a tick, by the plain library: 16 batches that do nothing. */
  readonly byHand: Readonly<Record<string, DispatchTimes>>;
}

/** Measures a scheduler's dispatch, adaptive waking off, and what there is beside it, all in turn in each round. */
export async function measureDispatch({ choice, ticks, rounds, byHand = LIBRARIES }: DispatchOptions): Promise<DispatchReport> {
  const always = { ...choice, adaptiveWaking: false };
  const open: { close(): Promise<unknown> }[] = [];
  const opened = async <T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> => {
    const fleet = await opening;
    open.push(fleet);
    return fleet;
  };
  try {
    const empty = await opened(openBatchFleet(always, BATCHES, 0, 'empty'));
    const w0 = await opened(openW0(always));
    const steps = await stepsOfOneBatch();
    const work = await opened(openBatchFleet(always, BATCHES, steps, 'work'));
    const inline = await opened(openBatchFleet({ scheduler: 'inline', workers: 0 }, BATCHES, steps, 'inline work'));
    const pools: [Library, ByHand][] = [];
    const threads = Math.max(1, choice.workers);
    for (const library of byHand) pools.push([library, await opened(openByHand(library, threads, BATCHES))]);

    for (const fleet of [empty, w0]) await backToBack(() => fleet.tick(), WARM_UP_TICKS);
    for (const fleet of [work, inline]) await backToBack(() => fleet.tick(), WORK_TICKS * 3);
    for (const [, pool] of pools) await backToBack(() => pool.tick(), WARM_UP_TICKS / 10);

    const wakes = new Wakes();
    const emptyRounds = new Times();
    const w0Rounds = new Times();
    const works: number[] = [];
    const inlines: number[] = [];
    const poolRounds = new Map(pools.map(([library]) => [library, new Times()]));
    const pacedTicks = Math.ceil(ticks / 10);
    for (let round = 0; round < rounds; round++) {
      await emptyRounds.measure(
        () => empty.tick(),
        ticks,
        pacedTicks,
        () => wakes.note(empty.scheduler.stats().participants),
      );
      await w0Rounds.measure(() => w0.tick(), ticks, pacedTicks);
      works.push((await backToBack(() => work.tick(), WORK_TICKS)).median);
      inlines.push((await backToBack(() => inline.tick(), WORK_TICKS)).median);
      for (const [library, pool] of pools) await poolRounds.get(library)?.measure(() => pool.tick(), pacedTicks, pacedTicks);
    }
    return {
      empty: emptyRounds.medians(),
      w0: w0Rounds.medians(),
      wakeToFirstClaim: wakes.summary(),
      work: { us: medianOf(works), inlineUs: medianOf(inlines), ratio: medianOf(works.map((us, round) => us / inlines[round])) },
      byHand: Object.fromEntries([...poolRounds].map(([library, times]) => [library, times.medians()])),
    };
  } finally {
    for (const each of open) await each.close();
  }
}

/** Rounds of one contender. */
class Times {
  readonly #backToBack: Latency[] = [];
  readonly #paced: Latency[] = [];

  async measure(tick: () => Promise<number>, ticks: number, pacedTicks: number, beforeNext?: () => void): Promise<void> {
    this.#backToBack.push(await backToBack(tick, ticks));
    this.#paced.push(await paced(tick, pacedTicks, PERIOD_MS, beforeNext));
  }

  medians(): DispatchTimes {
    return { backToBack: medianLatency(this.#backToBack), paced: medianLatency(this.#paced) };
  }
}

/** How long workers took to come. */
class Wakes {
  readonly #us: number[] = [];
  #rounds = 0;

  /** Once a round, when whoever comes has come. */
  note(participants: readonly { readonly wakeUs?: number }[]): void {
    this.#rounds++;
    const came = participants.flatMap(({ wakeUs }) => (wakeUs === undefined ? [] : [wakeUs]));
    if (came.length > 0) this.#us.push(Math.min(...came));
  }

  summary(): DispatchReport['wakeToFirstClaim'] {
    if (this.#us.length === 0) return null;
    const series = new Series(this.#us.length);
    for (const us of this.#us) series.push(us);
    const { median, p99 } = series.summary();
    return { p50: median, p99, entered: this.#us.length / this.#rounds };
  }
}

async function openW0(choice: SchedulerChoice): Promise<BatchFleet> {
  let timed: TimedScheduler | undefined;
  const options = { ...choice, workload: 'W0', sessions: W0_SESSIONS, diffMs: 100, arith: 'f64', form: 'session', batch: 64 } as const;
  const fleet = await openManagerFleet({ ...options, copy: 'dispatch' }, (scheduler) => {
    timed = new TimedScheduler(scheduler);
    return timed;
  });
  const scheduler = timed as unknown as TimedScheduler;
  const times = noTimes();
  return {
    scheduler,
    async tick() {
      await fleet.tick(times);
      return scheduler.lastUs;
    },
    close: () => fleet.close(),
  };
}

/** Steps of motion that take one thread 20 µs, as it has just shown. */
async function stepsOfOneBatch(): Promise<number> {
  const sample = await openBatchFleet({ scheduler: 'inline', workers: 0 }, BATCHES, SAMPLE_STEPS, 'sample');
  await backToBack(() => sample.tick(), WORK_TICKS);
  const { median } = await backToBack(() => sample.tick(), WORK_TICKS);
  await sample.close();
  return Math.max(1, Math.round((SAMPLE_STEPS * BATCHES * BATCH_US) / median));
}
