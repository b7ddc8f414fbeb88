import { availableParallelism } from 'node:os';
import { endChildren } from './children.js';
import { commitHere, machineHere, versionsHere } from './environment.js';
import { type ComparePlan, mainRaces } from './plan.js';
import { type Race, type RaceOutcome, runRace } from './race.js';
import { type OnProgress, Reckoning, raceMs, stepMs } from './reckoning.js';
import { rehearse } from './rehearsal.js';
import { type CompareResult, type CompareTable, type LifecycleRow, RESULT_FORMAT, type Refusal } from './result.js';

/** What has been found so far. */
interface Findings {
  readonly tables: CompareTable[];
  readonly lifecycle: LifecycleRow[];
  readonly refused: Refusal[];
}

/** Makes all that a plan has, in turn. The signal ends it early, with the tables that are whole: such a result says that it is partial. */
export async function compare(plan: ComparePlan, signal: AbortSignal, onProgress: OnProgress): Promise<CompareResult> {
  const startedAt = new Date().toISOString();
  const { settings, command, smoke } = plan;
  const findings: Findings = { tables: [], lifecycle: [], refused: [] };
  const { races, skipped } = mainRaces(plan);
  let partial = false;
  signal.addEventListener('abort', endChildren);
  try {
    const reckoning = new Reckoning(onProgress);
    if (smoke) await rehearseAll(plan, races, signal, reckoning, findings);
    else await raceAll(plan, races, signal, reckoning, findings);
  } catch (error) {
    if (!signal.aborted) throw error;
    partial = true;
  } finally {
    signal.removeEventListener('abort', endChildren);
    endChildren();
  }
  const arms = plan.arms.map(({ description }) => description);
  const libraries = arms.flatMap(({ library }) => library ?? []);
  return {
    format: RESULT_FORMAT,
    startedAt,
    finishedAt: new Date().toISOString(),
    partial,
    smoke,
    command,
    commit: commitHere(),
    machine: machineHere(),
    versions: versionsHere(libraries, plan.native),
    settings,
    arms,
    ...findings,
    skipped: [...plan.skipped, ...skipped],
  };
}

async function raceAll(
  { settings }: ComparePlan,
  races: readonly Race[],
  signal: AbortSignal,
  reckoning: Reckoning,
  findings: Findings,
): Promise<void> {
  for (const race of races) reckoning.expect(raceMs(race, settings));
  for (const race of races) {
    const what = `${race.workload} ${race.arith}, ${race.sessions} sessions`;
    const outcome = await runRace(race, settings, signal, (step, arm) => {
      reckoning.did(stepMs(step, settings), `${what}: ${step} of ${arm}`);
    });
    note(outcome, findings);
  }
}

async function rehearseAll(
  { settings, arms }: ComparePlan,
  races: readonly Race[],
  signal: AbortSignal,
  reckoning: Reckoning,
  findings: Findings,
): Promise<void> {
  reckoning.expect(arms.length);
  const outcomes = await rehearse(races, settings, availableParallelism(), signal, (arm) => reckoning.did(1, arm));
  for (const outcome of outcomes) note(outcome, findings);
}

function note({ table, refused }: RaceOutcome, findings: Findings): void {
  findings.tables.push(table);
  findings.refused.push(...refused);
}
