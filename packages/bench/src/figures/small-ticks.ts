import { type Fleet, noTimes } from '../harness/fleet.js';
import { openFleet } from '../harness/run.js';
import { Series } from '../harness/series.js';
import { type Figure, figure } from './figure.js';
import { type Contender, interleave, medianNs, medianRatio } from './interleaved.js';

const SESSIONS = 100;
const TICKS_A_ROUND = 1000;
const WARM_UP_ROUNDS = 15;

/** Ticks of 100 sessions of W1, everything included, where the caller joins one worker: small ticks must not pay for parallelism. */
export async function smallTicks({ schedulers, rounds }: { schedulers: readonly string[]; rounds: number }): Promise<Figure[]> {
  const common = { workload: 'W1', arith: 'f64', form: 'session', sessions: SESSIONS, diffMs: 100, batch: 64 } as const;
  const contenders = [wholeTicks('inline', await openFleet({ ...common, scheduler: 'inline', workers: 0, copy: 'small inline' }))];
  for (const scheduler of schedulers) {
    const fleet = await openFleet({ ...common, scheduler, workers: 1, caller: 'joins', copy: `small ${scheduler}` });
    contenders.push(wholeTicks(scheduler, fleet));
  }
  const results = await interleave(contenders, rounds, WARM_UP_ROUNDS);
  const tickUs = (name: string): number => (medianNs(results, name) * SESSIONS) / 1000;
  const what = `W1 f64, ${SESSIONS} sessions, whole tick`;
  return [
    figure(`${what}: inline`, tickUs('inline'), 'µs'),
    ...schedulers.flatMap((scheduler) => [
      figure(`${what}: ${scheduler}, caller joins`, tickUs(scheduler), 'µs'),
      figure(`${what}: ${scheduler} against inline`, medianRatio(results, scheduler, 'inline'), '×', 1.1),
    ]),
  ];
}

function wholeTicks(name: string, fleet: Fleet): Contender {
  const times = noTimes();
  return {
    name,
    async round() {
      const ticks = new Series(TICKS_A_ROUND);
      for (let tick = 0; tick < TICKS_A_ROUND; tick++) {
        await fleet.tick(times);
        ticks.push(times.tickUs);
      }
      return (ticks.summary().median * 1000) / SESSIONS;
    },
    close: () => fleet.close(),
  };
}
