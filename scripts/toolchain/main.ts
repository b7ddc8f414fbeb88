/**
 * A user's program: a behaviour in TypeScript on the inline scheduler, and on the worker threads of each of the others.
 *
 *   main.ts [tsx | refused]    with tsx in the thread as well; or none there, on a Node.js that then cannot import the behaviour
 */
import { deepStrictEqual, match, rejects, strictEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DormouseError, SessionManager } from '@dormouse/core';
import { inlineScheduler } from '@dormouse/scheduler-inline';
import { poolifierScheduler } from '@dormouse/scheduler-poolifier';
import { threadsScheduler } from '@dormouse/scheduler-threads';
import { tinypoolScheduler } from '@dormouse/scheduler-tinypool';
import walker, { TRIP } from './walker.ts';

const [mode] = process.argv.slice(2);
const workerSetup = mode === 'tsx' ? [import.meta.resolve('@dormouse/core/worker-setup-tsx')] : [];

async function walk(manager: SessionManager<typeof walker>): Promise<void> {
  const handle = manager.createSession(42, { init: { name: 'Ada' } });
  for (let tick = 0; tick < 3; tick++) await manager.updateAllSessions(500);
  const { name, steps, x } = handle.state;
  deepStrictEqual({ name, steps, x }, { name: 'Ada', steps: 3, x: 2 });
  handle.push(TRIP);
  const { faults } = await manager.updateAllSessions(500);
  const [fault] = faults;
  if (fault === undefined) throw new Error('the session that trips has no fault');
  const source = readFileSync('walker.ts', 'utf8').split('\n');
  const line = source.findIndex((text) => text.includes('throw new Error')) + 1;
  match(String((fault.error as Error).stack), new RegExp(`^Error: Ada tripped\\n.*[\\\\/]walker\\.ts:${line}:`));
  await manager.shutdown();
}

await walk(await SessionManager.start({ behavior: walker, scheduler: inlineScheduler(), workerSetup, logger: false }));

for (const scheduler of [tinypoolScheduler(), poolifierScheduler(), threadsScheduler()]) {
  const starting = SessionManager.start({ behavior: walker, scheduler, workerThreads: 2, workerSetup, logger: false });
  if (mode !== 'refused') {
    await walk(await starting);
    continue;
  }
  await rejects(starting, (error) => {
    strictEqual(DormouseError.isInstance(error, 'ERR_START_FAILED'), true);
    const { cause } = error as { cause: DormouseError };
    strictEqual(cause.code, 'ERR_BEHAVIOR_IMPORT');
    match(cause.message, /does not run TypeScript here: use Node\.js 22\.18 or newer/);
    return true;
  });
}
