import { type AnyBehavior, SessionManager } from '@dormouse/core';
import { FIRST_ACCOUNT } from '../arithmetic/random.js';
import { makeScheduler } from '../harness/scheduler-choice.js';
import { behaviorOf } from '../workloads.js';
import { type Arm, type LoadTarget, type Measured, sizesUpTo } from './target.js';

const MOST_CREATION_MS = 5000;
const MOST_UPDATE_MS = 100;
const TICKS = 100;
/** The specification's first, in a process that has done nothing yet; then the others. */
const SIZES = [1000, 100, 500, 5000, 50_000];

export const load: LoadTarget = {
  id: 'R-20',
  name: 'load',
  text: 'EXPECT_LT(totalCreationMs, 5000); // < 5 seconds to create 1000 sessions … EXPECT_LT(avgUpdateMs, 100); // < 100ms per update cycle',
  source: 'TEST(BotSessionMgrPerformanceTest, HighConcurrency)',
  reading:
    'The test as it stands, of W1, by the clock: 1000 sessions created at once in less than 5 s, and 100 ticks of them in less than 100 ms each on average, in a ' +
    'process that has done nothing before. The same limits for more sessions and for fewer, and all of them are updated in each tick.',
  kind: 'clock',
  processes: 1,
  seconds: 2,
  async measure(arm, { mostSessions }) {
    const rows: Measured[] = [];
    for (const sessions of sizesUpTo(mostSessions, SIZES)) rows.push(...(await underLoad(arm, sessions)));
    return rows.sort((one, other) => one.sessions - other.sessions);
  },
};

async function underLoad(arm: Arm, sessions: number): Promise<Measured[]> {
  const manager = await SessionManager.start<AnyBehavior>({
    behavior: await behaviorOf('W1', 'f64', 'session', 'targets'),
    scheduler: await makeScheduler(arm),
    maxConcurrentSessions: sessions,
    poolSize: sessions,
  });
  try {
    const accountIds = Uint32Array.from({ length: sessions }, (_, rank) => FIRST_ACCOUNT + rank);
    const beganMs = performance.now();
    manager.createSessionBatch(accountIds);
    const createdMs = performance.now();
    let updates = 0;
    for (let tick = 0; tick < TICKS; tick++) updates += (await manager.updateAllSessions(100)).sessions;
    const updatedMs = performance.now();
    if (updates !== TICKS * sessions) throw new Error(`${TICKS} ticks of ${sessions} sessions made ${updates} updates`);
    const row = (what: string, limit: number, value: number): Measured => ({
      what,
      sessions,
      bound: '<',
      limit,
      value,
      unit: 'ms',
      binding: true,
      also: [],
    });
    return [row('created', MOST_CREATION_MS, createdMs - beganMs), row('a tick', MOST_UPDATE_MS, (updatedMs - createdMs) / TICKS)];
  } finally {
    await manager.shutdown();
  }
}
