import { hex } from '../harness/checksum.js';
import type { Finished } from './arm-protocol.js';
import type { RaceRound } from './racer.js';
import type { CompareRow } from './result.js';
import { intervalOf, ranksOf, tailOf } from './statistics.js';

/** An arm that did what it should, and how its rounds went. */
export interface Verified {
  readonly arm: string;
  readonly rounds: readonly RaceRound[];
  /** What its last process did. */
  readonly finished: Finished;
}

/** Rows of one table, in the order of its arms. */
export function rowsOf(arms: readonly Verified[], confidence: number): readonly CompareRow[] {
  const medians = arms.map(({ rounds }) => rounds.map(({ typicalUs }) => typicalUs));
  const intervals = medians.map((roundsUs) => intervalOf(roundsUs, confidence));
  const ranks = ranksOf(intervals);
  return arms.map(({ arm, rounds, finished }, index) => {
    const { p99, max } = tailOf(rounds.map(({ ticksUs }) => ticksUs));
    const timedTicks = rounds.reduce((sum, { ticks }) => sum + ticks, 0);
    return {
      arm,
      rank: ranks[index],
      tickUs: intervals[index],
      p99Us: p99,
      maxUs: max,
      roundsUs: medians[index],
      cpuUsPerTick: rounds.reduce((sum, { cpuUs }) => sum + cpuUs, 0) / timedTicks,
      rssBytes: finished.rssBytes,
      ticks: finished.ticks,
      updates: finished.updates,
      packetsOut: finished.packetsOut,
      checksum: hex(finished.checksum),
      egressSum: hex(finished.egressSum),
    };
  });
}
