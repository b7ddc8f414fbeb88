/**
 * Run as a process of its own: how much the resident set grows with `sessions` sessions that each keep values of `valueBytes` bytes in a
 * data field of 64 KiB, and how much the manager says that it holds.
 */
import { data, defineBehavior, SessionManager } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';

const sessions = Number(process.argv[2]);
const valueBytes = Number(process.argv[3]);
const codec = { encode: (value) => value, decode: (bytes) => bytes };
const value = new Uint8Array(valueBytes).fill(1);

const behavior = defineBehavior(import.meta.url, {
  state: { bag: data({ maxBytes: 65_536, codec }) },
  update(session) {
    if (valueBytes > 0) session.state.bag.set(value);
  },
});

async function measure() {
  const options = { behavior, scheduler: referenceScheduler(), maxConcurrentSessions: sessions, poolSize: 1, logger: false };
  const manager = await SessionManager.start(options);
  collect();
  const before = process.memoryUsage.rss();
  manager.createSessionBatch(Uint32Array.from({ length: sessions }, (_, i) => i + 1));
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

await measure();
collect();
process.stdout.write(JSON.stringify(await measure()));
