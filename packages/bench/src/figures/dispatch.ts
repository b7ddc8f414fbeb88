import { BATCH_US, BATCHES, type DispatchTimes, measureDispatch, PERIOD_MS } from '../dispatch/measure.js';
import { CALLERS, type Caller, workersOfTwo } from '../harness/scheduler-choice.js';
import { type Figure, figure } from './figure.js';

const TICKS = 2000;
/** At a pace a round takes seconds. */
const MOST_ROUNDS = 7;

/** The most that an empty tick may take, µs. */
const LIMITS: Record<Caller, { median: number; p99?: number; pacedMedian: number; work?: number }> = {
  joins: { median: 4, p99: 100, pacedMedian: 60, work: 0.7 },
  idle: { median: 120, pacedMedian: 260 },
};

/** What it costs to get a tick to the threads and back, on each backend and in both caller modes, beside one pool task a worker a tick. */
export async function dispatchCost({ schedulers, rounds }: { schedulers: readonly string[]; rounds: number }): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const caller of CALLERS) {
    for (const [index, scheduler] of schedulers.entries()) {
      const choice = { scheduler, caller, workers: workersOfTwo(caller) };
      const limits = LIMITS[caller];
      // By hand once for each caller mode, beside the first.
      const report = await measureDispatch({
        choice,
        ticks: TICKS,
        rounds: Math.min(rounds, MOST_ROUNDS),
        ...(index > 0 && { byHand: [] }),
      });
      const name = `${scheduler}, caller ${caller}`;
      const { empty, w0, work, wakeToFirstClaim, byHand } = report;
      figures.push(
        figure(`${name}: ${BATCHES} empty batches`, empty.backToBack.median, 'µs', limits.median),
        figure(`${name}: the same, p99`, empty.backToBack.p99, 'µs', limits.p99),
        figure(`${name}: the same, CPU of the process`, empty.backToBack.cpuUs, 'µs'),
        figure(`${name}: each ${PERIOD_MS} ms`, empty.paced.median, 'µs', limits.pacedMedian),
        figure(`${name}: each ${PERIOD_MS} ms, p99`, empty.paced.p99, 'µs'),
        figure(`${name}: W0, 1000 sessions`, w0.backToBack.median, 'µs'),
        figure(`${name}: ${BATCHES} batches of ${BATCH_US} µs against inline`, work.ratio, '×', limits.work),
      );
      if (wakeToFirstClaim !== null) {
        figures.push(
          figure(`${name}: wake to first claim, p50`, wakeToFirstClaim.p50, 'µs'),
          figure(`${name}: wake to first claim, p99`, wakeToFirstClaim.p99, 'µs'),
        );
      }
      for (const [library, times] of Object.entries(byHand)) figures.push(...byHandFigures(library, choice.workers, times));
    }
  }
  return figures;
}

function byHandFigures(library: string, workers: number, { backToBack, paced }: DispatchTimes): Figure[] {
  const name = `${library} by hand, one task a worker, ${workers}`;
  return [
    figure(`${name}: ${BATCHES} empty batches`, backToBack.median, 'µs'),
    figure(`${name}: the same, p99`, backToBack.p99, 'µs'),
    figure(`${name}: each ${PERIOD_MS} ms`, paced.median, 'µs'),
  ];
}
