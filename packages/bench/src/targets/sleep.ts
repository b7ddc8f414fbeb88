import { medianOfAll } from '../harness/series.js';
import type { FleetFootprint } from '../hibernation/measure.js';
import { FLEETS_OF_FEW, type Footprints, RESIDENT_SET, type Sleeper } from './footprints.js';
import { type Arm, type LoadTarget, type Measured, sizesUpTo } from './target.js';

/** Of what they take awake. */
const MOST_PERCENT = 1;
/** Of a session whose rings are in use, a tenth less than these: with less there is nothing that the share could be of. */
const LEAST_AWAKE_BYTES = 0.9 * 32_768;
const FEW = 5000;
const MANY = 50_000;

const WHAT: Readonly<Record<Sleeper, string>> = {
  small: 'of what they take awake, a state of 32 bytes',
  deflated: 'the same, a state of 280 bytes, deflated',
};

export const sleep: LoadTarget = {
  id: 'R-24',
  name: 'sleep',
  text: 'MUST achieve 99% memory reduction for hibernated sessions',
  source: 'class comment of BotSessionMgr, 3. MEMORY MANAGEMENT REQUIREMENTS',
  reading:
    'By the resident set of a process, less what it is with no sessions: all asleep and defragmented it is at most 1 % of what it is with all awake and their rings ' +
    `of 32 KiB in use. Of a state as large as W2’s, 32 bytes, of ${FEW} in the median of ${FLEETS_OF_FEW} fleets of one process, and of 50 000 with one of 280 bytes, where the ` +
    'store deflates. For larger states there are stores on disk. ' +
    `Less than nothing counts as as much more. ${RESIDENT_SET}`,
  kind: 'memory',
  processes: 1,
  seconds: 20,
  async measure(arm, { mostSessions, footprints }) {
    const rows: Measured[] = [];
    for (const sessions of sizesUpTo(mostSessions, [FEW, MANY])) rows.push(await asleepRow(footprints, arm, sessions, 'small'));
    if (mostSessions >= MANY) rows.push(await asleepRow(footprints, arm, MANY, 'deflated'));
    return rows;
  },
};

async function asleepRow(footprints: Footprints, arm: Arm, sessions: number, sleeper: Sleeper): Promise<Measured> {
  const { fleets } = await footprints.asleep(arm, sessions, sleeper);
  const awake = ({ rssActiveBytes, rssEmptyBytes }: FleetFootprint): number => (rssActiveBytes ?? Number.NaN) - rssEmptyBytes;
  const asleep = ({ rssHibernatedBytes, rssEmptyBytes }: FleetFootprint): number => rssHibernatedBytes - rssEmptyBytes;
  return {
    what: WHAT[sleeper],
    sessions,
    bound: '≤',
    limit: MOST_PERCENT,
    // Of the median, not of each: what comes and goes does so either way.
    value: Math.abs(medianOfAll(fleets.map((fleet) => shareOf(asleep(fleet), awake(fleet), sessions) * 100))),
    unit: '%',
    binding: true,
    also: [
      { name: 'awake, each', value: medianOfAll(fleets.map(awake)) / sessions, unit: 'B' },
      { name: 'asleep, each', value: medianOfAll(fleets.map(asleep)) / sessions, unit: 'B' },
    ],
  };
}

/** Of what they take awake; no number if that is not what so many take with their rings in use. */
function shareOf(asleepBytes: number, awakeBytes: number, sessions: number): number {
  return awakeBytes < sessions * LEAST_AWAKE_BYTES ? Number.NaN : asleepBytes / awakeBytes;
}
