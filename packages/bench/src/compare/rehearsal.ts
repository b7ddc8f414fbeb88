import { ArmHost } from './arm-handle.js';
import type { Finished } from './arm-protocol.js';
import type { Race, RaceOutcome } from './race.js';
import type { RaceRound, RacingArm } from './racer.js';
import type { CompareSettings, CompareTable, Refusal } from './result.js';
import { rowsOf, type Verified } from './table-rows.js';
import { differenceOf, expectedWork } from './verify.js';

/** With the one before sessions are read, 45: in W8 all fall asleep but a tenth, and others wake twice. */
const TICKS = 44;

/** What an arm came to in one race. */
interface Tried {
  readonly arm: string;
  readonly race: Race;
  readonly outcome: { readonly round: RaceRound; readonly finished: Finished } | { readonly failure: string };
}

/**
 * Runs every arm of all races for a few ticks, some arms at once, and verifies what they did and that they close. Its times say nothing. Rejects only with the
 * signal's reason.
 */
export async function rehearse(
  races: readonly Race[],
  settings: CompareSettings,
  atOnce: number,
  signal: AbortSignal,
  onStep: (arm: string) => void,
): Promise<RaceOutcome[]> {
  const waiting = [...new Set(races.flatMap(({ arms }) => arms))];
  const tried: Tried[] = [];
  const lane = async (): Promise<void> => {
    for (let arm = waiting.shift(); arm !== undefined; arm = waiting.shift()) {
      tried.push(...(await tryArm(arm, races, settings, signal)));
      onStep(arm.description.name);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const outcomes: RaceOutcome[] = [];
  for (const race of races) outcomes.push(await outcomeOf(race, tried, settings, signal));
  return outcomes;
}

/** All races of an arm, one after the other, in one process as long as that goes well. */
async function tryArm(arm: RacingArm, races: readonly Race[], { diffMs }: CompareSettings, signal: AbortSignal): Promise<Tried[]> {
  const tried: Tried[] = [];
  const host = new ArmHost();
  for (const race of races.filter(({ arms }) => arms.includes(arm))) {
    const { workload, arith, sessions } = race;
    const racer = arm.enter({ workload, arith, sessions, diffMs }, host);
    try {
      await racer.open();
      const round = await racer.round(TICKS, 0);
      const finished = await racer.finish();
      await racer.close();
      tried.push({ arm: arm.description.name, race, outcome: { round, finished } });
    } catch (error) {
      racer.end();
      tried.push({ arm: arm.description.name, race, outcome: { failure: error instanceof Error ? error.message : String(error) } });
    }
    signal.throwIfAborted();
  }
  host.end();
  return tried;
}

async function outcomeOf(race: Race, tried: readonly Tried[], settings: CompareSettings, signal: AbortSignal): Promise<RaceOutcome> {
  const { part, workload, arith, sessions, arms } = race;
  const mine = arms.flatMap(({ description: { name } }) => tried.filter((each) => each.race === race && each.arm === name));
  const ticks = mine.flatMap(({ outcome }) => ('finished' in outcome ? outcome.finished.ticks : []));
  const expected = await expectedWork({ workload, arith, sessions, diffMs: settings.diffMs }, ticks, signal);
  const right: Verified[] = [];
  const refused: Refusal[] = [];
  for (const { arm, outcome } of mine) {
    const reason = 'failure' in outcome ? outcome.failure : differenceOf(outcome.finished, expected.get(outcome.finished.ticks));
    if (reason !== undefined) refused.push({ arm, workload, reason });
    else if ('round' in outcome) right.push({ arm, rounds: [outcome.round], finished: outcome.finished });
  }
  const table: CompareTable = { part, workload, arith, sessions, rows: rowsOf(right, settings.confidence) };
  return { table, refused };
}
