import { SessionManager } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';

/**
 * Prints, as JSON, how much the resident set grows with so many sessions of a behaviour that were updated once, and how much the manager says
 * that it holds. The first manager is the warm-up: code, heap and allocator take their memory for good.
 */
export async function printGrowth(behavior, sessions, prepare = () => {}) {
  await measure(behavior, sessions, prepare);
  collect();
  process.stdout.write(JSON.stringify(await measure(behavior, sessions, prepare)));
}

async function measure(behavior, sessions, prepare) {
  const options = { behavior, scheduler: referenceScheduler(), maxConcurrentSessions: sessions, poolSize: 1, logger: false };
  const manager = await SessionManager.start(options);
  collect();
  const before = process.memoryUsage.rss();
  prepare(manager.createSessionBatch(Uint32Array.from({ length: sessions }, (_, i) => i + 1)));
  await manager.updateAllSessions(100);
  collect();
  const grownBytes = process.memoryUsage.rss() - before;
  const usage = manager.getMemoryUsage();
  await manager.shutdown();
  return { grownBytes, ...usage };
}

function collect() {
  globalThis.gc();
  globalThis.gc();
}
