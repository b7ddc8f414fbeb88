import { shuffled } from '../arithmetic/random.js';
import type { Arith } from '../workloads.js';
import type { Finished } from './arm-protocol.js';
import type { ArmSetup, ComparedWorkload } from './contender.js';
import type { RaceRound, Racer, RacingArm } from './racer.js';
import type { CompareSettings, CompareTable, Refusal } from './result.js';
import { rowsOf, type Verified } from './table-rows.js';
import { periodOf } from './typical-tick.js';
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

/** What a race is made of: in each launch an arm is opened and warmed up, has its rounds, and hands over its sessions; in the end all are verified. */
export type Step = 'warm-up' | 'round' | 'end' | 'verification';

/** Hears of each that is over, and of which arm. */
export type OnStep = (step: Step, arm: string) => void;

const LEAST_TICKS = 5;
const MOST_TICKS = 4000;
const LEAST_WARM_UP_TICKS = 10;
/** W8's sessions have all been awake in the first ones, and have then fallen asleep. */
const LEAST_WARM_UP_TICKS_ASLEEP = 40;
/** Nobody else runs when an arm is tried for this long, which tells how many ticks its rounds have. */
const TRIAL_MS = 30;
const TRIAL_TICKS = 3;
/**
 * Of each round before those that are timed: threads are awake then, and each on a processor of its own, which takes the operating system up to a tenth of a second after
 * they have slept for seconds; caches have what a tick needs.
 */
const LEAST_LEAD_TICKS = 4;
const LEAD_MS = 100;

/** An arm on its way through a table. */
interface Entry {
  readonly arm: RacingArm;
  racer: Racer;
  /** Of each of its rounds; 0 until that is known. */
  ticks: number;
  /** Of each of its rounds before those, not timed. */
  leadTicks: number;
  readonly rounds: RaceRound[];
  /** What each of its processes did. */
  readonly finished: Finished[];
  /** Why it is refused. */
  failure: string | undefined;
}

/**
 * Runs one workload on all arms in turn, each in a process of its own: all are opened and warmed up, then each has one round after the other, in another order each
 * time; whoever does not have its turn waits for it, asleep. All that as often as there are launches. What every process did is verified afterwards, and who did
 * something else is refused: it has no row. `atOnce`: how many warm up beside each other. Rejects only with the signal's reason.
 */
export async function runRace(
  race: Race,
  settings: CompareSettings,
  atOnce: number,
  signal: AbortSignal,
  onStep: OnStep,
): Promise<RaceOutcome> {
  const { workload, arith, sessions, arms, part } = race;
  const setup = { workload, arith, sessions, diffMs: settings.diffMs };
  const entries: Entry[] = arms.map((arm) => ({
    arm,
    racer: arm.enter(setup),
    ticks: 0,
    leadTicks: 0,
    rounds: [],
    finished: [],
    failure: undefined,
  }));
  /** In turn, or as many at once as there are lanes; whoever fails is asked for nothing more. */
  const each = async (step: Step, order: readonly Entry[], lanes: number, what: (entry: Entry) => Promise<void>): Promise<void> => {
    const waiting = [...order];
    const lane = async (): Promise<void> => {
      for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
        if (entry.failure === undefined) await what(entry).catch((error: unknown) => fail(entry, error));
        signal.throwIfAborted();
        onStep(step, entry.arm.description.name);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  };
  try {
    for (let launch = 0; launch < settings.launches; launch++) {
      if (launch > 0) for (const entry of entries) entry.racer = entry.arm.enter(setup);
      await each('warm-up', shuffled(entries, launch), atOnce, async ({ racer }) => {
        await racer.open();
        await racer.warmUp(settings.warmUpMs, workload === 'W8' ? LEAST_WARM_UP_TICKS_ASLEEP : LEAST_WARM_UP_TICKS);
      });
      for (let round = begin(launch); round < begin(launch + 1); round++) {
        await each('round', shuffled(entries, round), 1, async (entry) => {
          const { racer } = entry;
          if (entry.ticks === 0) {
            const typicalUs = await racer.warmUp(TRIAL_MS, Math.max(TRIAL_TICKS, 2 * periodOf(workload)));
            entry.ticks = ticksOfRound(typicalUs, settings.roundMs, workload);
            entry.leadTicks = leadTicksOf(typicalUs, settings.roundMs, workload);
          }
          entry.rounds.push(await racer.round(entry.ticks, entry.leadTicks));
        });
      }
      await each('end', entries, 1, async ({ racer, finished }) => {
        finished.push(await racer.finish());
        racer.end();
      });
    }
  } finally {
    for (const { racer } of entries) racer.end();
  }
  const { right, refused } = await verified(entries, setup, signal);
  onStep('verification', 'all');
  return { table: { part, workload, arith, sessions, rows: rowsOf(right, settings.confidence) }, refused };

  function begin(launch: number): number {
    return Math.round((launch * settings.rounds) / settings.launches);
  }
}

function fail(entry: Entry, error: unknown): void {
  entry.failure = error instanceof Error ? error.message : String(error);
  entry.racer.end();
}

/** Those that did in each of their processes what the reference does, and why the others are none of them. */
async function verified(
  entries: readonly Entry[],
  setup: Omit<ArmSetup, 'workers'>,
  signal: AbortSignal,
): Promise<{ right: Verified[]; refused: Refusal[] }> {
  const ticks = entries.flatMap(({ finished }) => finished.map((work) => work.ticks));
  const expected = await expectedWork(setup, ticks, signal);
  const right: Verified[] = [];
  const refused: Refusal[] = [];
  for (const { arm, rounds, finished, failure } of entries) {
    const { name } = arm.description;
    const differences = finished.flatMap((work) => differenceOf(work, expected.get(work.ticks)) ?? []);
    const reason = failure ?? differences[0];
    const last = finished.at(-1);
    if (reason !== undefined) refused.push({ arm: name, workload: setup.workload, reason });
    else if (last !== undefined) right.push({ arm: name, rounds, finished: last });
  }
  return { right, refused };
}

/** So many that a round takes about as long as it should, of every arm and in each of its rounds the same, and whole periods. */
export function ticksOfRound(typicalUs: number, roundMs: number, workload: ComparedWorkload): number {
  return wholePeriods(Math.min(Math.max(Math.round((roundMs * 1000) / typicalUs), LEAST_TICKS), MOST_TICKS), workload);
}

/** As many as fit into a tenth of a second, or into a round that is shorter, and at least a few; whole periods. */
export function leadTicksOf(typicalUs: number, roundMs: number, workload: ComparedWorkload): number {
  const ticks = Math.round((Math.min(LEAD_MS, roundMs) * 1000) / typicalUs);
  return wholePeriods(Math.min(Math.max(ticks, LEAST_LEAD_TICKS), MOST_TICKS), workload);
}

function wholePeriods(ticks: number, workload: ComparedWorkload): number {
  const period = periodOf(workload);
  return Math.ceil(ticks / period) * period;
}
