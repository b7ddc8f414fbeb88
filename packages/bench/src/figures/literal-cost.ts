import { noTimes } from '../harness/fleet.js';
import { openFleet } from '../harness/run.js';
import { medianOf } from '../harness/series.js';
import { FORMS } from '../workloads.js';
import { type Figure, figure } from './figure.js';

const SESSIONS = 100;
const TICKS = 1000;
const LIMIT_MS = 50;

/** R-11 to the letter: 1000 ticks of 100 sessions, W1 f64, everything included. Once cold, then the median of warm rounds. */
export async function literalCost(rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const form of FORMS) {
    const fleet = await openFleet({
      workload: 'W1',
      arith: 'f64',
      form,
      sessions: SESSIONS,
      diffMs: 100,
      scheduler: 'inline',
      workers: 0,
      batch: 64,
      copy: 'literal',
    });
    const times = noTimes();
    const totals: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const start = performance.now();
      for (let tick = 0; tick < TICKS; tick++) await fleet.tick(times);
      totals.push(performance.now() - start);
    }
    await fleet.close();
    const [cold, ...warm] = totals;
    figures.push(figure(`R-11 to the letter, ${form}, cold`, cold, 'ms', LIMIT_MS));
    figures.push(figure(`R-11 to the letter, ${form}, warm`, medianOf(warm), 'ms', LIMIT_MS));
  }
  return figures;
}
