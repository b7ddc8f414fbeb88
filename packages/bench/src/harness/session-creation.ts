import type { AnyBehavior, SessionHandle, SessionManager } from '@dormouse/core';
import { FIRST_ACCOUNT } from '../arithmetic/random.js';
import { stepsOf, type Workload } from '../workloads.js';

/** Creates all sessions of a workload in a manager, as they are before tick 0; gives them by rank. */
export function createSessions(manager: SessionManager<AnyBehavior>, workload: Workload, sessions: number): SessionHandle<AnyBehavior>[] {
  const accountIds = Uint32Array.from({ length: sessions }, (_, rank) => FIRST_ACCOUNT + rank);
  return manager.createSessionBatch(accountIds, (accountId, rank) => ({
    mapId: accountId % 8,
    groupId: Math.floor(accountId / 5),
    init: { repeat: stepsOf(workload, rank, sessions), ...(workload === 'W7' && { hotspotAmong: sessions }) },
  }));
}
