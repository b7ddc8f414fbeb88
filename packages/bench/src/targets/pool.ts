import { type AnyBehavior, type PoolCounts, SessionManager } from '@dormouse/core';
import { FIRST_ACCOUNT } from '../arithmetic/random.js';
import { heapAfterCollection } from '../harness/collected-heap.js';
import { makeScheduler } from '../harness/scheduler-choice.js';
import { behaviorOf } from '../workloads.js';
import { type Arm, type LoadTarget, type Measured, sizesUpTo } from './target.js';

/** The specification's pool, which is the default: it is not told of then. */
const DEFAULT_POOL = 1000;
const GROWTH = 100;
/** How often all sessions are created and released, within the pool. */
const ROUNDS = 5;
/** As often before the heap is looked at: code is compiled then. */
const WARM_UP_ROUNDS = 2;
/** The heap counts as flat below this. */
const FLAT_KIB = 64;

export const pool: LoadTarget = {
  id: 'R-16',
  name: 'pool',
  text: 'MUST use session pool with pre-allocation (1000 sessions) … static constexpr size_t BATCH_ALLOCATION_SIZE = 100; … Session pool with pre-allocation for zero-allocation at runtime',
  source: 'class comment of BotSessionMgr, 3. MEMORY MANAGEMENT REQUIREMENTS; struct SessionPool',
  reading:
    `Made for 1000 by default, or for as many as is asked, it shows exactly that; when it is exhausted it grows by ${GROWTH}, and warns of that once; what is in use and what is ` +
    'to be had is exact at each step. Its storage is there from the start: until it is exhausted no block is added, and pages of it are taken as they are first written to. While it ' +
    `lasts, creating and releasing all sessions, ${ROUNDS} times, takes no memory: not a byte more is held. By how much the heap of the calling ` +
    'thread, collected, is larger then is reported: code that is compiled comes and goes there, some hundred KiB either way.',
  kind: 'counts',
  processes: 1,
  seconds: 2,
  async measure(arm, { mostSessions }) {
    const rows: Measured[] = [];
    for (const sessions of sizesUpTo(mostSessions)) rows.push(...(await poolOf(arm, sessions)));
    return rows;
  },
};

async function poolOf(arm: Arm, sessions: number): Promise<Measured[]> {
  let warnings = 0;
  const manager = await SessionManager.start<AnyBehavior>({
    behavior: await behaviorOf('W1', 'f64', 'session', 'targets'),
    scheduler: await makeScheduler(arm),
    maxConcurrentSessions: sessions + 2 * GROWTH,
    ...(sessions !== DEFAULT_POOL && { poolSize: sessions }),
    logger: { debug() {}, info() {}, warn: () => void warnings++, error: (message) => console.error(message) },
  });
  try {
    let wrongCounts = 0;
    const expectCounts = (allocatedCount: number, capacity: number): void => {
      const expected: PoolCounts = { allocatedCount, availableCount: capacity - allocatedCount, capacity };
      for (const key of ['allocatedCount', 'availableCount', 'capacity'] as const) if (manager.pool[key] !== expected[key]) wrongCounts++;
    };
    const accountsFrom = (first: number, count: number): Uint32Array =>
      Uint32Array.from({ length: count }, (_, rank) => FIRST_ACCOUNT + first + rank);
    const accountIds = accountsFrom(0, sessions);

    expectCounts(0, sessions);
    const made = manager.getMemoryUsage();
    manager.createSessionBatch(accountIds);
    expectCounts(sessions, sessions);
    const heldBytes = manager.getMemoryUsage().totalBytes;
    let mostBytes = heldBytes;
    let heapBytes = 0;
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      if (round === 0) heapBytes = await heapAfterCollection();
      manager.releaseSessionBatch(accountIds);
      expectCounts(0, sessions);
      await manager.updateAllSessions(100);
      expectCounts(0, sessions);
      manager.createSessionBatch(accountIds);
      expectCounts(sessions, sessions);
      mostBytes = Math.max(mostBytes, manager.getMemoryUsage().totalBytes);
    }
    const heapKib = ((await heapAfterCollection()) - heapBytes) / 1024;
    const addedBytes = manager.getMemoryUsage().reservedBytes - made.reservedBytes;

    const warned = [warnings];
    // Twice: it is warned of the first time.
    for (const grown of [1, GROWTH + 1]) {
      const beyond = accountsFrom(sessions, grown);
      manager.createSessionBatch(beyond);
      expectCounts(sessions + grown, sessions + Math.ceil(grown / GROWTH) * GROWTH);
      manager.releaseSessionBatch(beyond);
      expectCounts(sessions, sessions + Math.ceil(grown / GROWTH) * GROWTH);
      warned.push(warnings);
    }

    const row = (what: string, value: number, unit: string, limit = 0, also: Measured['also'] = []): Measured => {
      return { what, sessions, bound: '≤', limit, value, unit, binding: true, also };
    };
    return [
      row('counts that are wrong', wrongCounts, ''),
      row('warnings, other than one when it is first exhausted', offFrom(warned, [0, 1, 1]), ''),
      row('blocks added before it is exhausted', addedBytes, 'B', 0, [
        { name: 'written to by the first sessions', value: (heldBytes - made.totalBytes) / sessions, unit: 'B each' },
      ]),
      row('more held, by creating and releasing', mostBytes - heldBytes, 'B'),
      { ...row('more on the heap, by creating and releasing', heapKib, 'KiB', FLAT_KIB), binding: false },
    ];
  } finally {
    await manager.shutdown();
  }
}

/** In how many places the counts are not as expected. */
function offFrom(counts: readonly number[], expected: readonly number[]): number {
  return counts.filter((count, place) => count !== expected[place]).length;
}
