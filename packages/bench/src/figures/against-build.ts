import { pathToFileURL } from 'node:url';
import type { Fleet, FleetOptions } from '../harness/fleet.js';
import { openFleet } from '../harness/run.js';
import { FORMS } from '../workloads.js';
import { type Figure, figure } from './figure.js';
import { fleetContender, interleave, medianNs, medianRatio } from './interleaved.js';

/** What another build of this package exports, as far as it is needed here. */
interface OtherBuild {
  openFleet(options: FleetOptions): Promise<Fleet>;
}

const TICKS_A_ROUND = 60;
const WARM_UP_ROUNDS = 25;

/**
 * W1 and W2 on this build of core against another one (the path of its `packages/bench/dist/index.js`), in one process and interleaved:
 * what a change costs those who do not use it.
 */
export async function againstBuild(path: string, { sessions, rounds }: { sessions: number; rounds: number }): Promise<Figure[]> {
  const other = (await import(pathToFileURL(path).href)) as OtherBuild;
  const figures: Figure[] = [];
  for (const workload of ['W1', 'W2'] as const) {
    for (const form of FORMS) {
      const choice = { workload, form, sessions, arith: 'f64', scheduler: 'inline', copy: 'against' } as const;
      const contenders = [
        await fleetContender('other', choice, TICKS_A_ROUND, other.openFleet),
        await fleetContender('this', choice, TICKS_A_ROUND, openFleet),
      ];
      const results = await interleave(contenders, rounds, WARM_UP_ROUNDS);
      figures.push(figure(`${workload} f64 ${form}, other build`, medianNs(results, 'other'), 'ns'));
      figures.push(figure(`${workload} f64 ${form}, this build`, medianNs(results, 'this'), 'ns'));
      figures.push(figure(`${workload} f64 ${form}, this against other`, medianRatio(results, 'this', 'other'), '×'));
    }
  }
  return figures;
}
