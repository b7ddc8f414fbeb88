import { Command, Option } from 'commander';
import { type Heap, heapOption, ranLean } from '../harness/lean-process.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import { type DefragmentOptions, type DefragmentReport, measureDefragmenting, TICKS_COMPARED } from '../hibernation/defragmenting.js';
import {
  callerOption,
  dispatchOption,
  integerIn,
  jsonOption,
  MOST_SESSIONS,
  schedulerOption,
  sessionsOption,
  workersOption,
} from './options.js';
import { alignedColumns } from './table.js';

interface Flags extends SchedulerChoice, Omit<DefragmentOptions, 'choice'> {
  readonly heap: Heap;
  readonly json: boolean;
}

/** `defragment`: what it takes of ticks, and gives back. */
export function defragmentCommand(): Command {
  return new Command('defragment')
    .description(
      'Put all but --awake sessions to sleep at random, each with 32 KiB of rings in use, and defragment while ticks go on, rounds in a row: the longest slice of each, and the longest on a tick (R-25), ' +
        'and what is left of memory beside a manager that never had more sessions than stayed awake.',
    )
    .addOption(sessionsOption(5000))
    .addOption(
      new Option('--awake <count>', `how many stay awake, 1…${MOST_SESSIONS}, fewer than all`)
        .argParser(integerIn(1, MOST_SESSIONS))
        .default(1000),
    )
    .addOption(new Option('--slice-ms <ms>', 'maintenanceSliceMs, 1…1000').argParser(integerIn(1, 1000)).default(2))
    .addOption(
      new Option('--pace-ms <ms>', 'from one tick to the next, 0…1000; 0: one right behind the other')
        .argParser(integerIn(0, 1000))
        .default(50),
    )
    .addOption(
      new Option('--ticks-before <count>', 'ticks before all rounds, one behind the other; 1200 are a minute at 20 Hz, 0…1000000')
        .argParser(integerIn(0, 1_000_000))
        .default(1200),
    )
    .addOption(new Option('--rounds <count>', 'how often, 1…1000').argParser(integerIn(1, 1000)).default(20))
    .addOption(
      new Option('--cold-rounds <count>', 'rounds of another fleet before these, while V8 compiles the code, told apart, 0…1000')
        .argParser(integerIn(0, 1000))
        .default(4),
    )
    .addOption(schedulerOption('inline'))
    .addOption(workersOption())
    .addOption(callerOption())
    .addOption(dispatchOption())
    .addOption(heapOption())
    .addOption(jsonOption())
    .exitOverride()
    .action(
      async ({ json, sessions, awake, sliceMs, paceMs, ticksBefore, rounds, coldRounds, heap, ...choice }: Flags, command: Command) => {
        if (awake >= sessions) command.error(`error: --awake must be 1…${sessions - 1}, fewer than --sessions: got ${awake}`);
        if (await ranLean(heap)) return;
        const options = { choice, sessions, awake, sliceMs, paceMs, ticksBefore, rounds, coldRounds };
        const report = await measureDefragmenting(options, (what) => process.stderr.write(`defragment: ${what}\n`));
        const config = { ...choice, sessions, awake, sliceMs, paceMs, ticksBefore, rounds, coldRounds, heap, node: process.version };
        const title = `${sessions} sessions, all but ${awake} put to sleep, slices of ${sliceMs} ms, ${paceMs === 0 ? 'ticks without a pause' : `a tick every ${paceMs} ms`}`;
        process.stdout.write(`${json ? JSON.stringify({ ...report, config }) : `${title}\n\n${tableOf(report)}`}\n`);
      },
    );
}

function tableOf(report: DefragmentReport): string {
  const { longestSliceUs, longestOnTickUs, latestTickUs, latestTickBeforeUs, roundsWithin, rounds, freshBytes, defragmentedBytes } = report;
  const ms = (us: number): string => (us / 1000).toFixed(2);
  const row = (what: string, { median, p99, max }: DefragmentReport['latestTickUs'], cold: readonly number[]): string[] => [
    what,
    ms(median),
    ms(p99),
    ms(max),
    cold.map(ms).join(' '),
  ];
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
  const { movedSessions, droppedBlocks, slices } = rounds[rounds.length - 1];
  return [
    alignedColumns([
      ['of a round, ms', 'median', 'p99', 'most', 'cold rounds'],
      row('longest slice', longestSliceUs, report.coldSliceUs),
      row('longest slice on a tick', longestOnTickUs, report.coldOnTickUs),
      row('latest tick', latestTickUs, report.coldLatestTickUs),
      row(`latest of ${TICKS_COMPARED} ticks before`, latestTickBeforeUs, []),
    ]),
    '',
    `within the slice: ${roundsWithin} of ${rounds.length} rounds`,
    `last round: ${movedSessions} sessions moved, ${droppedBlocks} blocks dropped, ${slices} slices`,
    `MB of those awake, sleepers included: ${mb(defragmentedBytes)}; in a manager that never had more: ${mb(freshBytes)}`,
  ].join('\n');
}
