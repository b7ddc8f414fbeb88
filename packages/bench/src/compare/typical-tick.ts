import { medianOf } from '../harness/series.js';
import type { ComparedWorkload } from './contender.js';

/** Ticks after which a workload comes round to the same work; where none is named, each tick is like the others. */
const PERIODS: Partial<Record<ComparedWorkload, number>> = { W7: 10, W8: 20 };

export function periodOf(workload: ComparedWorkload): number {
  return PERIODS[workload] ?? 1;
}

/** True where one tick of a period has other work than another: sessions fall asleep after one of W8's, and are woken by another. */
function hasUnlikeTicks(workload: ComparedWorkload): boolean {
  return workload === 'W8';
}

/**
 * What a tick of the workload takes, µs: the median of them. Where ticks are unlike, a median would see only those that have the least to do: there it is the median of
 * periods, each the mean of its ticks.
 */
export function typicalUs(ticksUs: ArrayLike<number>, workload: ComparedWorkload): number {
  if (!hasUnlikeTicks(workload)) return medianOf(ticksUs);
  const period = Math.min(periodOf(workload), ticksUs.length);
  const means: number[] = [];
  for (let end = period; end <= ticksUs.length; end += period) {
    let sum = 0;
    for (let tick = end - period; tick < end; tick++) sum += ticksUs[tick];
    means.push(sum / period);
  }
  return medianOf(means);
}
