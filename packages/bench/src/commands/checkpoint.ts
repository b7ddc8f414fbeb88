import { Command, Option } from 'commander';
import { type CheckpointOptions, type CheckpointReport, measureCheckpoints } from '../durable/checkpoint.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import type { Summary } from '../harness/series.js';
import {
  callerOption,
  dispatchOption,
  folderOption,
  integerIn,
  jsonOption,
  roundsOption,
  schedulerOption,
  sessionsOption,
  synchronousOption,
  workersOption,
} from './options.js';
import { alignedColumns } from './table.js';

interface Flags extends SchedulerChoice, Omit<CheckpointOptions, 'choice'> {
  readonly json: boolean;
}

/** `checkpoint`: what it costs ticks that active sessions are kept. */
export function checkpointCommand(): Command {
  return new Command('checkpoint')
    .description(
      'Run sessions of W2 at a tick rate, with checkpoints into a file of the sqlite store and without a store, in turn: ticks, bytes to the disk.',
    )
    .addOption(sessionsOption(5000))
    .addOption(
      new Option('--every-ms <ms>', 'from one checkpoint to the next, 100…3600000').argParser(integerIn(100, 3_600_000)).default(5000),
    )
    .addOption(new Option('--tick-rate <n>', 'ticks a second, 1…1000').argParser(integerIn(1, 1000)).default(10))
    .addOption(roundsOption(6))
    .addOption(
      new Option('--round-ms <ms>', 'how long a round is with, and without; 100…3600000')
        .argParser(integerIn(100, 3_600_000))
        .default(10_000),
    )
    .addOption(schedulerOption('inline'))
    .addOption(workersOption())
    .addOption(callerOption())
    .addOption(dispatchOption())
    .addOption(synchronousOption())
    .addOption(folderOption())
    .addOption(jsonOption())
    .exitOverride()
    .action(async ({ json, sessions, everyMs, tickRate, rounds, roundMs, synchronous, folder, ...choice }: Flags) => {
      const options = { sessions, everyMs, tickRate, rounds, roundMs, synchronous };
      const report = await measureCheckpoints({ choice, folder, ...options }, (what) => process.stderr.write(`checkpoint: ${what}\n`));
      const title = `${sessions} sessions of W2 on ${choice.scheduler}, ${tickRate} ticks a second, a checkpoint each ${everyMs} ms`;
      const config = { ...choice, ...options, node: process.version };
      process.stdout.write(`${json ? JSON.stringify({ ...report, config }) : `${title}\n\n${tableOf(report)}`}\n`);
    });
}

function tableOf(report: CheckpointReport): string {
  const row = (name: string, { median, p99, mean }: Summary): string[] => [name, ...[median, p99, mean].map((us) => us.toFixed(1))];
  const { ratio, checkpoints, durationMs, writtenRecords, recordBytes, diskBytesPerSecond } = report;
  return [
    alignedColumns([
      ['µs', 'median', 'p99', 'mean'],
      row('a tick, with checkpoints', report.withUs),
      row('a tick, without', report.withoutUs),
      row('late by, with', report.lateWithUs),
      row('late by, without', report.lateWithoutUs),
    ]),
    '',
    `with against without: median ${ratio.median.toFixed(3)} ×, p99 ${ratio.p99.toFixed(3)} × (median of rounds ${ratio.medianOfRoundsP99.toFixed(3)} ×)`,
    `${checkpoints} checkpoints of ${durationMs.median.toFixed(1)} ms (p99 ${durationMs.p99.toFixed(1)}): ${writtenRecords} records of ` +
      `${(recordBytes / Math.max(writtenRecords, 1)).toFixed(1)} bytes; ${(diskBytesPerSecond / 1e6).toFixed(2)} MB/s to the disk`,
  ].join('\n');
}
