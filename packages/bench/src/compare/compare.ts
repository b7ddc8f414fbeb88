import { endChildren } from './children.js';
import { curveRaces } from './curves.js';
import { commitHere, machineHere, versionsHere } from './environment.js';
import { LIFECYCLE_MS, type LiveArm, lifecycleOf, SETUP } from './lifecycle.js';
import { type ComparePlan, mainRaces } from './plan.js';
import { type Race, type RaceOutcome, runRace } from './race.js';
import type { RacingArm } from './racer.js';
import { type OnProgress, Reckoning, raceMs, stepMs } from './reckoning.js';
import { rehearse } from './rehearsal.js';
import { type ArmDescription, type CompareResult, type CompareTable, type LifecycleRow, RESULT_FORMAT, type Refusal } from './result.js';

/** Arms that warm up beside each other, at most. */
const MOST_AT_ONCE = 8;

/** What has been found so far. */
interface Findings {
  /** By name. */
  readonly arms: Map<string, ArmDescription>;
  readonly tables: CompareTable[];
  readonly lifecycle: LifecycleRow[];
  readonly refused: Refusal[];
}

/** Makes all that a plan has, in turn. The signal ends it early, with the tables that are whole: such a result says that it is partial. */
export async function compare(plan: ComparePlan, signal: AbortSignal, onProgress: OnProgress): Promise<CompareResult> {
  const startedAt = new Date().toISOString();
  // Now, as it may be another one when all is measured.
  const commit = commitHere();
  const { settings, command, smoke } = plan;
  const findings: Findings = {
    arms: new Map(plan.arms.map(({ description }) => [description.name, description])),
    tables: [],
    lifecycle: [],
    refused: [],
  };
  const { races, skipped } = mainRaces(plan);
  let partial = false;
  signal.addEventListener('abort', endChildren);
  try {
    const reckoning = new Reckoning(onProgress);
    if (smoke) await rehearseAll(plan, races, signal, reckoning, findings);
    else await measureAll(plan, races, signal, reckoning, findings);
  } catch (error) {
    if (!signal.aborted) throw error;
    partial = true;
  } finally {
    signal.removeEventListener('abort', endChildren);
    endChildren();
  }
  const { tables, lifecycle, refused } = findings;
  const arms = [...findings.arms.values()];
  const libraries = arms.flatMap(({ library }) => library ?? []);
  return {
    format: RESULT_FORMAT,
    startedAt,
    finishedAt: new Date().toISOString(),
    partial,
    smoke,
    command,
    commit,
    machine: machineHere(),
    versions: versionsHere(libraries, plan.native),
    settings,
    arms,
    tables,
    lifecycle,
    refused,
    skipped: [...plan.skipped, ...skipped],
  };
}

async function measureAll(
  plan: ComparePlan,
  races: readonly Race[],
  signal: AbortSignal,
  reckoning: Reckoning,
  findings: Findings,
): Promise<void> {
  const { settings } = plan;
  const lives = (arm: RacingArm): arm is LiveArm =>
    arm.opening !== undefined && arm.reasonAgainst(SETUP.workload, SETUP.arith) === undefined;
  const alive = plan.lifecycle ? plan.arms.filter(lives) : [];
  const curves = (): Race[] => (plan.curves ? curveRaces(plan, plan.cores, findings.tables) : []);
  for (const race of [...races, ...curves()]) reckoning.expect(raceMs(race, settings));
  reckoning.expect(alive.length * LIFECYCLE_MS);

  for (const race of races) await runOne(race, plan, signal, reckoning, findings);
  // Now it is known who is best of a form.
  for (const race of curves()) await runOne(race, plan, signal, reckoning, findings);
  for (const arm of alive) {
    const found = await lifecycleOf(arm, signal);
    if ('reason' in found) findings.refused.push(found);
    else findings.lifecycle.push(found);
    reckoning.did(LIFECYCLE_MS, `lifecycle: ${arm.description.name}`);
  }
}

async function runOne(
  race: Race,
  { settings, cores }: ComparePlan,
  signal: AbortSignal,
  reckoning: Reckoning,
  findings: Findings,
): Promise<void> {
  const what = `${race.workload} ${race.arith}, ${race.sessions} sessions`;
  const outcome = await runRace(race, settings, Math.min(cores, MOST_AT_ONCE), signal, (step, arm) => {
    reckoning.did(stepMs(step, settings), `${what}: ${step} of ${arm}`);
  });
  note(race, outcome, findings);
}

async function rehearseAll(
  { settings, arms, cores }: ComparePlan,
  races: readonly Race[],
  signal: AbortSignal,
  reckoning: Reckoning,
  findings: Findings,
): Promise<void> {
  reckoning.expect(arms.length);
  const outcomes = await rehearse(races, settings, cores, signal, (arm) => reckoning.did(1, arm));
  for (const [index, outcome] of outcomes.entries()) note(races[index], outcome, findings);
}

/** Arms that only curves have are described as well. */
function note({ arms }: Race, { table, refused }: RaceOutcome, findings: Findings): void {
  findings.tables.push(table);
  findings.refused.push(...refused);
  for (const { description } of arms) findings.arms.set(description.name, description);
}
