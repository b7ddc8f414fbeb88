import { Command, Option } from 'commander';
import { makeScheduler, type SchedulerChoice } from '../harness/scheduler-choice.js';
import { measureSpin } from '../spin/measure.js';
import { dispatchOption, integerIn, jsonOption, schedulerOption, workersOption } from './options.js';
import { alignedColumns } from './table.js';

interface Flags extends SchedulerChoice {
  readonly updateTimeout: number;
  readonly json: boolean;
}

/** `spin`: a session that never returns. */
export function spinCommand(): Command {
  return new Command('spin')
    .description(
      'Let one of 1000 sessions never return from an update, the caller idle, and tell what that does to the others and the host.',
    )
    .addOption(schedulerOption('tinypool'))
    .addOption(workersOption().default(2))
    .addOption(dispatchOption())
    .addOption(new Option('--update-timeout <ms>', 'when its thread is ended, 100…60000').argParser(integerIn(100, 60_000)).default(1000))
    .addOption(jsonOption())
    .exitOverride()
    .action(async ({ json, updateTimeout, ...choice }: Flags, command: Command) => {
      // It would never end.
      if (!(await makeScheduler(choice)).supports.workers) command.error(`error: --scheduler must have workers: got ${choice.scheduler}`);
      const report = await measureSpin({ choice, updateTimeoutMs: updateTimeout });
      const rows = Object.entries(report).map(([name, value]) => [name, String(value)]);
      process.stdout.write(`${json ? JSON.stringify({ ...report, config: { ...choice, updateTimeout } }) : alignedColumns(rows)}\n`);
    });
}
