import { Command, Option } from 'commander';
import { makeFleet, measureRestart, type Restart, type RestartOptions } from '../durable/restart.js';
import { StorePlace } from '../durable/store-place.js';
import { apart } from '../harness/apart.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import { medianOf } from '../harness/series.js';
import {
  callerOption,
  dispatchOption,
  folderOption,
  integerIn,
  jsonOption,
  MOST_SESSIONS,
  roundsOption,
  schedulerOption,
  stateBytesOption,
  stateOption,
  synchronousOption,
  workersOption,
} from './options.js';
import { alignedColumns } from './table.js';

interface Flags extends SchedulerChoice, Omit<RestartOptions, 'choice'> {
  readonly rounds: number;
  readonly folder?: string;
  /** Where the file is that is started from: given by this command to the processes that it measures in. */
  readonly from?: string;
  readonly json: boolean;
}

/** `restart`: how long it is from a start to the first tick, with sessions that are back from a file. */
export function restartCommand(): Command {
  return new Command('restart')
    .description(
      'Fill a file of the sqlite store with sessions asleep and active, then start from it, each time in a process of its own: how long to the first tick, what is read.',
    )
    .addOption(new Option('--hibernated <count>', `asleep, 0…${MOST_SESSIONS}`).argParser(integerIn(0, MOST_SESSIONS)).default(1_000_000))
    .addOption(new Option('--active <count>', '0…100000').argParser(integerIn(0, 100_000)).default(5000))
    .addOption(stateBytesOption())
    .addOption(stateOption())
    .addOption(new Option('--groups', 'each five sessions are a group').default(false))
    .addOption(schedulerOption('inline'))
    .addOption(workersOption())
    .addOption(callerOption())
    .addOption(dispatchOption())
    .addOption(synchronousOption())
    .addOption(roundsOption(3))
    .addOption(folderOption())
    .addOption(new Option('--from <folder>').hideHelp())
    .addOption(jsonOption())
    .exitOverride()
    .action(async ({ json, rounds, folder, from, hibernated, active, stateBytes, state, groups, synchronous, ...choice }: Flags) => {
      const options = { choice, hibernated, active, stateBytes, state, groups, synchronous };
      if (from !== undefined) {
        process.stdout.write(`${JSON.stringify(await measureRestart(options, StorePlace.at(from)))}\n`);
        return;
      }
      const place = await StorePlace.make(folder);
      try {
        await makeFleet(options, place, (what) => process.stderr.write(`restart: ${what}\n`));
        const restarts: Restart[] = [];
        const again = process.argv.slice(3).filter((arg) => arg !== '--json');
        for (let round = 0; round < rounds; round++) restarts.push(await apart<Restart>('restart', ...again, '--from', place.folder));
        const config = { ...choice, hibernated, active, stateBytes, state, groups, synchronous, rounds, node: process.version };
        const title = `${hibernated} sessions asleep and ${active} active, a ${state} state of ${stateBytes} bytes, sqlite: medians of ${rounds}`;
        process.stdout.write(
          `${json ? JSON.stringify({ ...mediansOf(restarts), restarts, config }) : `${title}\n\n${tableOf(restarts)}`}\n`,
        );
      } finally {
        await place.remove();
      }
    });
}

/** Of each figure by itself. */
function mediansOf(restarts: readonly Restart[]): Restart {
  const median = (of: (restart: Restart) => number): number => medianOf(restarts.map(of));
  return {
    firstTickAfterMs: median((restart) => restart.firstTickAfterMs),
    startMs: median((restart) => restart.startMs),
    resumeMs: median((restart) => restart.resumeMs),
    tickMs: median((restart) => restart.tickMs),
    cpuMs: median((restart) => restart.cpuMs),
    readBytes: median((restart) => restart.readBytes),
    fileBytes: median((restart) => restart.fileBytes),
    rssBeforeBytes: median((restart) => restart.rssBeforeBytes),
    rssAfterBytes: median((restart) => restart.rssAfterBytes),
    resumed: restarts[0].resumed,
  };
}

function tableOf(restarts: readonly Restart[]): string {
  const { firstTickAfterMs, startMs, resumeMs, tickMs, cpuMs, readBytes, fileBytes, rssBeforeBytes, rssAfterBytes, resumed } =
    mediansOf(restarts);
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
  return [
    alignedColumns([
      ['start to the end of the first tick', ms(firstTickAfterMs)],
      ['  start', ms(startMs)],
      ['    of it taking over what the store has', ms(resumeMs)],
      ['  first tick', ms(tickMs)],
      ['of processors', ms(cpuMs)],
      ['read', mb(readBytes)],
      ['of a file of', mb(fileBytes)],
      ['resident before', mb(rssBeforeBytes)],
      ['resident after', mb(rssAfterBytes)],
    ]),
    '',
    `back: ${resumed.asleep} asleep, ${resumed.active} active, ${resumed.quarantined} in quarantine; refused: ${resumed.refused}`,
  ].join('\n');
}
