/**
 * Run as a process of its own: a thousand sessions, of which some never return from the update of tick 3. Prints, as JSON, who was reported in
 * which tick, how often sessions were updated, how long ticks took, and how long the host's event loop was held up, in ms.
 *
 *     node spinning.mjs <updateTimeoutMs> <workers> <account,account,…>
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { residentScheduler, SessionManager } from '@dormouse/core';
import { fated } from '../dispatch/threads/fates.mjs';
import { rawLauncher } from '../dispatch/threads/raw-launcher.mjs';

const SESSIONS = 1000;
const TICKS = 6;
/** Looks of the watchdog: with `updateTimeoutMs` 500, three times as many as it takes to end a thread. */
const LOOKS = 50;
const updateTimeoutMs = Number(process.argv[2]);
const workerThreads = Number(process.argv[3]);
const spinning = process.argv[4].split(',').map(Number);

/** What looks after threads at intervals. */
const watches = [];
const { setInterval } = globalThis;
globalThis.setInterval = (look, ...rest) => {
  watches.push(look);
  return setInterval(look, ...rest);
};
const told = new Int32Array(new SharedArrayBuffer(4), 0, 1);
const launcher = rawLauncher();
const manager = await SessionManager.start({
  behavior: fated,
  scheduler: residentScheduler(launcher),
  workerThreads,
  updateTimeoutMs,
  shared: { spinning: told },
  logger: false,
});
const handles = manager.createSessionBatch(
  Uint32Array.from({ length: SESSIONS }, (_, i) => i + 1),
  (accountId) => ({
    init: { fate: spinning.includes(accountId) ? 'spinTold' : 'none', at: 3 },
  }),
);

const faults = [];
const tickMs = [];
let discarded = 0;
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
for (let tick = 1; tick <= TICKS; tick++) {
  const beganMs = performance.now();
  const ticking = manager.updateAllSessions(100);
  if (updateTimeoutMs === 0 && tick === 3) {
    // Nobody ends them, however often they are looked at: the host does.
    await Atomics.waitAsync(told, 0, 0).value;
    for (let look = 0; look < LOOKS; look++) for (const watch of watches) watch();
    discarded = launcher.discarded;
    launcher.threads.find(({ threadId }) => threadId === told[0]).terminate();
  }
  const report = await ticking;
  tickMs.push(Math.round(performance.now() - beganMs));
  for (const { accountId, tick, error } of report.faults) faults.push({ accountId, tick, code: error.code, message: error.message });
}
delay.disable();
const updates = {};
for (const { state } of handles) updates[state.updates] = (updates[state.updates] ?? 0) + 1;
await manager.shutdown();
const eventLoopDelayMs = { mean: delay.mean / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
process.stdout.write(
  JSON.stringify({ faults, updates, tickMs, watches: watches.length, discarded, threadsLeft: launcher.threads.length, eventLoopDelayMs }),
);
