import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command } from 'commander';
import { BATCHES, type DispatchReport, type DispatchTimes, measureDispatch, PERIOD_MS } from '../dispatch/measure.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import { callerOption, dispatchOption, jsonOption, roundsOption, schedulerOption, ticksOption, workersOption } from './options.js';
import { alignedColumns } from './table.js';

interface Flags extends SchedulerChoice {
  readonly ticks: number;
  readonly rounds: number;
  readonly json: boolean;
}

/** `dispatch`: what it costs to get a tick to the threads and back. */
export function dispatchCommand(): Command {
  return new Command('dispatch')
    .description('Measure parallelFor alone: ticks that do nothing, W0, and batches of 20 µs, beside thread libraries used by hand.')
    .addOption(schedulerOption('tinypool'))
    .addOption(workersOption().default(1))
    .addOption(callerOption())
    .addOption(dispatchOption())
    .addOption(ticksOption(2000))
    .addOption(roundsOption(5))
    .addOption(jsonOption())
    .exitOverride()
    .action(async ({ json, ticks, rounds, ...choice }: Flags) => {
      const report = await measureDispatch({ choice, ticks, rounds });
      const config = { ...choice, adaptiveWaking: false, batches: BATCHES, periodMs: PERIOD_MS, ticks, rounds };
      const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model.trim(), versions: versions() };
      process.stdout.write(json ? `${JSON.stringify({ ...report, config, machine })}\n` : tableOf(report, choice));
    });
}

function tableOf({ empty, w0, wakeToFirstClaim, work, byHand }: DispatchReport, { scheduler, workers, caller }: SchedulerChoice): string {
  const us = (value: number): string => value.toFixed(1);
  const row = (name: string, { backToBack, paced }: DispatchTimes): string[] => [
    name,
    ...[backToBack, paced].flatMap(({ median, p99, cpuUs }) => [us(median), us(p99), us(cpuUs)]),
  ];
  const wake = wakeToFirstClaim;
  return [
    `${scheduler}, ${workers} workers, caller ${caller}; adaptive waking off; µs`,
    '',
    alignedColumns([
      ['', 'back to back', 'p99', 'CPU', `each ${PERIOD_MS} ms`, 'p99', 'CPU'],
      row(`${BATCHES} empty batches`, empty),
      row('W0, 1000 sessions', w0),
      ...Object.entries(byHand).map(([library, times]) => row(`${library} by hand, a task a worker`, times)),
    ]),
    '',
    `${BATCHES} batches of 20 µs: ${us(work.us)}; inline ${us(work.inlineUs)}; ratio ${work.ratio.toFixed(2)}`,
    wake === null
      ? 'no worker entered a round that was paced'
      : `wake to first claim: p50 ${us(wake.p50)}, p99 ${us(wake.p99)}; in ${(wake.entered * 100).toFixed(0)} % of the rounds`,
    '',
  ].join('\n');
}

function versions(): Record<string, string> {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return Object.fromEntries(
    Object.entries(manifest.dependencies).filter(([name]) => ['piscina', 'poolifier', 'threads', 'tinypool'].includes(name)),
  );
}
