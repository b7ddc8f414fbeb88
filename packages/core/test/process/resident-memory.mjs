/**
 * Run as a process of its own: how much the resident set grows with `sessions` sessions whose rings are in full use, and how much
 * the manager says that it holds. The first manager is the warm-up: code, heap and allocator take their memory for good.
 */
import { defineBehavior, f32, SessionManager, u32 } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';

const sessions = Number(process.argv[2]);
const PAYLOAD = new Uint8Array(4000);
/** Four of these fill most of a ring of 16 KiB. */
const PACKETS = 4;

const behavior = defineBehavior(import.meta.url, {
  state: { heard: u32(), path: f32({ length: 64 }) },
  update(session) {
    while (session.receive() !== null) session.state.heard += 1;
    for (let i = 0; i < PACKETS; i++) session.send(1, PAYLOAD);
  },
});

async function measure() {
  const options = { behavior, scheduler: referenceScheduler(), maxConcurrentSessions: sessions, poolSize: 1, logger: false };
  const manager = await SessionManager.start(options);
  collect();
  const before = process.memoryUsage.rss();
  const accountIds = Uint32Array.from({ length: sessions }, (_, i) => i + 1);
  for (const handle of manager.createSessionBatch(accountIds)) for (let i = 0; i < PACKETS; i++) handle.push(1, PAYLOAD);
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
