import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { measureScaling, type ScalingRow } from '../scaling/measure.js';
import { jsonOption, roundsOption, schedulersOption, sessionsOption } from './options.js';
import { alignedColumns } from './table.js';

interface Flags {
  readonly sessions: number;
  readonly rounds: number;
  readonly schedulers: readonly string[];
  readonly native?: string;
  readonly json: boolean;
}

/** `scaling`: what two participants gain. */
export function scalingCommand(): Command {
  return new Command('scaling')
    .description(
      'Measure W4, and W3 of ten times as many sessions, on two participants against inline, and stealing against static ranges.',
    )
    .addOption(sessionsOption(5000))
    .addOption(roundsOption(7))
    .addOption(schedulersOption())
    .addOption(new Option('--native <program>', 'run the native program at this path beside them, with oneTBB and without'))
    .addOption(jsonOption())
    .exitOverride()
    .action(async ({ sessions, rounds, schedulers, native, json }: Flags, command: Command) => {
      if (native !== undefined && !existsSync(native)) command.error(`error: --native must be the path of a program: got ${native}`);
      const rows = await measureScaling({ schedulers, sessions, rounds, native });
      process.stdout.write(json ? `${JSON.stringify({ node: process.version, rounds, rows })}\n` : tableOf(rows));
    });
}

function tableOf(rows: readonly ScalingRow[]): string {
  const ms = (us: number): string => (us / 1000).toFixed(2);
  const times = (gain: number | null): string => (gain === null ? '' : gain.toFixed(2));
  const lines = [['', 'inline ms', 'ms', 'gain', 'static ms', 'gain over static']];
  for (const { workload, arith, inlineUs, schedulers, native } of rows) {
    for (const { scheduler, caller, us, gain, staticUs, gainOverStatic } of schedulers) {
      const name = `${workload} ${arith} ${scheduler}, caller ${caller}`;
      lines.push([name, ms(inlineUs), ms(us), times(gain), staticUs === null ? '' : ms(staticUs), times(gainOverStatic)]);
    }
    if (native === null) continue;
    const { serialUs, tbbUs, gain, gainOverStatic } = native;
    lines.push([`${workload} ${arith} oneTBB, against serial`, ms(serialUs), ms(tbbUs), times(gain), '', times(gainOverStatic)]);
  }
  return `${alignedColumns(lines)}\n`;
}
