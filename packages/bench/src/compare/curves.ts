import type { ComparePlan } from './plan.js';
import type { Race } from './race.js';
import type { RacingArm } from './racer.js';
import type { CompareTable } from './result.js';

const SESSIONS = [50, 500, 5000, 50_000] as const;
const OVER_SESSIONS = 'W1';
/** The one that is nothing but computing: what threads are for. */
const OVER_WORKERS = 'W4';
/** Forms of which a curve has the best arm alone; `cloned` it has none of, which only falls behind further. */
const BY_HAND_FORMS_LEFT_OUT = 'cloned';
/** Up to so many cores each number of them is a point. */
const MOST_IN_STEPS_OF_ONE = 8;

/** Tables over the number of sessions, and over the number of threads, of those arms that are worth it. `tables`: the main ones, if there are any yet. */
export function curveRaces(plan: ComparePlan, cores: number, tables: readonly CompareTable[]): Race[] {
  const arith = plan.ariths[0];
  const fitting = (workload: typeof OVER_SESSIONS | typeof OVER_WORKERS): RacingArm[] =>
    worthCurves(plan.arms, tables, workload).filter((arm) => arm.reasonAgainst(workload, arith) === undefined);
  const bySessions = fitting(OVER_SESSIONS);
  const byThreads = fitting(OVER_WORKERS);
  return [
    ...SESSIONS.map((sessions) => ({ part: 'sessions', workload: OVER_SESSIONS, arith, sessions, arms: bySessions }) as const),
    ...pointsOf(cores).map((participants) => {
      const arms = byThreads.flatMap((arm) => arm.withParticipants(participants) ?? []);
      return { part: 'workers', workload: OVER_WORKERS, arith, sessions: plan.sessions, arms: unique(arms) } as const;
    }),
  ].filter(({ arms }) => arms.length > 0);
}

/** Dormouse, controls and native arms, and of those by hand the best of each form: by its time in the main table, or the first where there is none. */
function worthCurves(arms: readonly RacingArm[], tables: readonly CompareTable[], workload: string): RacingArm[] {
  const rows = tables.find((table) => table.part === 'main' && table.workload === workload)?.rows ?? [];
  const medianUs = ({ description }: RacingArm): number =>
    rows.find(({ arm }) => arm === description.name)?.tickUs.median ?? Number.MAX_VALUE;
  const best = new Map<string, RacingArm>();
  for (const arm of arms) {
    const { kind, form } = arm.description;
    if (kind !== 'by-hand' || form.includes(BY_HAND_FORMS_LEFT_OUT)) continue;
    const other = best.get(form);
    if (other === undefined || medianUs(arm) < medianUs(other)) best.set(form, arm);
  }
  return arms.filter((arm) => arm.description.kind !== 'by-hand' || best.get(arm.description.form) === arm);
}

/** Numbers of threads: each up to 8, then powers of two, and all cores. */
export function pointsOf(cores: number): number[] {
  if (cores <= MOST_IN_STEPS_OF_ONE) return Array.from({ length: cores }, (_, index) => index + 1);
  const points: number[] = [];
  for (let point = 1; point < cores; point *= 2) points.push(point);
  return [...points, cores];
}

/** Arms of a contender that has several shares come to the same at one number of threads. */
function unique(arms: readonly RacingArm[]): RacingArm[] {
  return [...new Map(arms.map((arm) => [arm.description.name, arm])).values()];
}
