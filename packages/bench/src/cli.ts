#!/usr/bin/env node
import { DormouseError } from '@dormouse/core';
import { Command, CommanderError } from 'commander';
import { checkpointCommand } from './commands/checkpoint.js';
import { checksumsCommand } from './commands/checksums.js';
import { compareCommand } from './commands/compare.js';
import { diffCommand } from './commands/diff.js';
import { dispatchCommand } from './commands/dispatch.js';
import { figuresCommand } from './commands/figures.js';
import { hibernateCommand } from './commands/hibernate.js';
import { memoryCommand } from './commands/memory.js';
import { nativeCommand } from './commands/native.js';
import { reportCommand } from './commands/report.js';
import { restartCommand } from './commands/restart.js';
import { runCommand } from './commands/run.js';
import { scalingCommand } from './commands/scaling.js';
import { simdCommand } from './commands/simd.js';
import { spinCommand } from './commands/spin.js';
import { targetsCommand } from './commands/targets.js';

const BAD_USAGE = 2;

const program = new Command('dormouse-bench')
  .description('Exact workloads for Dormouse, on any scheduler, beside a bare loop.')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });
program.addCommand(runCommand());
program.addCommand(compareCommand());
program.addCommand(dispatchCommand());
program.addCommand(scalingCommand());
program.addCommand(nativeCommand());
program.addCommand(spinCommand());
program.addCommand(simdCommand());
program.addCommand(hibernateCommand());
program.addCommand(restartCommand());
program.addCommand(checkpointCommand());
program.addCommand(memoryCommand());
program.addCommand(checksumsCommand());
program.addCommand(figuresCommand());
program.addCommand(reportCommand());
program.addCommand(diffCommand());
program.addCommand(targetsCommand());

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
