import { Command, Option } from 'commander';
import { type RunOptions, runWorkload, type WorkloadReport } from '../harness/run.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import type { Summary } from '../harness/series.js';
import { type Arith, type Form, reasonAgainst, type Workload } from '../workloads.js';
import {
  arithOption,
  callerOption,
  dispatchOption,
  formOption,
  integerIn,
  jsonOption,
  schedulerOption,
  sessionsOption,
  ticksOption,
  workersOption,
  workloadOption,
} from './options.js';
import { progressOf } from './progress.js';
import { alignedColumns } from './table.js';

interface Flags extends SchedulerChoice {
  readonly workload: Workload;
  readonly sessions: number;
  readonly ticks: number;
  readonly diff: number;
  readonly arith: Arith;
  readonly form: Form;
  readonly batch?: number;
  readonly json: boolean;
}

/** `run`: one workload on one scheduler. */
export function runCommand(): Command {
  return new Command('run')
    .description('Run one workload from its start and report times, counts and checksum.')
    .addOption(workloadOption())
    .addOption(sessionsOption(1000))
    .addOption(ticksOption(1000))
    .addOption(new Option('--diff <ms>', 'simulated ms a tick, 1…3600000').argParser(integerIn(1, 3_600_000)).default(100))
    .addOption(schedulerOption('inline', 'floor (a bare loop), '))
    .addOption(workersOption())
    .addOption(callerOption())
    .addOption(dispatchOption())
    .addOption(arithOption())
    .addOption(formOption())
    .addOption(
      new Option('--batch <count>', 'sessions a batch, 1…256, however long it takes; default: 64, fewer where they take long').argParser(
        integerIn(1, 256),
      ),
    )
    .addOption(jsonOption())
    .exitOverride()
    .action(async ({ json, diff, batch, ...flags }: Flags, command: Command) => {
      const reason = reasonAgainst(flags.workload, flags.arith, flags.form);
      if (reason !== undefined) command.error(`error: --${reason}`);
      const options: RunOptions = {
        ...flags,
        diffMs: diff,
        batch: batch ?? 64,
        isBatchFixed: batch !== undefined,
        onProgress: progressOf(flags.workload, flags.ticks),
      };
      const report = await runWorkload(options);
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : tableOf(report));
    });
}

function tableOf(report: WorkloadReport): string {
  const { workload, arith, form, scheduler, sessions, ticks, measuredTicks, node } = report;
  const title = [workload, arith, form === null ? '' : `${form} form`, `on ${scheduler}`].filter((part) => part !== '').join(', ');
  const time = (name: string, { median, p99, mean }: Summary): string[] => [name, median.toFixed(1), p99.toFixed(1), mean.toFixed(1)];
  return [
    `${title}: ${sessions} sessions, ${ticks} ticks (${measuredTicks} timed), Node ${node}`,
    '',
    alignedColumns([
      ['µs', 'median', 'p99', 'mean'],
      time('ingest', report.ingestUs),
      time('update', report.updateUs),
      time('egress', report.egressUs),
      time('tick', report.tickUs),
    ]),
    '',
    alignedColumns([
      ['ns per session update', report.nsPerSessionUpdate.toFixed(1)],
      ['CPU µs per tick', report.cpuUsPerTick.toFixed(1)],
      ['updates', String(report.updates)],
      ['packets in / out / dropped', `${report.packetsIn} / ${report.packetsOut} / ${report.dropped}`],
      ['egress sum', report.egressSum],
      ['checksum', report.checksum],
    ]),
    ...participantsOf(report),
    '',
  ].join('\n');
}

function participantsOf({ stats, caller }: WorkloadReport): string[] {
  if (stats === null || stats.participants.length < 2) return [];
  const rows = stats.participants.map(({ batches, steals, failedSteals, updateUs, idleUs }, index) => {
    const name = caller === 'joins' && index === 0 ? 'caller' : `worker ${index + (caller === 'joins' ? 0 : 1)}`;
    return [name, ...[batches, steals, failedSteals].map(String), (updateUs / 1000).toFixed(1), (idleUs / 1000).toFixed(1)];
  });
  return ['', alignedColumns([['participant', 'batches', 'steals', 'failed steals', 'update ms', 'idle ms'], ...rows])];
}
