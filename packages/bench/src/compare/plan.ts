import type { Arith } from '../workloads.js';
import type { ComparedWorkload } from './contender.js';
import type { Race } from './race.js';
import type { RacingArm } from './racer.js';
import type { CompareSettings, Refusal } from './result.js';

/** What a comparison is to be made of. */
export interface ComparePlan {
  readonly cores: number;
  readonly arms: readonly RacingArm[];
  readonly workloads: readonly ComparedWorkload[];
  readonly ariths: readonly Arith[];
  readonly sessions: number;
  readonly settings: CompareSettings;
  /** Every arm of every table for a few ticks, verified; nothing is timed. */
  readonly smoke: boolean;
  /** Tables over sessions and over threads. */
  readonly curves: boolean;
  /** Start, stop, and what lies between them beside ticks. */
  readonly lifecycle: boolean;
  /** What is known not to take part before anything has run. */
  readonly skipped: readonly Refusal[];
  /** The command line after `dormouse-bench`. */
  readonly command: readonly string[];
  /** What the native program says of itself; null without it. */
  readonly native: string | null;
}

/** Races of all arms, and which arm is not in which and why. */
export interface MainRaces {
  readonly races: readonly Race[];
  readonly skipped: readonly Refusal[];
}

/** One for each workload in each arithmetic; of W0 and W5, which compute nothing, one. */
export function mainRaces({ workloads, ariths, sessions, arms }: ComparePlan): MainRaces {
  const races: Race[] = [];
  const skipped: Refusal[] = [];
  for (const workload of workloads) {
    for (const arith of workload === 'W0' || workload === 'W5' ? ariths.slice(0, 1) : ariths) {
      const reasons = arms.map((arm) => arm.reasonAgainst(workload, arith));
      races.push({ part: 'main', workload, arith, sessions, arms: arms.filter((_, index) => reasons[index] === undefined) });
      for (const [index, reason] of reasons.entries()) {
        if (reason !== undefined) skipped.push({ arm: arms[index].description.name, workload, reason });
      }
    }
  }
  return { races, skipped };
}
