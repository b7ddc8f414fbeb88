import { xs } from '../arithmetic/random.js';
import type { Arith } from '../workloads.js';
import type { Finished } from './arm-protocol.js';
import type { ComparedWorkload } from './contender.js';
import type { RaceRound, Racer, RacingArm } from './racer.js';
import type { CompareSettings, CompareTable, Refusal } from './result.js';
import { rowsOf, type Verified } from './table-rows.js';
import { differenceOf, expectedWork } from './verify.js';

/** A table that is to be made. */
export interface Race {
  readonly part: CompareTable['part'];
  readonly workload: ComparedWorkload;
  readonly arith: Arith;
  readonly sessions: number;
  readonly arms: readonly RacingArm[];
}

export interface RaceOutcome {
  readonly table: CompareTable;
  readonly refused: readonly Refusal[];
}

/** What a race is made of: each arm is opened and warmed up, and has so many rounds; then all are verified. */
export type Step = 'warm-up' | 'round' | 'verification';

/** Hears of each that is over, and of which arm. */
export type OnStep = (step: Step, arm: string) => void;

const LEAST_TICKS = 5;
const MOST_TICKS = 4000;
/** Ticks after which a workload comes round to the same work: rounds are multiples of it. */
const PERIODS: Partial<Record<ComparedWorkload, number>> = { W7: 10, W8: 20 };
const LEAST_WARM_UP_TICKS = 40;

/** An arm on its way through a table. */
interface Entry {
  readonly arm: RacingArm;
  readonly racer: Racer;
  ticks: number;
  readonly rounds: RaceRound[];
  finished: Finished | undefined;
  failure: string | undefined;
}

/**
 * Runs one workload on all arms in turn, each in its own process: all are opened and warmed up, then each has one round after the other, in another order each
 * time; whoever does not have its turn waits for it, asleep. What they did is verified afterwards, and who did something else is refused: it has no row. Rejects only
 * with the signal's reason.
 */
export async function runRace(race: Race, settings: CompareSettings, signal: AbortSignal, onStep: OnStep): Promise<RaceOutcome> {
  const { workload, arith, sessions, arms, part } = race;
  const setup = { workload, arith, sessions, diffMs: settings.diffMs };
  const entries: Entry[] = arms.map((arm) => ({
    arm,
    racer: arm.enter(setup),
    ticks: 0,
    rounds: [],
    finished: undefined,
    failure: undefined,
  }));
  const each = async (step: Step, order: readonly Entry[], what: (entry: Entry) => Promise<void>): Promise<void> => {
    for (const entry of order) {
      if (entry.failure === undefined) {
        try {
          await what(entry);
        } catch (error) {
          entry.failure = error instanceof Error ? error.message : String(error);
          entry.racer.end();
        }
      }
      signal.throwIfAborted();
      onStep(step, entry.arm.description.name);
    }
  };
  try {
    await each('warm-up', entries, async (entry) => {
      await entry.racer.open();
      const medianUs = await entry.racer.warmUp(settings.warmUpMs, LEAST_WARM_UP_TICKS);
      entry.ticks = ticksOfRound(medianUs, settings.roundMs, workload);
    });
    let order = entries;
    for (let round = 0; round < settings.rounds; round++) {
      order = shuffled(order, round + 1);
      await each('round', order, async (entry) => void entry.rounds.push(await entry.racer.round(entry.ticks)));
    }
    for (const entry of entries.filter(({ failure }) => failure === undefined)) {
      try {
        entry.finished = await entry.racer.finish();
      } catch (error) {
        entry.failure = error instanceof Error ? error.message : String(error);
      }
    }
  } finally {
    for (const { racer } of entries) racer.end();
  }
  const expected = await expectedWork(
    setup,
    entries.flatMap(({ finished }) => finished?.ticks ?? []),
    signal,
  );
  onStep('verification', 'all');
  const right: Verified[] = [];
  const refused: Refusal[] = [];
  for (const { arm, rounds, finished, failure } of entries) {
    const { name } = arm.description;
    const reason = failure ?? (finished && differenceOf(finished, expected.get(finished.ticks)));
    if (reason !== undefined) refused.push({ arm: name, workload, reason });
    else if (finished !== undefined) right.push({ arm: name, rounds, finished });
  }
  return { table: { part, workload, arith, sessions, rows: rowsOf(right, settings.confidence) }, refused };
}

/** So many that a round takes about as long as it should, of every arm and in each of its rounds the same. */
export function ticksOfRound(medianUs: number, roundMs: number, workload: ComparedWorkload): number {
  const ticks = Math.min(Math.max(Math.round((roundMs * 1000) / medianUs), LEAST_TICKS), MOST_TICKS);
  const period = PERIODS[workload] ?? 1;
  return Math.ceil(ticks / period) * period;
}

/** By a generator that begins with the seed: the same in each run, and over the rounds nobody always follows the same one. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const order = [...items];
  let random = Math.imul(seed, 0x9e37_79b1) | 1;
  for (let last = order.length - 1; last > 0; last--) {
    random = xs(random);
    const other = (random >>> 0) % (last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
