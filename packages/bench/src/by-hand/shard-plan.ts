import type { ComparedWorkload } from '../compare/contender.js';
import { stepsOf } from '../workloads.js';

/** Which session lives in which shard. */
export interface ShardPlan {
  /** Of each shard, ascending. */
  readonly ranks: readonly Uint32Array[];
  /** The shard of a rank, and its place among the ranks there. */
  readonly shardOf: Uint16Array;
  readonly positionOf: Uint32Array;
}

/**
 * Shards that have as many steps each, as far as those are known beforehand: the heaviest first, each to the shard that has the fewest so far. Where all are alike
 * that is by rank modulo the number of shards, which parts neighbours.
 */
export function shardPlanOf(workload: ComparedWorkload, sessions: number, shards: number): ShardPlan {
  const steps = Uint32Array.from({ length: sessions }, (_, rank) => stepsOf(workload, rank, sessions));
  const heaviestFirst = [...steps.keys()].sort((one, other) => steps[other] - steps[one]);
  const loads = Array.from({ length: shards }, () => 0);
  const shardOf = new Uint16Array(sessions);
  for (const rank of heaviestFirst) {
    const shard = loads.indexOf(Math.min(...loads));
    loads[shard] += steps[rank];
    shardOf[rank] = shard;
  }
  const ranks: number[][] = loads.map(() => []);
  const positionOf = new Uint32Array(sessions);
  for (let rank = 0; rank < sessions; rank++) positionOf[rank] = ranks[shardOf[rank]].push(rank) - 1;
  return { ranks: ranks.map((own) => Uint32Array.from(own)), shardOf, positionOf };
}
