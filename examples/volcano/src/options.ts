import { accessSync, constants, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { BUILT_IN_SCHEDULERS } from '@dormouse/core';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

export const MOST_SESSIONS = 100_000;
export const USUAL_SESSIONS = 1000;

/** Which threads the bots run on. */
export interface ThreadOptions {
  /** Built-in name, package name or path. */
  readonly scheduler: string;
  /** Worker threads; without it as many as suit this machine. */
  readonly workers?: number;
  /** Whether the calling thread runs bots beside the workers; without it as the scheduler does by itself. */
  readonly caller?: 'joins' | 'idle';
}

/** What a run is asked to do. */
export interface RunOptions extends ThreadOptions {
  readonly sessions: number;
  /** Of the run, in seconds. */
  readonly duration: number;
  /** Ticks a second. */
  readonly tickRate: number;
  readonly seed: number;
  /** Walker's seconds in a second of the run. */
  readonly timeLapse: number;
  /** File the map is written to. */
  readonly output: string;
  readonly quiet: boolean;
  /** File that the bots are kept in: what an earlier run has left there goes on. */
  readonly store?: string;
  /** File that everything which enters is recorded in. */
  readonly record?: string;
  /** File of an earlier run that is run again instead, from what entered then. */
  readonly replay?: string;
}

/** Either what to run, or what to print instead: help, or what is wrong with the arguments (exit code 2). */
export type ParsedArguments =
  | { readonly options: RunOptions }
  | { readonly options?: undefined; readonly exitCode: 0 | 2; readonly message: string };

/** Parses arguments (without node and script). Every value that is refused is named with what would be accepted. */
export function parseArguments(args: readonly string[]): ParsedArguments {
  let message = '';
  const keep = (text: string) => {
    message += text;
  };
  const command = new Command('volcano')
    .description('A thousand bots find their way over Maunga Whau, Auckland. Ends with a summary and a map of their trails.')
    .addOption(wholeNumber('--sessions <n>', 'bots', 1, MOST_SESSIONS, USUAL_SESSIONS))
    .addOption(wholeNumber('--duration <seconds>', 'how long to run', 1, 86_400, 20))
    .addOption(wholeNumber('--tick-rate <n>', 'ticks a second', 1, 100, 10))
    .addOption(wholeNumber('--seed <n>', 'the same seed, the same walks', 0, 4_294_967_295, 42))
    .addOption(wholeNumber('--time-lapse <n>', "walker's seconds in a second of the run", 1, 60, 20))
    .addOption(
      new Option('--scheduler <name>', `who runs the bots: ${BUILT_IN_SCHEDULERS.join(', ')}, a package or a path`).default(
        usualScheduler(availableParallelism()),
      ),
    )
    .addOption(wholeNumber('--workers <n>', 'worker threads; 0 or without it: one a core, four at most', 0, 255))
    .addOption(new Option('--caller <part>', 'whether the main thread runs bots too, beside the workers').choices(['joins', 'idle']))
    .addOption(new Option('--output <file>', 'where the map goes').default('volcano.svg').argParser(outputFile))
    .addOption(
      new Option('--store <file>', 'keep the bots in this file; the next run goes on where this one was, however it ended (Node.js 22.13)')
        .argParser(outputFile)
        .conflicts(['record', 'replay']),
    )
    .addOption(new Option('--record <file>', 'record what enters, for --replay').argParser(outputFile))
    .addOption(new Option('--replay <file>', 'run a recorded run again, and compare every tick').conflicts('record'))
    .addOption(new Option('--quiet', 'print the summary only').default(false))
    .allowExcessArguments(false)
    .configureOutput({ writeOut: keep, writeErr: keep })
    .exitOverride();
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : 2, message };
  }
  return { options: command.opts<RunOptions>() };
}

/** With worker threads where there is more than one core to run them on. */
export function usualScheduler(cores: number): string {
  return cores > 1 ? 'tinypool' : 'inline';
}

function wholeNumber(flags: string, words: string, least: number, most: number, usual?: number): Option {
  return new Option(flags, `${words}, ${least} to ${most}`).default(usual).argParser((text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number ${least}…${most}: got ${JSON.stringify(text)}.`);
  });
}

/** Refused before the run and not after it, when the map would be lost. */
function outputFile(text: string): string {
  const path = resolve(text);
  try {
    accessSync(dirname(path), constants.W_OK);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return text;
  } catch {
    // No such folder, or not ours to write to: refused below like a folder in the file's place.
  }
  throw new InvalidArgumentError(`It must be a file in a folder that can be written to: got ${JSON.stringify(text)}.`);
}
