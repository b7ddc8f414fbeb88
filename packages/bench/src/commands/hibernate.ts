import { Command, Option } from 'commander';
import { STORES } from '../durable/store-place.js';
import { type Heap, heapOption, ranLean } from '../harness/lean-process.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import type { Summary } from '../harness/series.js';
import { MOST_FILLED } from '../hibernation/falling-asleep.js';
import { type HibernateOptions, type HibernateReport, measureHibernation } from '../hibernation/measure.js';
import {
  callerOption,
  dispatchOption,
  integerIn,
  jsonOption,
  schedulerOption,
  sessionsOption,
  stateBytesOption,
  stateOption,
  synchronousOption,
  workersOption,
} from './options.js';
import { alignedColumns } from './table.js';

interface Flags extends SchedulerChoice, Omit<HibernateOptions, 'choice'> {
  readonly heap: Heap;
  readonly json: boolean;
}

/** `hibernate`: what sleeping sessions take of memory, and of time. */
export function hibernateCommand(): Command {
  return new Command('hibernate')
    .description(
      'Put all sessions to sleep and wake them, rounds in a row, each with 32 KiB of rings in use, and compare what the process takes (R-24). ' +
        'Above 100 000 sessions they fall asleep by 4096 at a time, with rings untouched.',
    )
    .addOption(sessionsOption(5000))
    .addOption(stateBytesOption())
    .addOption(stateOption())
    .addOption(new Option('--groups', 'each five sessions are a group, which takes 14 bytes of each sleeper').default(false))
    .addOption(schedulerOption('inline'))
    .addOption(workersOption())
    .addOption(callerOption())
    .addOption(dispatchOption())
    .addOption(new Option('--store <name>', 'where they sleep').choices(STORES).default('memory'))
    .addOption(synchronousOption())
    .addOption(new Option('--rounds <count>', 'how often all fall asleep and wake, 1…100').argParser(integerIn(1, 100)).default(3))
    .addOption(
      new Option(
        '--warm-ups <count>',
        `how many managers come and go before, for whatever the process compiles, 0…100: with as many sessions, the rings of ${MOST_FILLED} in use; of more than 10000 the last one, the others with 4096`,
      )
        .argParser(integerIn(0, 100))
        .default(24),
    )
    .addOption(
      new Option(
        '--fleets <count>',
        'how many are measured then, each in a manager of its own, 1…100: told of is the one with the median of bytes a sleeper; --json has what each took',
      )
        .argParser(integerIn(1, 100))
        .default(1),
    )
    .addOption(new Option('--end-asleep', 'wake nobody in the last round: sooner done').default(false))
    .addOption(heapOption())
    .addOption(jsonOption())
    .exitOverride()
    .action(
      async ({
        json,
        heap,
        sessions,
        stateBytes,
        state,
        groups,
        store,
        synchronous,
        rounds,
        warmUps,
        fleets,
        endAsleep,
        ...choice
      }: Flags) => {
        if (await ranLean(heap)) return;
        const measured = { sessions, stateBytes, state, groups, store, rounds, warmUps, fleets, endAsleep };
        const report = await measureHibernation({ choice, synchronous, ...measured }, (what) =>
          process.stderr.write(`hibernate: ${what}\n`),
        );
        const config = { ...choice, ...measured, ...(store === 'sqlite' && { synchronous }), heap, node: process.version };
        const title = `${sessions} sessions, a ${state} state of ${stateBytes} bytes, ${groups ? 'groups of five' : 'no groups'}, store ${store}`;
        process.stdout.write(`${json ? JSON.stringify({ ...report, config }) : `${title}\n\n${tableOf(report)}`}\n`);
      },
    );
}

function tableOf(report: HibernateReport): string {
  const { accountedBytes, disk } = report;
  const mb = (bytes: number | null): string => (bytes === null ? '–' : (bytes / 1e6).toFixed(2));
  const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(3)} %`);
  const us = (summary: Summary | null): string[] => (summary === null ? ['–', '–'] : [summary.median.toFixed(2), summary.p99.toFixed(2)]);
  return [
    alignedColumns([
      ['MB', 'resident', 'accounted'],
      ['none', mb(report.rssEmptyBytes), mb(accountedBytes.empty)],
      ['all awake, rings touched', mb(report.rssActiveBytes), mb(accountedBytes.active)],
      ['all asleep', mb(report.rssHibernatedBytes), mb(accountedBytes.hibernated)],
      ['all awake again', mb(report.rssWokenBytes), mb(accountedBytes.woken)],
      ['given back', percent(report.reduction), percent(accountedBytes.reduction)],
      ['bytes a sleeper', report.rssBytesPerSleeper.toFixed(1), report.accountedBytesPerSleeper.toFixed(1)],
    ]),
    '',
    ...(disk === null ? [] : [`files: ${mb(disk.fileBytes)} MB, written ${mb(disk.writtenBytes)} MB, read ${mb(disk.readBytes)} MB`]),
    `record: ${report.recordBytes.toFixed(1)} bytes; awake again, against awake: ${report.creep.map(percent).join(', ') || '–'}`,
    '',
    alignedColumns([
      ['µs a session', 'median', 'p99'],
      ['falling asleep, and stored', ...us(report.hibernateUs)],
      ['waking', ...us(report.wakeUs)],
    ]),
  ].join('\n');
}
