import type { Arith } from '../workloads.js';
import { endArmProcesses } from './arm-handle.js';
import type { ComparedWorkload } from './contender.js';
import { commitHere, machineHere, versionsHere } from './environment.js';
import { type Race, runRace, type Step } from './race.js';
import type { RacingArm } from './racer.js';
import { type CompareResult, type CompareSettings, type CompareTable, type LifecycleRow, RESULT_FORMAT, type Refusal } from './result.js';

/** What a comparison is to be made of. */
export interface ComparePlan {
  readonly arms: readonly RacingArm[];
  readonly workloads: readonly ComparedWorkload[];
  readonly ariths: readonly Arith[];
  readonly sessions: number;
  readonly settings: CompareSettings;
  /** What is known before not to take part. */
  readonly skipped: readonly Refusal[];
  readonly command: readonly string[];
  readonly native: string | null;
}

/** Hears how far it is: `doneMs` of `totalMs`, both as they were reckoned before. */
export type OnProgress = (doneMs: number, totalMs: number, what: string) => void;

/** What opening an arm, and verifying a table, is reckoned to take. */
const OPEN_MS = 500;
const VERIFY_MS = 4000;

/** Makes all tables in turn. The signal ends it early, with the tables that are whole: such a result says that it is partial. */
export async function compare(plan: ComparePlan, signal: AbortSignal, onProgress: OnProgress): Promise<CompareResult> {
  const startedAt = new Date().toISOString();
  const { settings, command } = plan;
  const tables: CompareTable[] = [];
  const lifecycle: LifecycleRow[] = [];
  const refused: Refusal[] = [];
  const { races, skipped } = mainRaces(plan);
  const reckonedMs: Record<Step, number> = { 'warm-up': OPEN_MS + settings.warmUpMs, round: settings.roundMs, verification: VERIFY_MS };
  const raceMs = ({ arms }: Race): number => arms.length * (reckonedMs['warm-up'] + settings.rounds * reckonedMs.round) + VERIFY_MS;
  const totalMs = races.reduce((sum, race) => sum + raceMs(race), 0);
  let doneMs = 0;
  let partial = false;
  try {
    for (const race of races) {
      const what = `${race.workload} ${race.arith}, ${race.sessions} sessions`;
      const outcome = await runRace(race, settings, signal, (step, arm) => {
        doneMs += reckonedMs[step];
        onProgress(doneMs, totalMs, `${what}: ${step} of ${arm}`);
      });
      tables.push(outcome.table);
      refused.push(...outcome.refused);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    partial = true;
  } finally {
    endArmProcesses();
  }
  const arms = plan.arms.map(({ description }) => description);
  const libraries = arms.flatMap(({ library }) => library ?? []);
  return {
    format: RESULT_FORMAT,
    startedAt,
    finishedAt: new Date().toISOString(),
    partial,
    smoke: false,
    command,
    commit: commitHere(),
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

/** One for each workload in each arithmetic; of W0 and W5, which compute nothing, one. */
function mainRaces(plan: ComparePlan): { races: Race[]; skipped: Refusal[] } {
  const { workloads, ariths, sessions, arms } = plan;
  const races: Race[] = [];
  const skipped: Refusal[] = [];
  for (const workload of workloads) {
    for (const arith of hasArithmetic(workload) ? ariths : ariths.slice(0, 1)) {
      const fits = arms.filter((arm) => {
        const reason = arm.reasonAgainst(workload, arith);
        if (reason !== undefined) skipped.push({ arm: arm.description.name, workload, reason });
        return reason === undefined;
      });
      races.push({ part: 'main', workload, arith, sessions, arms: fits });
    }
  }
  return { races, skipped };
}

function hasArithmetic(workload: ComparedWorkload): boolean {
  return workload !== 'W0' && workload !== 'W5';
}
