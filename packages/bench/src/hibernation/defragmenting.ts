import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { DefragmentationReport } from '@dormouse/core';
import { shuffled } from '../arithmetic/random.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import { Series, type Summary } from '../harness/series.js';
import { accountsOf, SleepyFleet, type SleepyFleetOptions } from './sleepy-fleet.js';

/** Of what is put to sleep. */
const STATE_BYTES = 32;
/** While nothing is defragmented, before each round. */
export const TICKS_COMPARED = 16;
/** Where one follows the other. */
const TICKS_A_TURN = 16;
const NONE = { rounds: [], bytes: 0 };

export interface DefragmentOptions {
  readonly choice: SchedulerChoice;
  readonly sessions: number;
  /** How many of them stay awake, wherever they lie. */
  readonly awake: number;
  readonly sliceMs: number;
  /** From one tick to the next while it is defragmented; 0: one right behind the other, and the event loop comes round between two of `TICKS_A_TURN`. */
  readonly paceMs: number;
  /** Before all rounds, one behind the other: a process has ticked for a while when its first defragmentation is due. */
  readonly ticksBefore: number;
  readonly rounds: number;
  /** Rounds of another fleet before these, in which the code is compiled. */
  readonly coldRounds: number;
}

/** What defragmenting takes of ticks, and what it gives back. µs and bytes; the resident set is that of `MemorySample`. */
export interface DefragmentReport {
  /** The longest slice of each round, and of the cold ones before. */
  readonly longestSliceUs: Longest;
  readonly coldSliceUs: readonly number[];
  /** Of those at the end of a tick, which took so much longer; 0 where a round had none. */
  readonly longestOnTickUs: Longest;
  readonly coldOnTickUs: readonly number[];
  /** How much later than `paceMs` after the last one's end the latest tick of each round began; and the latest of `TICKS_COMPARED` before each, while nothing was defragmented. */
  readonly latestTickUs: Longest;
  readonly coldLatestTickUs: readonly number[];
  readonly latestTickBeforeUs: Longest;
  /** Rounds of which no slice was longer than `sliceMs`. */
  readonly roundsWithin: number;
  readonly rounds: readonly DefragmentationReport[];
  /** What as many as stay awake take in a manager that never had more; and what they take when the others have fallen asleep, these included; both less what there was with none. */
  readonly freshBytes: number;
  readonly defragmentedBytes: number;
}

interface Longest extends Summary {
  readonly max: number;
}

interface Round {
  readonly report: DefragmentationReport;
  readonly latestTickUs: number;
  readonly latestTickBeforeUs: number;
}

/** Has all but `awake` of the sessions fall asleep, at random, and defragments while ticks go on; then all wake. */
export async function measureDefragmenting(
  options: DefragmentOptions,
  onProgress: (what: string) => void = () => {},
): Promise<DefragmentReport> {
  const { choice, sessions, awake, sliceMs, ticksBefore, rounds, coldRounds } = options;
  const settings: SleepyFleetOptions = {
    choice,
    sessions,
    stateBytes: STATE_BYTES,
    state: 'typical',
    groups: false,
    store: 'memory',
    synchronous: 'normal',
    sliceMs,
  };
  const told =
    (what: string) =>
    (round: number, of: number): void =>
      onProgress(`${what} ${round} of ${of}`);
  // What V8 keeps of code that it compiles is the process's, and would be taken for sessions'.
  const cold = coldRounds === 0 ? NONE : await roundsOf(options, settings, coldRounds, ticksBefore, false, told('cold round'));
  const freshBytes = await bytesOfFresh(settings, awake);
  onProgress(`${awake} of a fresh manager`);
  const warm = await roundsOf(options, settings, rounds, coldRounds === 0 ? ticksBefore : 0, true, told('round'));
  return {
    longestSliceUs: longestOf(warm.rounds.map(({ report }) => report.longestSliceUs)),
    coldSliceUs: cold.rounds.map(({ report }) => report.longestSliceUs),
    longestOnTickUs: longestOf(warm.rounds.map(({ report }) => report.longestOnTickUs)),
    coldOnTickUs: cold.rounds.map(({ report }) => report.longestOnTickUs),
    latestTickUs: longestOf(warm.rounds.map(({ latestTickUs }) => latestTickUs)),
    coldLatestTickUs: cold.rounds.map(({ latestTickUs }) => latestTickUs),
    latestTickBeforeUs: longestOf(warm.rounds.map(({ latestTickBeforeUs }) => latestTickBeforeUs)),
    roundsWithin: warm.rounds.filter(({ report }) => report.longestSliceUs <= sliceMs * 1000).length,
    rounds: warm.rounds.map(({ report }) => report),
    freshBytes,
    defragmentedBytes: warm.bytes,
  };
}

/** Of one fleet. Bytes: after the last round, less what there was with no sessions; 0 of one that is not to be weighed, which takes seconds where there are threads. */
async function roundsOf(
  { sessions, awake, paceMs }: DefragmentOptions,
  settings: SleepyFleetOptions,
  count: number,
  ticksBefore: number,
  isWeighed: boolean,
  onRound: (round: number, of: number) => void,
): Promise<{ readonly rounds: readonly Round[]; readonly bytes: number }> {
  const fleet = await SleepyFleet.open(settings);
  try {
    const accountIds = accountsOf(0, sessions);
    const emptyBytes = isWeighed ? (await fleet.emptySample()).rssBytes : 0;
    fleet.create(accountIds);
    for (let tick = 0; tick < ticksBefore; tick++) await fleet.tick();
    const rounds: Round[] = [];
    for (;;) {
      await fleet.fillRings(accountIds);
      const going = shuffled([...accountIds], rounds.length).slice(awake);
      for (const accountId of going) fleet.manager.hibernateSession(accountId);
      // Sleepers are stored in slices as well, which are not those that are measured.
      await fleet.untilStored(going.length, paceMs);
      rounds.push(await defragmentAmongTicks(fleet, paceMs));
      onRound(rounds.length, count);
      if (rounds.length === count) return { rounds, bytes: isWeighed ? (await fleet.settledSample()).rssBytes - emptyBytes : 0 };
      // Each round begins as the first did: what was dropped is given back, and all are awake.
      await fleet.manager.collectGarbage();
      for (const accountId of going) fleet.manager.reactivateSession(accountId);
    }
  } finally {
    await fleet.close();
  }
}

async function bytesOfFresh(settings: SleepyFleetOptions, sessions: number): Promise<number> {
  const fleet = await SleepyFleet.open(settings);
  try {
    const empty = await fleet.emptySample();
    const accountIds = accountsOf(0, sessions);
    fleet.create(accountIds);
    await fleet.fillRings(accountIds);
    return (await fleet.settledSample()).rssBytes - empty.rssBytes;
  } finally {
    await fleet.close();
  }
}

async function defragmentAmongTicks(fleet: SleepyFleet, paceMs: number): Promise<Round> {
  let ticks = 0;
  const latestTickBeforeUs = await latestOfTicks(fleet, paceMs, () => ticks++ < TICKS_COMPARED);
  let isDone = false;
  const defragmenting = fleet.manager.defragmentMemory().finally(() => {
    isDone = true;
  });
  const [report, latestTickUs] = await Promise.all([defragmenting, latestOfTicks(fleet, paceMs, () => !isDone)]);
  return { report, latestTickUs, latestTickBeforeUs };
}

/** Ticks `paceMs` after the end of the last one, as long as it should; by how much the latest was late. */
async function latestOfTicks(fleet: SleepyFleet, paceMs: number, goesOn: () => boolean): Promise<number> {
  let latestMs = 0;
  for (let ticks = 1; goesOn(); ticks++) {
    await fleet.tick();
    const dueMs = performance.now() + paceMs;
    if (paceMs > 0) await sleep(paceMs);
    else if (ticks % TICKS_A_TURN === 0) await setImmediate();
    latestMs = Math.max(latestMs, performance.now() - dueMs);
  }
  return latestMs * 1000;
}

function longestOf(values: readonly number[]): Longest {
  const series = new Series(values.length);
  for (const value of values) series.push(value);
  return { ...series.summary(), max: Math.max(...values) };
}
