import type { AnyBehavior, SessionHandle, SessionManager } from '@dormouse/core';
import { FIRST_ACCOUNT } from '../arithmetic/random.js';
import { stepsOf, type Workload } from '../workloads.js';

/** Creates the sessions of a workload in a manager, as they are before tick 0, but for those of ranks below `first`; gives them by rank. */
export function createSessions(
  manager: SessionManager<AnyBehavior>,
  workload: Workload,
  sessions: number,
  first = 0,
): SessionHandle<AnyBehavior>[] {
  const accountIds = Uint32Array.from({ length: sessions - first }, (_, index) => FIRST_ACCOUNT + first + index);
  return manager.createSessionBatch(accountIds, (accountId, index) => ({
    mapId: accountId % 8,
    groupId: Math.floor(accountId / 5),
    init: { repeat: stepsOf(workload, first + index, sessions), ...(workload === 'W7' && { hotspotAmong: sessions }) },
  }));
}
