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
const updateTimeoutMs = Number(process.argv[2]);
const workerThreads = Number(process.argv[3]);
const spinning = process.argv[4].split(',').map(Number);

const launcher = rawLauncher();
const manager = await SessionManager.start({
  behavior: fated,
  scheduler: residentScheduler(launcher),
  workerThreads,
  updateTimeoutMs,
  logger: false,
});
const handles = manager.createSessionBatch(
  Uint32Array.from({ length: SESSIONS }, (_, i) => i + 1),
  (accountId) => ({
    init: { fate: spinning.includes(accountId) ? 'spin' : 'none', at: 3 },
  }),
);

const faults = [];
const tickMs = [];
let waited = true;
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
for (let tick = 1; tick <= TICKS; tick++) {
  const beganMs = performance.now();
  const ticking = manager.updateAllSessions(100);
  if (updateTimeoutMs === 0 && tick === 3) {
    // Nobody ends them: the host does, when it has seen that the tick does not.
    const late = new Promise((resolve) => setTimeout(resolve, 500, 'late'));
    waited = (await Promise.race([ticking, late])) === 'late';
    for (const thread of [...launcher.threads]) thread.terminate();
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
process.stdout.write(JSON.stringify({ faults, updates, tickMs, waited, threadsLeft: launcher.threads.length, eventLoopDelayMs }));
