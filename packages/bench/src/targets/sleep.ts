import { medianOf } from '../harness/series.js';
import type { HibernateReport } from '../hibernation/measure.js';
import { FEW, type Footprints, type Sleeper } from './footprints.js';
import { type Arm, type LoadTarget, type Measured, sizesUpTo } from './target.js';

/** Of what they take awake. */
const MOST_PERCENT = 1;
const MANY = 50_000;
/** Of few, the median over so many processes and the rounds of each. */
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
    'of 32 KiB in use. Of a state as large as W2’s, 32 bytes, and of 50 000 with one of 280 bytes, where the store deflates. For larger states there are stores on disk.',
  kind: 'memory',
  processes: 1,
  seconds: 20,
  async measure(arm, { mostSessions, footprints }) {
    const rows: Measured[] = [];
    for (const sessions of sizesUpTo(mostSessions, [FEW, MANY])) rows.push(await asleep(footprints, arm, sessions, 'small'));
    if (mostSessions >= MANY) rows.push(await asleep(footprints, arm, MANY, 'deflated'));
    return rows;
  },
};

async function asleep(footprints: Footprints, arm: Arm, sessions: number, sleeper: Sleeper): Promise<Measured> {
  const reports: HibernateReport[] = [];
  const processes = sessions === FEW ? PROCESSES_OF_FEW : 1;
  for (let run = 0; run < processes; run++) reports.push(await footprints.asleep(arm, sessions, sleeper, run));
  const rounds = reports.flatMap(({ rssEmptyBytes, rssActiveBytes, rounds: each }) => {
    const awakeBytes = (rssActiveBytes ?? Number.NaN) - rssEmptyBytes;
    return each.map(({ hibernated }) => ({ awakeBytes, asleepBytes: hibernated.rssBytes - rssEmptyBytes }));
  });
  return {
    what: WHAT[sleeper],
    sessions,
    bound: '≤',
    limit: MOST_PERCENT,
    value: medianOf(rounds.map(({ awakeBytes, asleepBytes }) => (asleepBytes / awakeBytes) * 100)),
    unit: '%',
    binding: true,
    also: [
      { name: 'awake, each', value: medianOf(rounds.map(({ awakeBytes }) => awakeBytes)) / sessions, unit: 'B' },
      { name: 'asleep, each', value: medianOf(rounds.map(({ asleepBytes }) => asleepBytes)) / sessions, unit: 'B' },
    ],
  };
}
