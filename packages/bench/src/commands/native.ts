import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { buildNative } from '../native/build.js';
import { NATIVE_BUILD_FOLDER } from '../native/program.js';
import { nativeVersion } from '../native/run.js';
import { runsToVerify, type VerifiedRun, verifyRun } from '../native/verification.js';
import { jsonOption } from './options.js';
import { timeLeft } from './time-left.js';

interface Flags {
  readonly folder: string;
  readonly full: boolean;
  readonly json: boolean;
}

/** `native`: the program to compare with. */
export function nativeCommand(): Command {
  return new Command('native')
    .description('Build the C++ and oneTBB program that Dormouse is compared with, by CMake, verify its checksums, and print its path.')
    .addOption(new Option('--folder <path>', 'where it is built').default(NATIVE_BUILD_FOLDER, 'native/build of this package'))
    .addOption(new Option('--full', 'verify the whole table of checksums, in every layout: a minute').default(false))
    .addOption(jsonOption())
    .exitOverride()
    .action(async ({ folder, full, json }: Flags) => {
      process.stderr.write('building the native program: half a minute, the first time\n');
      const built = await buildNative(resolve(folder));
      if ('problem' in built) return failed(`the native program cannot be built: ${built.problem}`);
      const { program } = built;
      const { checked, different } = await verify(program, full);
      if (different.length > 0) return failed(different.map(lineOf).join('\n'));
      process.stderr.write(`${checked} checksums are equal\n`);
      process.stdout.write(json ? `${JSON.stringify({ program, version: await nativeVersion(program), checked })}\n` : `${program}\n`);
    });
}

async function verify(program: string, full: boolean): Promise<{ checked: number; different: VerifiedRun[] }> {
  const runs = await runsToVerify(program, full);
  const total = runs.reduce((sum, { cost }) => sum + cost, 0);
  const progress = timeLeft(process.stderr);
  const different: VerifiedRun[] = [];
  let done = 0;
  for (const run of runs) {
    const verified = await verifyRun(program, run);
    if (verified.found !== verified.expected) different.push(verified);
    done += run.cost;
    progress(done, total, 'verifying the native program');
  }
  return { checked: runs.length, different };
}

function lineOf({ flags, expected, found }: VerifiedRun): string {
  const words = Object.entries(flags).map(([name, value]) => `--${name} ${value}`);
  return `botref ${words.join(' ')}: expected ${expected}, got ${found}`;
}

function failed(problem: string): void {
  process.stderr.write(`error: ${problem}\n`);
  process.exitCode = 1;
}
