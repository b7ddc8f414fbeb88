import { medianOf } from '../harness/series.js';
import type { Interval } from './result.js';

/** What an interval is asked for: how often it holds the median. */
export const CONFIDENCE = 0.95;

/** Which of the sorted rounds are the interval's ends: the `trim`-th from below and from above, from 0; and how often such an interval holds the median. */
export interface OrderInterval {
  readonly trim: number;
  readonly confidence: number;
}

/**
 * The narrowest interval between two of `count` sorted values that holds the median of what they were drawn from with at least that confidence, whatever its
 * distribution: a value lies below the median as often as above it, so that how many do is binomial. Where all of them are too few for it, it is their whole range.
 */
export function orderInterval(count: number, confidence: number): OrderInterval {
  let found: OrderInterval = { trim: 0, confidence: coverage(count, 0) };
  for (let trim = 1; trim < count / 2; trim++) {
    const reached = coverage(count, trim);
    if (reached < confidence) break;
    found = { trim, confidence: reached };
  }
  return found;
}

/** How often the median lies between the `trim`-th of so many sorted values from below and from above. */
function coverage(count: number, trim: number): number {
  let outside = 0;
  let ways = 1;
  for (let below = 0; below <= trim; below++) {
    outside += ways / 2 ** count;
    ways = (ways * (count - below)) / (below + 1);
  }
  return 1 - 2 * outside;
}

/** The median of the rounds, and the interval that holds it. */
export function intervalOf(rounds: readonly number[], confidence: number): Interval {
  const sorted = [...rounds].sort((a, b) => a - b);
  const { trim } = orderInterval(sorted.length, confidence);
  return { median: medianOf(sorted), low: sorted[trim], high: sorted[sorted.length - 1 - trim] };
}

/**
 * For each, how many of the others lie wholly below it, and one: how many are certainly faster. Two whose intervals overlap can have different ranks, where a
 * third lies below one of them alone.
 */
export function ranksOf(intervals: readonly Interval[]): number[] {
  return intervals.map(({ low }) => 1 + intervals.filter(({ high }) => high < low).length);
}

/** `v[floor(0.99 n)]` of the sorted values of all rounds, and the largest. */
export function tailOf(rounds: readonly Float64Array[]): { p99: number; max: number } {
  const sorted = Float64Array.from(rounds.flatMap((round) => [...round])).sort();
  return { p99: sorted[Math.floor(0.99 * sorted.length)], max: sorted[sorted.length - 1] };
}
