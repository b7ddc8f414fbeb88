import { Command } from 'commander';
import { type Heap, heapOption, ranLean } from '../harness/lean-process.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import { measureMemory } from '../hibernation/scaling.js';
import { callerOption, dispatchOption, jsonOption, schedulerOption, stateBytesOption, workersOption } from './options.js';
import { alignedColumns } from './table.js';

interface Flags extends SchedulerChoice {
  readonly stateBytes: number;
  readonly heap: Heap;
  readonly json: boolean;
}

/** `memory`: that it grows with sessions, and with nothing else. */
export function memoryCommand(): Command {
  return new Command('memory')
    .description('Tell what 50 to 5000 sessions take with 32 KiB of rings in use, and how near to a line that is (R-28).')
    .addOption(stateBytesOption())
    .addOption(schedulerOption('inline'))
    .addOption(workersOption())
    .addOption(callerOption())
    .addOption(dispatchOption())
    .addOption(heapOption())
    .addOption(jsonOption())
    .exitOverride()
    .action(async ({ json, stateBytes, heap, ...choice }: Flags) => {
      if (await ranLean(heap)) return;
      const report = await measureMemory(choice, stateBytes);
      const { points, slope, intercept, r2 } = report;
      if (json) process.stdout.write(`${JSON.stringify({ ...report, config: { ...choice, stateBytes, heap, node: process.version } })}\n`);
      else {
        const kb = (bytes: number): string => (bytes / 1000).toFixed(1);
        const rows = points.map(({ sessions, accountedBytes, poolBytes, rssBytes, residual }) => [
          String(sessions),
          kb(accountedBytes),
          kb(poolBytes),
          kb(rssBytes),
          `${(residual * 100).toFixed(2)} %`,
        ]);
        const line = `${slope.toFixed(1)} bytes a session, ${kb(intercept)} kB of none; R² ${r2.toFixed(6)}`;
        process.stdout.write(
          `${alignedColumns([['sessions', 'accounted kB', 'of it pool', 'resident kB', 'residual'], ...rows])}\n\n${line}\n`,
        );
      }
    });
}
