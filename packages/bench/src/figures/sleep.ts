import { apart } from '../harness/apart.js';
import type { HibernateReport } from '../hibernation/measure.js';
import type { MemoryReport } from '../hibernation/scaling.js';
import { type Figure, figure } from './figure.js';

const MILLION = 1_000_000;
const FLEET = 50_000;
const WORKERS = 2;
/** of the state of W2, and of one of 280 bytes. */
const LEAST_OF_SMALL = 99.3;
const LEAST_OF_LARGE = 99;
const MOST_CREEP = 2;
const MOST_US = 4;
const LEAST_R2 = 0.999;
const MOST_UNACCOUNTED = 10;

/** What sleepers take and give back, and how long it takes. */
export async function sleepFigures(schedulers: readonly string[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [what, most, args] of [
    ['a million asleep', 350, []],
    ['a million asleep, of noise', 350, ['--state', 'random']],
    ['a million asleep, deflated', 160, ['--store', 'memory-deflate']],
  ] as const) {
    const report = await hibernate(MILLION, '--rounds', '1', ...args);
    const { rssBytesPerSleeper: bytes, accountedBytesPerSleeper: accounted } = report;
    figures.push(
      figure(`${what}: resident bytes each`, bytes, 'B', most),
      figure(`${what}: accounted for, off that`, off(accounted, bytes), '%', MOST_UNACCOUNTED),
    );
  }
  for (const scheduler of ['inline', ...schedulers]) figures.push(...(await givenBack(scheduler)));
  const { hibernateUs, wakeUs } = await hibernate(FLEET, '--heap', 'default');
  figures.push(
    figure('falling asleep and stored, inline, median', hibernateUs.median, 'µs', MOST_US),
    figure('the same, mean', hibernateUs.mean, 'µs'),
    figure('waking, inline, median', wakeUs?.median ?? Number.NaN, 'µs', MOST_US),
    figure('the same, p99', wakeUs?.p99 ?? Number.NaN, 'µs'),
  );
  const { points, r2, slope } = await apart<MemoryReport>('memory');
  const { accountedBytes, rssBytes } = points[points.length - 1];
  figures.push(
    figure('bytes awake by sessions, 50…5000: R²', r2, 'of 1', LEAST_R2, 'least'),
    figure('the same: bytes a session', slope, 'B'),
    figure('5000 awake: accounted for, off the resident set', off(accountedBytes, rssBytes), '%', MOST_UNACCOUNTED),
  );
  return figures;
}

/** What 50 000 give back that have had all of their rings in use, in the third of three rounds. */
async function givenBack(scheduler: string): Promise<Figure[]> {
  const workers = scheduler === 'inline' ? [] : ['--workers', String(WORKERS)];
  const run = (...args: readonly string[]): Promise<HibernateReport> => hibernate(FLEET, '--scheduler', scheduler, ...workers, ...args);
  const small = await run('--state-bytes', '32');
  const large = await run();
  const deflated = await run('--store', 'memory-deflate');
  const name = `${FLEET} asleep, ${scheduler}`;
  const share = ({ reduction }: HibernateReport): number => (reduction ?? Number.NaN) * 100;
  const creep = Math.max(...[small, large, deflated].flatMap((report) => report.creep)) * 100;
  return [
    figure(`${name}, 32 bytes: given back`, share(small), '%', LEAST_OF_SMALL, 'least'),
    figure(`${name}, 32 bytes: resident bytes each`, small.rssBytesPerSleeper, 'B'),
    figure(`${name}, 280 bytes: given back`, share(large), '%'),
    figure(`${name}, 280 bytes: resident bytes each`, large.rssBytesPerSleeper, 'B'),
    figure(`${name}, 280 bytes deflated: given back`, share(deflated), '%', LEAST_OF_LARGE, 'least'),
    figure(`${name}, 280 bytes deflated: resident bytes each`, deflated.rssBytesPerSleeper, 'B'),
    figure(`${name}: awake again, above what they were, the most of nine times`, creep, '%', MOST_CREEP),
  ];
}

function hibernate(sessions: number, ...args: readonly string[]): Promise<HibernateReport> {
  return apart<HibernateReport>('hibernate', '--sessions', String(sessions), ...args);
}

/** By how much one is off the other, percent. */
function off(bytes: number, from: number): number {
  return Math.abs(bytes / from - 1) * 100;
}
