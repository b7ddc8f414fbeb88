import type { FleetOptions } from '../harness/fleet.js';
import { openFloorFleet } from '../harness/floor-fleet.js';
import { type ManagedFleet, openManagerFleet } from '../harness/manager-fleet.js';
import { medianUpdateUs } from '../harness/median-update.js';
import { medianOf } from '../harness/series.js';
import { type Arm, type LoadTarget, type Measured, sizesUpTo } from './target.js';
import { fastestUs, type SizedFleet, type TickTimesBySize, tickTimesUs } from './tick-times.js';

/** Fleets whose updates are compared: the largest that the specification names, and ten times as many. */
const NAMED = 5000;
const BEYOND = 50_000;
/** An update costs at most so many times as much beyond. A cache that no longer holds all sessions may show; a table that degrades must not. */
const MOST_CLIFF = 1.5;
const ROUNDS = 15;
const WARM_UP_ROUNDS = 6;
const UPDATES_A_ROUND = 250_000;
const MOST_TICKS_A_ROUND = 100;

export const sessionCounts: LoadTarget = {
  id: 'R-03',
  name: 'session-counts',
  text: 'MUST support 100-5000 concurrent sessions',
  source: 'class comment of BotSessionMgr, 1. CONCURRENCY REQUIREMENTS',
  reading:
    'W1 at 100 to 5000 sessions, and at 50 000: every session has exactly one update a tick, and comes to the same state as in a bare loop. ' +
    `No cliff beyond: by the fastest tick of each, an update among 50 000 costs at most ${MOST_CLIFF} times one among 5000.`,
  kind: 'clock',
  processes: 1,
  seconds: 3,
  async measure(arm, { mostSessions }) {
    const fleets: (SizedFleet & { fleet: ManagedFleet })[] = [];
    try {
      for (const sessions of sizesUpTo(mostSessions)) {
        const ticksARound = Math.min(MOST_TICKS_A_ROUND, Math.ceil(UPDATES_A_ROUND / sessions));
        fleets.push({ sessions, fleet: await openManagerFleet(fleetOptions(arm, sessions)), ticksARound });
      }
      const times = await tickTimesUs(fleets, ROUNDS, WARM_UP_ROUNDS);
      const rows: Measured[] = [];
      for (const { sessions, fleet, ticksARound } of fleets) {
        const wrong = await wrongSessions(fleet, fleetOptions(arm, sessions), (ROUNDS + WARM_UP_ROUNDS) * ticksARound);
        rows.push(supportRow(sessions, wrong, medianOf(times.get(sessions) ?? [])));
      }
      return mostSessions < BEYOND ? rows : [...rows, cliffRow(times)];
    } finally {
      for (const { fleet } of fleets) await fleet.close();
    }
  },
};

function supportRow(sessions: number, wrong: number, tickUs: number): Measured {
  return {
    what: 'sessions with other updates than they should have',
    sessions,
    bound: '≤',
    limit: 0,
    value: wrong,
    unit: '',
    binding: true,
    also: [{ name: 'tick, median', value: tickUs, unit: 'µs' }],
  };
}

function cliffRow(times: TickTimesBySize): Measured {
  const updateNs = (sessions: number): number => (fastestUs(times, sessions) * 1000) / sessions;
  return {
    what: `an update among ${BEYOND} against one among ${NAMED}`,
    sessions: BEYOND,
    bound: '≤',
    limit: MOST_CLIFF,
    value: updateNs(BEYOND) / updateNs(NAMED),
    unit: '×',
    binding: true,
    also: [NAMED, BEYOND].map((sessions) => ({ name: `among ${sessions}`, value: updateNs(sessions), unit: 'ns' })),
  };
}

/** Sessions that had more or fewer updates than there were ticks; all of them, if their state is not that of a bare loop after as many. */
async function wrongSessions({ manager, accountIds, totals }: ManagedFleet, options: FleetOptions, ticks: number): Promise<number> {
  const floor = await openFloorFleet(options);
  await medianUpdateUs(floor, ticks);
  if (floor.totals().checksum !== totals().checksum) return options.sessions;
  return accountIds.reduce((count, accountId) => count + (manager.getSession(accountId)?.updateCount === ticks ? 0 : 1), 0);
}

function fleetOptions(arm: Arm, sessions: number): FleetOptions {
  return { ...arm, workload: 'W1', arith: 'f64', form: 'session', sessions, diffMs: 100, batch: 64, copy: 'targets' };
}
