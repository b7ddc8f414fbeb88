import { Command, Option } from 'commander';
import { checksumsOf, EXPECTED, type ExpectedRow, type Runner, runnersOf, SMALL } from '../harness/expected-checksums.js';
import { CALLERS, workersOfTwo } from '../harness/scheduler-choice.js';
import { type Arith, reasonAgainst } from '../workloads.js';
import { jsonOption, schedulersOption } from './options.js';

interface Flags {
  readonly schedulers: readonly string[];
  readonly small: boolean;
  readonly json: boolean;
}

interface Checked {
  readonly runner: string;
  readonly workload: string;
  readonly arith: Arith;
  readonly sessions: number;
  readonly expected: Readonly<Record<number, string>>;
  readonly found: Readonly<Record<number, string>>;
  readonly equal: boolean;
}

/** `checksums`: the same state to the bit, on every scheduler. */
export function checksumsCommand(): Command {
  return new Command('checksums')
    .description(
      'Run every row of the table of expected checksums, all forms, each scheduler with two participants; exit code 1 if one differs.',
    )
    .addOption(schedulersOption())
    .addOption(new Option('--small', '1000 sessions and up to 50 ticks alone').default(false))
    .addOption(jsonOption())
    .exitOverride()
    .action(async ({ schedulers, small, json }: Flags) => {
      const rows = small ? SMALL : EXPECTED;
      const checked: Checked[] = [];
      for (const runner of schedulers.flatMap(runnersOn)) {
        for (const row of rows) {
          for (const arith of row.ariths) {
            if (reasonAgainst(row.workload, arith, runner.form) !== undefined) continue;
            const result = await check(row, arith, runner);
            checked.push(result);
            if (!json) process.stdout.write(lineOf(result));
          }
        }
      }
      const different = checked.filter(({ equal }) => !equal).length;
      process.stdout.write(
        json ? `${JSON.stringify({ node: process.version, checked })}\n` : `${checked.length - different} equal, ${different} different\n`,
      );
      if (different > 0) process.exitCode = 1;
    });
}

function runnersOn(scheduler: string): readonly Runner[] {
  if (scheduler === 'inline' || scheduler === 'floor') return runnersOf({ scheduler, workers: 0 });
  return CALLERS.flatMap((caller) => runnersOf({ scheduler, caller, workers: workersOfTwo(caller) }));
}

async function check(row: ExpectedRow, arith: Arith, runner: Runner): Promise<Checked> {
  const found = await checksumsOf(row, arith, runner);
  const { workload, sessions, after: expected } = row;
  const equal = Object.entries(expected).every(([ticks, checksum]) => found[Number(ticks)] === checksum);
  return { runner: runner.name, workload, arith, sessions, expected, found, equal };
}

function lineOf({ runner, workload, arith, sessions, expected, found, equal }: Checked): string {
  const ticks = Object.keys(expected).join(', ');
  return `${equal ? 'equal    ' : 'DIFFERENT'}  ${workload} ${arith}, ${sessions} sessions, after ${ticks} ticks: ${runner}${
    equal ? '' : `: expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}`
  }\n`;
}
