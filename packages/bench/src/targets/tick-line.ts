import { fitLine } from '../figures/size.js';
import type { Workload } from '../workloads.js';
import { closeAll, openGrowingFleets } from './growing-fleet.js';
import { type Arm, type LoadTarget, type Measured, sizesUpTo } from './target.js';
import { fastestUs, type SizedFleet, type TickTimesBySize, tickTimesUs } from './tick-times.js';

const SMALL = [50, 100, 150, 200, 250, 300, 350, 400, 450, 500];
const LARGE = [1000, 5000, 50_000];
const LEAST_R2 = 0.98;
const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;

/** What a line is drawn of. Updates a round of each size: those of W4 take some 3.7 µs, those of W1 a hundredth of that. */
interface Work {
  readonly workload: Workload;
  readonly batch: number;
  readonly updatesARound: number;
  readonly mostTicks: number;
  readonly binding: boolean;
}

/** A tick of 50 is to divide between two: of batches of 64, the default, it is one, and steps of 128 sessions show instead of a line. */
const WORKS: readonly Work[] = [
  { workload: 'W4', batch: 16, updatesARound: 5000, mostTicks: 40, binding: true },
  { workload: 'W1', batch: 16, updatesARound: 125_000, mostTicks: 150, binding: false },
  { workload: 'W1', batch: 64, updatesARound: 125_000, mostTicks: 150, binding: false },
];

export const tickLine: LoadTarget = {
  id: 'R-04',
  name: 'tick-line',
  text: 'MUST achieve linear scaling to 500 bots',
  source: 'class comment of BotSessionMgr, 1. CONCURRENCY REQUIREMENTS',
  reading:
    'The time of a whole tick, the fastest of each size, over the number of sessions lies on a straight line, from 50 to 500 and on to 50 000: R² of least squares at ' +
    'least 0.98. Of W4 in batches of 16, whose updates take long enough to be seen beside the waking of threads. W1 is reported, in these and in batches of 64, the default: with an idle caller its small ticks are nothing but that.',
  kind: 'clock',
  processes: 1,
  seconds: 8,
  async measure(arm, { mostSessions }) {
    const small = sizesUpTo(mostSessions, SMALL);
    const large = sizesUpTo(mostSessions, LARGE);
    const lines = large.length === 0 ? [small] : [small, [...small, ...large]];
    const rows: Measured[] = [];
    for (const work of WORKS) {
      const times = await timesOf(work, arm, [...small, ...large]);
      // Two points always are on one.
      for (const sizes of lines) if (sizes.length > 2) rows.push(lineRow(work, sizes, times));
    }
    return rows;
  },
};

async function timesOf({ workload, batch, updatesARound, mostTicks }: Work, arm: Arm, sizes: readonly number[]): Promise<TickTimesBySize> {
  const what = { ...arm, workload, arith: 'f64', form: 'session', diffMs: 100, batch, copy: 'targets' } as const;
  const bySize = await openGrowingFleets(what, sizes);
  try {
    const fleets = [...bySize].map(([sessions, growing]): SizedFleet => {
      const ticksARound = Math.max(1, Math.min(mostTicks, Math.round(updatesARound / sessions)));
      return { sessions, fleet: growing.fleet, ticksARound, beginRound: () => growing.resize(sessions) };
    });
    return await tickTimesUs(fleets, ROUNDS, WARM_UP_ROUNDS);
  } finally {
    await closeAll(bySize);
  }
}

function lineRow({ workload, batch, binding }: Work, sizes: readonly number[], times: TickTimesBySize): Measured {
  const { slope, intercept, r2 } = fitLine(sizes.map((sessions) => [sessions, fastestUs(times, sessions)]));
  const most = sizes[sizes.length - 1];
  return {
    what: `${workload}, batches of ${batch}: R² of ticks of ${sizes[0]}…${most}`,
    sessions: most,
    bound: '≥',
    limit: LEAST_R2,
    value: r2,
    unit: '',
    binding,
    also: [
      { name: 'a session', value: slope * 1000, unit: 'ns' },
      { name: 'besides', value: intercept, unit: 'µs' },
    ],
  };
}
