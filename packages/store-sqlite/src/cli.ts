#!/usr/bin/env node
import { DormouseError } from '@dormouse/core';
import { Command, CommanderError } from 'commander';
import { compactCommand } from './commands/compact.js';
import { exportCommand } from './commands/export.js';
import { importCommand } from './commands/import.js';
import { inspectCommand } from './commands/inspect.js';
import { verifyCommand } from './commands/verify.js';
import { sqliteCode } from './store-file.js';
import { StoreProblem } from './store-problem.js';

const BAD_USAGE = 2;

const program = new Command('dormouse-store')
  .description('Looks into files of @dormouse/store-sqlite, checks them, and moves what is in them.')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });
program.addCommand(inspectCommand());
program.addCommand(verifyCommand());
program.addCommand(exportCommand());
program.addCommand(importCommand());
program.addCommand(compactCommand());

// Whoever reads it has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  // Commander has printed what it has to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_USAGE;
  if (error instanceof StoreProblem || DormouseError.isInstance(error)) process.stderr.write(`error: ${error.message} (${error.code})\n`);
  else if (error instanceof Error && sqliteCode(error) !== undefined) process.stderr.write(`error: SQLite: ${error.message}\n`);
  else throw error;
  return 1;
}
