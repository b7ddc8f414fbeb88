import { fitLine } from '../figures/size.js';
import type { MemoryReport } from '../hibernation/scaling.js';
import { RESIDENT_SET } from './footprints.js';
import type { LoadTarget, Measured } from './target.js';

const LEAST_R2 = 0.999;
const MOST_RESIDUAL = 5;
const MOST_ON_LINE = 5000;
const BEYOND = 50_000;
/** Of the specification's test: sizes, and the least that memory and sessions correlate by. */
const TESTED = [50, 100, 200, 400];
const LEAST_CORRELATION = 0.95;

export const memoryLine: LoadTarget = {
  id: 'R-28',
  name: 'memory-line',
  text: 'Verify linear scaling (R² > 0.95) … EXPECT_GT(correlation, 0.95);',
  source: 'TEST(BotSessionMgrPerformanceTest, LinearMemoryScaling)',
  reading:
    'What a manager says that 50, 100, 200, 400, 1000 and 5000 sessions hold, one size after the other, with every page of their rings touched, lies on a straight line: R² above 0.999, and each ' +
    'point within 5 %; 50 000 lie on that same line within 5 %. As the test has it, growth of the resident set at 50 to 400 sessions: correlation above 0.95. ' +
    RESIDENT_SET,
  kind: 'memory',
  processes: 1,
  seconds: 2,
  async measure(arm, { mostSessions, footprints }) {
    if (mostSessions < MOST_ON_LINE) return [];
    const report = await footprints.awake(arm);
    const rows = onLine(report);
    if (mostSessions < BEYOND) return rows;
    const { accountedBytes } = await footprints.asleep(arm, BEYOND, 'small');
    const saidBytes = accountedBytes.active ?? Number.NaN;
    return [...rows, residualRow('off the line of 50…5000', BEYOND, Math.abs(1 - (report.intercept + report.slope * BEYOND) / saidBytes))];
  },
};

function onLine({ points, slope, intercept, r2, mostResidual }: MemoryReport): Measured[] {
  const tested = points.filter(({ sessions }) => TESTED.includes(sessions));
  const line = fitLine(tested.map(({ sessions, rssBytes }) => [sessions, rssBytes]));
  return [
    {
      what: 'as the test has it: correlation with the resident set',
      sessions: 400,
      bound: '>',
      limit: LEAST_CORRELATION,
      value: Math.sign(line.slope) * Math.sqrt(line.r2),
      unit: '',
      binding: true,
      also: [],
    },
    {
      what: 'R² of 50…5000',
      sessions: MOST_ON_LINE,
      bound: '>',
      limit: LEAST_R2,
      value: r2,
      unit: '',
      binding: true,
      also: [
        { name: 'a session', value: slope, unit: 'B' },
        { name: 'besides', value: intercept / 1024, unit: 'KiB' },
        ...[points[0], points[points.length - 1]].map(({ sessions, accountedBytes, poolBytes }) => ({
          name: `of ${sessions}, the pool's share`,
          value: (poolBytes / accountedBytes) * 100,
          unit: '%',
        })),
      ],
    },
    residualRow('the furthest off that line', MOST_ON_LINE, mostResidual),
  ];
}

function residualRow(what: string, sessions: number, residual: number): Measured {
  return { what, sessions, bound: '≤', limit: MOST_RESIDUAL, value: residual * 100, unit: '%', binding: true, also: [] };
}
