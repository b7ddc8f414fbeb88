/**
 * Run as a process of its own: the resident set of a manager with 1000 sessions whose rings are in full use, after as little as that takes (`fresh`), or
 * after 4000 more that were put to sleep or released at random, and a defragmentation. Prints it as JSON.
 *
 *     MALLOC_ARENA_MAX=1 node defragmentation.mjs inline|raw fresh|hibernate|release
 */
import { getHeapStatistics } from 'node:v8';
import { defineBehavior, residentScheduler, SessionManager, u32 } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';
import { rawLauncher } from '../dispatch/threads/raw-launcher.mjs';

/** Without pages of V8's heap that nothing lies in: its new space grows with what was ever thrown away at once, and stays so. */
function residentBytes() {
  const { total_physical_size: heapBytes, used_heap_size: usedBytes } = getHeapStatistics();
  return process.memoryUsage.rss() - (heapBytes - usedBytes);
}

const [, , schedulerName, way] = process.argv;
const SESSIONS = 5000;
const LEFT = 1000;
const PAYLOAD = new Uint8Array(4000);
/** Three fill most of a ring of 16 KiB. */
const PACKETS = 3;

export const full = defineBehavior(import.meta.url, {
  name: 'full',
  state: { heard: u32() },
  update(session) {
    for (let packet = session.receive(); packet !== null; packet = session.receive()) {
      session.state.heard += packet.length;
      session.send(1, PAYLOAD);
    }
  },
});

if (way !== undefined) await measure();

async function measure() {
  let state = 12_345;
  const below = (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  };
  const shuffled = Uint32Array.from({ length: SESSIONS }, (_, i) => i + 1);
  for (let i = SESSIONS - 1; i > 0; i--) {
    const other = below(i + 1);
    [shuffled[i], shuffled[other]] = [shuffled[other], shuffled[i]];
  }
  const staying = shuffled.subarray(0, LEFT).sort();
  const going = shuffled.subarray(LEFT);
  const scheduler = schedulerName === 'inline' ? referenceScheduler() : residentScheduler(rawLauncher());
  const manager = await SessionManager.start({
    behavior: full,
    scheduler,
    workerThreads: 2,
    logger: false,
    enableAutoDefragmentation: false,
  });
  const tick = async () => {
    await manager.updateAllSessions(100);
    manager.drainOutbound(() => {});
  };
  const present = way === 'fresh' ? staying : Uint32Array.from({ length: SESSIONS }, (_, i) => i + 1);
  const handles = manager.createSessionBatch(present);
  for (const handle of handles) for (let i = 0; i < PACKETS; i++) handle.push(1, PAYLOAD);
  for (let ticks = 0; ticks < 3; ticks++) await tick();
  const fullBytes = residentBytes();
  if (way === 'release') manager.releaseSessionBatch(going);
  if (way === 'hibernate')
    for (const accountId of going) if (!manager.hibernateSession(accountId)) throw new Error(`${accountId} does not sleep`);
  const heldBytes = way === 'hibernate' ? manager.getMemoryUsage().totalBytes : 0;
  const report = way === 'fresh' ? undefined : await manager.defragmentMemory();
  await manager.collectGarbage();
  const rssBytes = residentBytes();
  const { totalBytes, reservedBytes, droppedBytes, sleeperBytes, storeBytes } = manager.getMemoryUsage();
  // All that is left still works, on every thread.
  for (const handle of handles) if (handle.status === 'active') handle.push(1, PAYLOAD);
  await tick();
  const heard = handles.filter(({ isLive, status }) => isLive && status === 'active').map(({ state }) => state.heard);
  const isRight = heard.length === LEFT && heard.every((bytes) => bytes === (PACKETS + 1) * PAYLOAD.length);
  const sleeping = manager.getHibernatedSessionCount();
  await manager.shutdown();
  const used = { totalBytes, reservedBytes, droppedBytes, sleeperBytes, storeBytes };
  process.stdout.write(JSON.stringify({ rssBytes, fullBytes, heldBytes, ...used, isRight, sleeping, report }));
}
