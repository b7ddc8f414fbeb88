import { cpuUsSince } from '../harness/cpu-time.js';
import { noTimes } from '../harness/fleet.js';
import { openFleet } from '../harness/run.js';
import type { LoadTarget } from './target.js';

const SESSIONS = 100;
const TICKS = 1000;
const MOST_MS = 50;

export const coldStart: LoadTarget = {
  id: 'R-11',
  name: 'cold-start',
  text: 'for (int cycle = 0; cycle < 1000; ++cycle) { mgr->UpdateAllSessions(100); } … EXPECT_LT(cpuPercentPerBot, 0.0005);',
  source: 'TEST(BotSessionMgrPerformanceTest, CpuUsagePerBot)',
  reading:
    'The test as it stands: 100 sessions, here of W1, and the first 1000 ticks of a process in less than 50 ms by the clock on the wall, which it takes for CPU time. ' +
    'Reported: most of it is code being compiled, which a C++ program does before it starts, and by that clock others on the machine count too.',
  kind: 'clock',
  processes: 3,
  seconds: 3,
  async measure(arm, { mostSessions }) {
    if (mostSessions < SESSIONS) return [];
    const workload = { workload: 'W1', arith: 'f64', form: 'session', sessions: SESSIONS, diffMs: 100, batch: 64 } as const;
    const fleet = await openFleet({ ...arm, ...workload, copy: 'cold' });
    try {
      const times = noTimes();
      const before = process.cpuUsage();
      const beganMs = performance.now();
      for (let tick = 0; tick < TICKS; tick++) await fleet.tick(times);
      const tookMs = performance.now() - beganMs;
      const cpuUs = cpuUsSince(before);
      return [
        {
          what: `the first ${TICKS} ticks of a process`,
          sessions: SESSIONS,
          bound: '<',
          limit: MOST_MS,
          value: tookMs,
          unit: 'ms',
          binding: false,
          also: [{ name: 'CPU, compiling included', value: cpuUs / 1000, unit: 'ms' }],
        },
      ];
    } finally {
      await fleet.close();
    }
  },
};
