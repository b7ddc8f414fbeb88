import { medianOfAll } from '../harness/series.js';
import type { HibernateReport } from '../hibernation/measure.js';
import { type Footprints, RESIDENT_SET, type Sleeper } from './footprints.js';
import { type Arm, type LoadTarget, type Measured, sizesUpTo } from './target.js';

/** Of what they take awake. */
const MOST_PERCENT = 1;
/** Of a session whose rings are in use, a tenth less than these: with less there is nothing that the share could be of. */
const LEAST_AWAKE_BYTES = 0.9 * 32_768;
const FEW = 5000;
const MANY = 50_000;
/** 1 % of few is not much more than what a process has for itself comes and goes by: the median of so many. */
const PROCESSES_OF_FEW = 3;

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
    'of 32 KiB in use. Of a state as large as W2’s, 32 bytes, and of 50 000 with one of 280 bytes, where the store deflates. For larger states there are stores on disk. ' +
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
  const reports: HibernateReport[] = [];
  const processes = sessions === FEW ? PROCESSES_OF_FEW : 1;
  for (let run = 0; run < processes; run++) reports.push(await footprints.asleep(arm, sessions, sleeper, run));
  const awake = ({ rssActiveBytes, rssEmptyBytes }: HibernateReport): number => (rssActiveBytes ?? Number.NaN) - rssEmptyBytes;
  const asleep = ({ rssHibernatedBytes, rssEmptyBytes }: HibernateReport): number => rssHibernatedBytes - rssEmptyBytes;
  return {
    what: WHAT[sleeper],
    sessions,
    bound: '≤',
    limit: MOST_PERCENT,
    // Of the median, not of each: what comes and goes does so either way.
    value: Math.abs(medianOfAll(reports.map((report) => shareOf(asleep(report), awake(report), sessions) * 100))),
    unit: '%',
    binding: true,
    also: [
      { name: 'awake, each', value: medianOfAll(reports.map(awake)) / sessions, unit: 'B' },
      { name: 'asleep, each', value: medianOfAll(reports.map(asleep)) / sessions, unit: 'B' },
    ],
  };
}

/** Of what they take awake; no number if that is not what so many take with their rings in use. */
function shareOf(asleepBytes: number, awakeBytes: number, sessions: number): number {
  return awakeBytes < sessions * LEAST_AWAKE_BYTES ? Number.NaN : asleepBytes / awakeBytes;
}
