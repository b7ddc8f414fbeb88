import { type AnyBehavior, type PoolCounts, SessionManager } from '@dormouse/core';
import { FIRST_ACCOUNT } from '../arithmetic/random.js';
import { makeScheduler } from '../harness/scheduler-choice.js';
import { behaviorOf } from '../workloads.js';
import { type Arm, type LoadTarget, type Measured, sizesUpTo } from './target.js';

/** The specification's pool, which is the default: it is not told of then. */
const DEFAULT_POOL = 1000;
const GROWTH = 100;
/** How often all sessions are created and released, within the pool. */
const ROUNDS = 5;

export const pool: LoadTarget = {
  id: 'R-16',
  name: 'pool',
  text: 'MUST use session pool with pre-allocation (1000 sessions) … static constexpr size_t BATCH_ALLOCATION_SIZE = 100; … Session pool with pre-allocation for zero-allocation at runtime',
  source: 'class comment of BotSessionMgr, 3. MEMORY MANAGEMENT REQUIREMENTS; struct SessionPool',
  reading:
    `Made for 1000 by default, or for as many as is asked, it shows exactly that; when it is exhausted it grows by ${GROWTH}; what is in use and what is to be had is exact ` +
    `at each step. While it lasts, creating and releasing all sessions, ${ROUNDS} times, takes no memory: not a byte more is held.`,
  kind: 'clock',
  processes: 1,
  seconds: 2,
  async measure(arm, { mostSessions }) {
    const rows: Measured[] = [];
    for (const sessions of sizesUpTo(mostSessions)) rows.push(...(await poolOf(arm, sessions)));
    return rows;
  },
};

async function poolOf(arm: Arm, sessions: number): Promise<Measured[]> {
  const manager = await SessionManager.start<AnyBehavior>({
    behavior: await behaviorOf('W1', 'f64', 'session', 'targets'),
    scheduler: await makeScheduler(arm),
    maxConcurrentSessions: sessions + GROWTH,
    ...(sessions !== DEFAULT_POOL && { poolSize: sessions }),
    // That it grows is what is asked of it: nobody is to be warned.
    logger: { debug() {}, info() {}, warn() {}, error: (message) => console.error(message) },
  });
  try {
    let wrongCounts = 0;
    const expectCounts = (allocatedCount: number, capacity: number): void => {
      const expected: PoolCounts = { allocatedCount, availableCount: capacity - allocatedCount, capacity };
      for (const key of ['allocatedCount', 'availableCount', 'capacity'] as const) if (manager.pool[key] !== expected[key]) wrongCounts++;
    };
    const accountIds = Uint32Array.from({ length: sessions }, (_, rank) => FIRST_ACCOUNT + rank);
    const one = FIRST_ACCOUNT + sessions;

    expectCounts(0, sessions);
    manager.createSessionBatch(accountIds);
    expectCounts(sessions, sessions);
    const heldBytes = manager.getMemoryUsage().totalBytes;
    let mostBytes = heldBytes;
    for (let round = 0; round < ROUNDS; round++) {
      manager.releaseSessionBatch(accountIds);
      expectCounts(0, sessions);
      await manager.updateAllSessions(100);
      expectCounts(0, sessions);
      manager.createSessionBatch(accountIds);
      expectCounts(sessions, sessions);
      mostBytes = Math.max(mostBytes, manager.getMemoryUsage().totalBytes);
    }
    manager.createSession(one);
    expectCounts(sessions + 1, sessions + GROWTH);
    manager.releaseSession(one);
    expectCounts(sessions, sessions + GROWTH);

    const row = (what: string, value: number, unit: string): Measured => {
      return { what, sessions, bound: '≤', limit: 0, value, unit, binding: true, also: [] };
    };
    return [row('counts that are wrong', wrongCounts, ''), row('more held, by creating and releasing', mostBytes - heldBytes, 'B')];
  } finally {
    await manager.shutdown();
  }
}
