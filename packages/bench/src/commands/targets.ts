import { constants } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { commitHere } from '../compare/environment.js';
import { CALLERS, type Caller } from '../harness/scheduler-choice.js';
import { STOP_SIGNALS } from '../harness/stop-signals.js';
import { rowsHere, runCampaign } from '../targets/campaign.js';
import { Footprints } from '../targets/footprints.js';
import { LOAD_TARGETS, TARGET_IDS } from '../targets/load-targets.js';
import { type Arm, armsOf, TARGET_SCHEDULERS, type TargetRow } from '../targets/target.js';
import { integerIn, jsonOption, schedulersOption } from './options.js';
import { armOf, summaryOf, targetsReport } from './targets-report.js';

const FALLS_SHORT = 1;
/** And the number of the signal: what a shell says of a process that one has ended. */
const STOPPED = 128;
const MOST_SESSIONS = 50_000;

interface Flags {
  readonly schedulers: readonly string[];
  readonly callers: readonly Caller[];
  readonly only: readonly string[];
  readonly sessions: number;
  readonly json: boolean;
  readonly here?: string;
}

/** `targets`: every load target of the specification, on every backend. */
export function targetsCommand(): Command {
  return new Command('targets')
    .description(
      'Measure every load target of the specification on every scheduler, in both caller modes, with two participants: its text, how it is read, limit, figure, margin and verdict. ' +
        'Exit code 1 if one falls short or could not be measured. Some minutes; what is timed wants a machine with nothing else to do.',
    )
    .addOption(schedulersOption().default(TARGET_SCHEDULERS, TARGET_SCHEDULERS.join(',')))
    .addOption(
      new Option('--callers <modes>', 'separated by commas').argParser(listOf<Caller>(CALLERS)).default(CALLERS, CALLERS.join(',')),
    )
    .addOption(new Option('--only <ids>', 'measure these alone').argParser(listOf(TARGET_IDS)).default(TARGET_IDS, TARGET_IDS.join(',')))
    .addOption(
      new Option(
        '--sessions <most>',
        `leave out fleets larger than this, 100…${MOST_SESSIONS}; the largest takes 2 GB of memory, and one more than there are processors run at a time, where 4 GB are free for each`,
      )
        .argParser(integerIn(100, MOST_SESSIONS))
        .default(MOST_SESSIONS),
    )
    .addOption(jsonOption().default(false))
    .addOption(new Option('--here <target>', 'measure this one in this process').choices(LOAD_TARGETS.map(({ name }) => name)).hideHelp())
    .exitOverride()
    .action(async ({ schedulers, callers, only, sessions, json, here }: Flags) => {
      const arms = await armsOf(schedulers, callers);
      if (here !== undefined) {
        process.stdout.write(JSON.stringify(await measuredHere(here, arms, sessions)));
        return;
      }
      const targets = LOAD_TARGETS.filter(({ id }) => only.includes(id));
      const stop = new AbortController();
      const onStop = (signal: NodeJS.Signals): void => stop.abort(signal);
      for (const signal of STOP_SIGNALS) process.once(signal, onStop);
      const onProgress = (line: string): void => void process.stderr.write(`targets: ${line}\n`);
      const rows = await runCampaign({ targets, arms, mostSessions: sessions, signal: stop.signal, onProgress });
      for (const signal of STOP_SIGNALS) process.off(signal, onStop);

      const partial = stop.signal.aborted;
      const commit = commitHere();
      const result = rows.map((row): TargetRow => ({ ...row, partial, commit }));
      process.stdout.write(json ? `${JSON.stringify(result)}\n` : targetsReport(targets, arms, result));
      const unmeasured = result.filter(({ error }) => error !== undefined);
      if (partial) process.stderr.write('targets: stopped before its end: what is missing was not measured\n');
      else for (const row of unmeasured) process.stderr.write(`error: ${row.id} ${row.what} on ${armOf(row)}: ${row.error}\n`);
      const { met, bound } = summaryOf(result);
      process.exitCode = partial
        ? STOPPED + constants.signals[stop.signal.reason as NodeJS.Signals]
        : met < bound || unmeasured.length > 0
          ? FALLS_SHORT
          : 0;
    });
}

async function measuredHere(name: string, arms: readonly Arm[], mostSessions: number): Promise<readonly TargetRow[]> {
  const rows: TargetRow[] = [];
  const footprints = new Footprints(new AbortController().signal);
  for (const target of LOAD_TARGETS.filter((each) => each.name === name)) {
    for (const arm of arms) rows.push(...(await rowsHere({ target, arm }, { mostSessions, footprints })));
  }
  return rows;
}

/** Parses names separated by commas; one that is not among those that there are is refused with them. */
function listOf<Name extends string>(names: readonly Name[]): (text: string) => readonly Name[] {
  return (text) => {
    const chosen = text.split(',').map((name) => name.trim());
    const unknown = chosen.find((name) => !names.includes(name as Name));
    if (unknown !== undefined) throw new InvalidArgumentError(`Allowed are ${names.join(', ')}, separated by commas.`);
    return [...new Set(chosen)] as Name[];
  };
}
