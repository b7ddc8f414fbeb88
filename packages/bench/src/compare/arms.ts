import type { Arith } from '../workloads.js';
import type { ComparedWorkload, Contender, WorkerShare } from './contender.js';
import { ProcessRacer } from './process-racer.js';
import type { Opening, RacingArm } from './racer.js';
import type { ArmDescription } from './result.js';

/** Modules whose contenders take part beside those of the registry, loaded. */
export interface Entrants {
  readonly contenders: readonly Contender[];
  /** Where those are from that are not of the registry. */
  readonly modules: readonly string[];
  /** See `Opening`. */
  readonly boundMs: number;
}

/** All arms on a machine of so many cores: a contender with each of its numbers of threads. Shares that come to the same number are one arm. */
export function armsOf(entrants: Entrants, cores: number): RacingArm[] {
  return entrants.contenders.flatMap((contender) =>
    [...new Set(contender.workerShares.map((share) => workersOf(share, cores)))].map((workers) => armOf(contender, workers, entrants)),
  );
}

/** A contender with so many threads besides the calling one. */
function armOf(contender: Contender, workers: number, from: Omit<Entrants, 'contenders'>): RacingArm {
  const opening: Opening = { contender: contender.name, workers, modules: from.modules, boundMs: from.boundMs };
  return {
    description: describe(contender, workers),
    reasonAgainst: (workload: ComparedWorkload, arith: Arith) => contender.reasonAgainst(workload, arith),
    withParticipants(participants) {
      const isParallel = workers > 0 && participants > 0;
      if (!isParallel) return participants === 1 && workers === 0 ? armOf(contender, 0, from) : undefined;
      const others = contender.callerTakesPart === true ? participants - 1 : participants;
      return others > 0 ? armOf(contender, others, from) : undefined;
    },
    enter: (setup, host) => new ProcessRacer(opening, setup, host),
    opening,
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
