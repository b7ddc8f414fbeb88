import { type Figure, figure } from './figure.js';
import { fleetContender, interleave, medianNs, medianRatio } from './interleaved.js';

const SMALL = [50, 100, 200, 300, 400, 500];
const LARGE = [5000, 50_000];
/** Updates a round of each size: small fleets run more ticks. */
const UPDATES_A_ROUND = 500_000;
const LEAST_TICKS = 11;
const MOST_TICKS = 600;
const WARM_UP_ROUNDS = 6;

/** What an update of W1 costs in fleets of 50 to 50 000 (R-03: no cliff; R-04: the time of a tick grows on a straight line). */
export async function costBySize(rounds: number): Promise<Figure[]> {
  const contenders = [];
  for (const sessions of [...SMALL, ...LARGE]) {
    const ticks = Math.min(MOST_TICKS, Math.max(LEAST_TICKS, Math.round(UPDATES_A_ROUND / sessions)));
    const choice = { workload: 'W1', arith: 'f64', form: 'session', scheduler: 'inline', sessions, copy: 'size' } as const;
    contenders.push(await fleetContender(String(sessions), choice, ticks));
  }
  const results = await interleave(contenders, rounds, WARM_UP_ROUNDS);
  const tickUs = (sessions: number): number => (medianNs(results, String(sessions)) * sessions) / 1000;
  const small = fitLine(SMALL.map((sessions) => [sessions, tickUs(sessions)]));
  const whole = fitLine([...SMALL, ...LARGE].map((sessions) => [sessions, tickUs(sessions)]));
  return [
    ...[500, ...LARGE].map((sessions) => figure(`W1 f64 session, ${sessions} sessions`, medianNs(results, String(sessions)), 'ns')),
    figure('an update among 50000 against one among 5000', medianRatio(results, '50000', '5000'), '×', 1.5),
    figure('a tick of 50…500: for each session', small.slope * 1000, 'ns'),
    figure('a tick of 50…500: besides', small.intercept * 1000, 'ns'),
    figure('a tick of 50…500: off the straight line, 1 − R²', 1 - small.r2, 'of 1', 0.02),
    figure('a tick of 50…50000: off the straight line, 1 − R²', 1 - whole.r2, 'of 1', 0.02),
  ];
}

/** Least squares. `r2`: the share of the variance that the line explains. */
export function fitLine(points: readonly (readonly [number, number])[]): { slope: number; intercept: number; r2: number } {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const sumXX = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const sumXY = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const slope = sumXY / sumXX;
  const intercept = meanY - slope * meanX;
  const unexplained = points.reduce((sum, [x, y]) => sum + (y - intercept - slope * x) ** 2, 0);
  const variance = points.reduce((sum, [, y]) => sum + (y - meanY) ** 2, 0);
  return { slope, intercept, r2: 1 - unexplained / variance };
}
