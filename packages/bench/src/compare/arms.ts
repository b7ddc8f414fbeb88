import type { Arith } from '../workloads.js';
import type { ComparedWorkload, Contender, WorkerShare } from './contender.js';
import { ProcessRacer } from './process-racer.js';
import type { RacingArm } from './racer.js';
import type { ArmDescription } from './result.js';

/** Modules whose contenders take part beside those of the registry, loaded. */
export interface Entrants {
  readonly contenders: readonly Contender[];
  /** Where those are from that are not of the registry. */
  readonly modules: readonly string[];
}

/** All arms on a machine of so many cores: a contender with each of its numbers of threads. Shares that come to the same number are one arm. */
export function armsOf({ contenders, modules }: Entrants, cores: number): RacingArm[] {
  return contenders.flatMap((contender) =>
    [...new Set(contender.workerShares.map((share) => workersOf(share, cores)))].map((workers) => armOf(contender, workers, modules)),
  );
}

/** A contender with so many threads besides the calling one. */
export function armOf(contender: Contender, workers: number, modules: readonly string[]): RacingArm {
  return {
    description: describe(contender, workers),
    reasonAgainst: (workload: ComparedWorkload, arith: Arith) => contender.reasonAgainst(workload, arith),
    enter: (setup, host) => new ProcessRacer(contender.name, modules, { ...setup, workers }, host),
  };
}

/** A share of one thread is the least that has any. */
export function workersOf(share: WorkerShare, cores: number): number {
  if (share === 'none') return 0;
  return share === 'cores' ? cores : Math.max(1, cores - 1);
}

function describe(contender: Contender, workers: number): ArmDescription {
  const { name, title, kind, library, form, justification, remark = null, callerTakesPart = false } = contender;
  const participants = callerTakesPart || workers === 0 ? workers + 1 : workers;
  return { name: `${name}@${workers}`, contender: name, title, kind, library, form, workers, participants, justification, remark };
}
