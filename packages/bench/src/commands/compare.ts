import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, Option } from 'commander';
import { armsOf } from '../compare/arms.js';
import { compare } from '../compare/compare.js';
import { COMPARED_WORKLOADS, type ComparedWorkload, type Contender } from '../compare/contender.js';
import { CONTENDERS, NATIVE_CONTENDERS } from '../compare/contenders/index.js';
import { coresHere } from '../compare/environment.js';
import { foreignContenders } from '../compare/foreign-contenders.js';
import { nativeArmsOf } from '../compare/native-arm.js';
import { type ComparePlan, mainRaces } from '../compare/plan.js';
import type { CompareResult } from '../compare/result.js';
import { selected } from '../compare/selection.js';
import { CONFIDENCE, orderInterval } from '../compare/statistics.js';
import { STOP_SIGNALS } from '../harness/stop-signals.js';
import { findNative } from '../native/program.js';
import { withoutThisMachine } from '../report/private-paths.js';
import { ARITHS, type Arith } from '../workloads.js';
import { comparisonText, listText } from './compare-text.js';
import { integerIn, jsonOption, roundsOption, sessionsOption } from './options.js';
import { timeLeft } from './time-left.js';

interface Flags {
  readonly workloads: readonly string[];
  readonly arith: Arith | 'both';
  readonly sessions?: number;
  readonly arms: readonly string[];
  readonly rounds: number;
  readonly launches: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
  readonly contenders: readonly string[];
  readonly bound: number;
  readonly native?: string;
  readonly smoke: boolean;
  readonly curves: boolean;
  readonly lifecycle: boolean;
  readonly out?: string;
  readonly json: boolean;
  readonly list: boolean;
}

const SESSIONS = 5000;
const SMOKE_SESSIONS = 200;
const DIFF_MS = 100;
/** As a shell says that a program was ended by Ctrl-C. */
const INTERRUPTED = 130;

const names = (text: string): readonly string[] => text.split(',').filter((name) => name !== '');

/** `compare`: the same verified work on everything. */
export function compareCommand(): Command {
  return new Command('compare')
    .description('Run the same verified workloads on Dormouse, on thread pools used by hand and on controls, in interleaved rounds.')
    .addOption(new Option('--workloads <names>', 'separated by commas').argParser(names).default(COMPARED_WORKLOADS, 'all'))
    .addOption(new Option('--arith <form>', 'the arithmetic of the workloads').choices([...ARITHS, 'both']).default('f64'))
    .addOption(sessionsOption(5000).default(undefined, `5000, with --smoke ${SMOKE_SESSIONS}`))
    .addOption(new Option('--arms <names>', 'separated by commas: names, globs or parts of names').argParser(names).default(['*'], 'all'))
    .addOption(roundsOption(10))
    .addOption(
      new Option('--launches <count>', 'processes of each arm that share out its rounds, 1…100').argParser(integerIn(1, 100)).default(5),
    )
    .addOption(new Option('--round-ms <ms>', 'how long a round is, 1…60000').argParser(integerIn(1, 60_000)).default(100))
    .addOption(new Option('--warm-up-ms <ms>', 'how long each process runs before, 0…60000').argParser(integerIn(0, 60_000)).default(300))
    .addOption(
      new Option('--contenders <modules>', 'compare those too that these modules export as CONTENDERS')
        .argParser(names)
        .default([], 'none'),
    )
    .addOption(
      new Option('--bound <s>', 'what an arm may take for anything beside what it is expected to, 1…3600; then it is ended and refused')
        .argParser(integerIn(1, 3600))
        .default(60),
    )
    .addOption(
      new Option(
        '--native <program>',
        'the native program; default: the one that DORMOUSE_NATIVE names, or `dormouse-bench native` has built',
      ),
    )
    .addOption(new Option('--no-curves', 'leave out the tables over sessions and over threads'))
    .addOption(new Option('--no-lifecycle', 'leave out start, stop, resizing, the loss of a thread, idling and memory'))
    .addOption(new Option('--smoke', 'run a few ticks of everything and verify them: times say nothing').default(false))
    .addOption(new Option('--out <file>', 'the JSON file to write; default: dormouse-compare-<date>.json'))
    .addOption(jsonOption())
    .addOption(new Option('--list', 'list the arms, and measure nothing').default(false))
    .exitOverride()
    .action(async (flags: Flags, command: Command) => {
      const plan = await planOf(flags, command);
      if (flags.list) {
        process.stdout.write(flags.json ? `${JSON.stringify(plan.arms.map(({ description }) => description))}\n` : `${listText(plan)}\n`);
        return;
      }
      const out = flags.out ?? `dormouse-compare-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.json`;
      if (!isWritable(out)) command.error(`error: --out must be a file that can be written: got ${out}`);
      const nothing = reasonForNothing(plan);
      if (nothing !== undefined) command.error(`error: --arms and --workloads leave nothing to compare${nothing}`);
      const result = await compareUntilStopped(plan);
      const written = withoutThisMachine(result);
      writeFileSync(out, `${JSON.stringify(written, null, 1)}\n`);
      process.stderr.write(`${result.partial ? 'stopped: what there is' : 'the result'} is in ${out}\n`);
      process.stdout.write(flags.json ? `${JSON.stringify(written)}\n` : comparisonText(result));
      if (result.partial) process.exitCode = INTERRUPTED;
      else if (result.refused.length > 0) process.exitCode = 1;
    });
}

async function planOf(flags: Flags, command: Command): Promise<ComparePlan> {
  const modules = flags.contenders.map((path) => pathToFileURL(resolve(path)).href);
  const contenders = [...CONTENDERS, ...(await contendersIn(modules, command))];
  const cores = coresHere();
  const natives = await nativeArmsOf(NATIVE_CONTENDERS, findNative(flags.native), cores);
  const all = [...armsOf({ contenders, modules, boundMs: flags.bound * 1000 }, cores), ...natives.arms];
  const chosen = choose(
    command,
    '--arms',
    [...all.map(({ description }) => description.name), ...natives.skipped.map(({ arm }) => arm)],
    flags.arms,
  );
  const { smoke, sessions = smoke ? SMOKE_SESSIONS : SESSIONS } = flags;
  const { rounds, launches, roundMs, warmUpMs } = smoke ? { rounds: 1, launches: 1, roundMs: 0, warmUpMs: 0 } : flags;
  if (launches > rounds) command.error(`error: --launches must be 1…--rounds, here ${rounds}: got ${launches}`);
  return {
    cores,
    arms: all.filter(({ description }) => chosen.includes(description.name)),
    workloads: choose(command, '--workloads', COMPARED_WORKLOADS, flags.workloads) as ComparedWorkload[],
    ariths: flags.arith === 'both' ? ['f64', 'f32'] : [flags.arith],
    sessions,
    settings: { rounds, launches, roundMs, warmUpMs, diffMs: DIFF_MS, confidence: orderInterval(rounds, CONFIDENCE).confidence },
    smoke,
    curves: flags.curves,
    lifecycle: flags.lifecycle,
    skipped: natives.skipped.filter(({ arm }) => chosen.includes(arm)),
    command: process.argv.slice(2),
    native: natives.version,
  };
}

/** Why no arm has any of the workloads, as far as there is a reason; undefined where one has. */
function reasonForNothing(plan: ComparePlan): string | undefined {
  const { races, skipped } = mainRaces(plan);
  if (races.some(({ arms }) => arms.length > 0)) return undefined;
  const [first] = [...plan.skipped, ...skipped];
  return first === undefined ? '' : `: ${first.arm}: ${first.reason}`;
}

/** What modules export as CONTENDERS; one that cannot be loaded, or has what may not take part, ends the program. */
async function contendersIn(modules: readonly string[], command: Command): Promise<Contender[]> {
  try {
    return await foreignContenders(
      modules,
      [...CONTENDERS, ...NATIVE_CONTENDERS].map(({ name }) => name),
    );
  } catch (error) {
    return command.error(`error: --contenders: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Names that an option means; what it cannot mean ends the program. */
function choose(command: Command, option: string, names: readonly string[], patterns: readonly string[]): string[] {
  try {
    return selected(names, patterns);
  } catch (error) {
    return command.error(`error: ${option}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Asked before half an hour of measuring, not after. */
function isWritable(file: string): boolean {
  try {
    accessSync(existsSync(file) ? file : dirname(resolve(file)), constants.W_OK);
    return !existsSync(file) || statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Ends early, with what there is, at the first SIGINT, SIGTERM or SIGHUP; at the second at once. */
async function compareUntilStopped(plan: ComparePlan): Promise<CompareResult> {
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(INTERRUPTED);
    process.stderr.write('\nstopping; once more to stop at once\n');
    stopping.abort();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  try {
    return await compare(plan, stopping.signal, timeLeft(process.stderr));
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, stop);
  }
}
