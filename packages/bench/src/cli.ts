#!/usr/bin/env node
import { DormouseError } from '@dormouse/core';
import { Command, CommanderError } from 'commander';

const BAD_USAGE = 2;

/**
 * Each is loaded only if it is asked for: what a process measures of its own memory is not to have everybody's libraries in it. Whoever asks for none of them, or for
 * help, has all.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run.js')).runCommand(),
  compare: async () => (await import('./commands/compare.js')).compareCommand(),
  dispatch: async () => (await import('./commands/dispatch.js')).dispatchCommand(),
  scaling: async () => (await import('./commands/scaling.js')).scalingCommand(),
  native: async () => (await import('./commands/native.js')).nativeCommand(),
  spin: async () => (await import('./commands/spin.js')).spinCommand(),
  simd: async () => (await import('./commands/simd.js')).simdCommand(),
  hibernate: async () => (await import('./commands/hibernate.js')).hibernateCommand(),
  defragment: async () => (await import('./commands/defragment.js')).defragmentCommand(),
  restart: async () => (await import('./commands/restart.js')).restartCommand(),
  checkpoint: async () => (await import('./commands/checkpoint.js')).checkpointCommand(),
  memory: async () => (await import('./commands/memory.js')).memoryCommand(),
  checksums: async () => (await import('./commands/checksums.js')).checksumsCommand(),
  figures: async () => (await import('./commands/figures.js')).figuresCommand(),
  report: async () => (await import('./commands/report.js')).reportCommand(),
  diff: async () => (await import('./commands/diff.js')).diffCommand(),
  targets: async () => (await import('./commands/targets.js')).targetsCommand(),
};
const asked = process.argv[2] ?? '';

const program = new Command('dormouse-bench')
  .description('Exact workloads for Dormouse, on any scheduler, beside a bare loop.')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });
for (const name of Object.hasOwn(COMMANDS, asked) ? [asked] : Object.keys(COMMANDS)) program.addCommand(await COMMANDS[name]());

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  // Commander has printed what it has to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_USAGE;
  if (!DormouseError.isInstance(error)) throw error;
  process.stderr.write(`error: ${error.message} (${error.code})\n`);
  return error.code === 'ERR_SCHEDULER_UNKNOWN' || error.code === 'ERR_CONFIG_INVALID' ? BAD_USAGE : 1;
}
