import { fitLine } from '../figures/size.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import { accountsOf, SleepyFleet } from './sleepy-fleet.js';

/** R-28's, and on to what R-24 is about. */
const SESSIONS = [50, 100, 200, 400, 1000, 5000];

/** What so many sessions take, every page of their rings touched. */
export interface MemoryPoint {
  readonly sessions: number;
  readonly accountedBytes: number;
  /** The pool's share of that: what slots hold that no session uses. */
  readonly poolBytes: number;
  /** How much the resident set grew, from a manager without sessions. */
  readonly rssBytes: number;
  /** How far the accounted bytes lie from the line, as a share of them. */
  readonly residual: number;
}

/** How memory grows with sessions. */
export interface MemoryReport {
  readonly points: readonly MemoryPoint[];
  /** Accounted bytes a session, and those of none, by the line through all points. */
  readonly slope: number;
  readonly intercept: number;
  readonly r2: number;
  /** The largest residual. */
  readonly mostResidual: number;
}

export async function measureMemory(choice: SchedulerChoice, stateBytes: number): Promise<MemoryReport> {
  const most = SESSIONS[SESSIONS.length - 1];
  // The first manager warms up code, heap and allocator, which take their memory for good.
  await withFleet(choice, stateBytes, most, (fleet) => measurePoint(fleet, most));
  const measured = await withFleet(choice, stateBytes, most, async (fleet) => {
    // Until its threads have given back what they took to start; what there is without sessions is looked at before each size.
    await fleet.emptySample();
    const points: Omit<MemoryPoint, 'residual'>[] = [];
    for (const sessions of SESSIONS) points.push(await measurePoint(fleet, sessions));
    return points;
  });
  const { slope, intercept, r2 } = fitLine(measured.map(({ sessions, accountedBytes }) => [sessions, accountedBytes]));
  const points = measured.map((point) => {
    const residual = Math.abs(point.accountedBytes - (intercept + slope * point.sessions)) / point.accountedBytes;
    return { ...point, residual };
  });
  return { points, slope, intercept, r2, mostResidual: Math.max(...points.map(({ residual }) => residual)) };
}

/** As the specification's test does it: looks, creates so many, looks again, and releases them. */
async function measurePoint(fleet: SleepyFleet, sessions: number): Promise<Omit<MemoryPoint, 'residual'>> {
  const accountIds = accountsOf(0, sessions);
  const empty = await fleet.sample();
  fleet.create(accountIds);
  await fleet.fillRings(accountIds);
  const full = await fleet.sample();
  const { totalBytes, poolBytes } = fleet.usage();
  fleet.manager.releaseSessionBatch(accountIds);
  return { sessions, accountedBytes: totalBytes, poolBytes, rssBytes: full.rssBytes - empty.rssBytes };
}

async function withFleet<Result>(
  choice: SchedulerChoice,
  stateBytes: number,
  sessions: number,
  measure: (fleet: SleepyFleet) => Promise<Result>,
): Promise<Result> {
  const fleet = await SleepyFleet.open({
    choice,
    sessions,
    stateBytes,
    state: 'typical',
    groups: false,
    store: 'memory',
    synchronous: 'full',
    sliceMs: 10,
  });
  try {
    return await measure(fleet);
  } finally {
    await fleet.close();
  }
}
