import { DormouseError } from '@dormouse/core';
import { endOnSignals } from './endings.js';
import { parseArguments } from './options.js';
import { runAgain } from './replay-run.js';
import { run } from './run.js';

/** What tells of a scheduler, or of a part in it, that does not exist. */
const WRONG_OPTIONS: readonly string[] = ['ERR_SCHEDULER_UNKNOWN', 'ERR_SCHEDULER_CONTRACT', 'ERR_SCHEDULER_UNSUPPORTED'];

const parsed = parseArguments(process.argv.slice(2));
if (parsed.options === undefined) {
  (parsed.exitCode === 0 ? process.stdout : process.stderr).write(parsed.message);
  process.exitCode = parsed.exitCode;
} else {
  const ending = new AbortController();
  endOnSignals(process, () => ending.abort());
  // Whoever reads the output has gone: nothing more to show, so end as on Ctrl-C.
  process.stdout.on('error', () => ending.abort());
  try {
    const { replay } = parsed.options;
    if (replay === undefined) await run(parsed.options, process.stdout, ending.signal);
    else if (!(await runAgain(replay, parsed.options, process.stdout, ending.signal))) process.exitCode = 1;
  } catch (error) {
    if (!DormouseError.isInstance(error)) throw error;
    process.stderr.write(`error: ${error.message} (${error.code})\n`);
    process.exitCode = WRONG_OPTIONS.includes(error.code) ? 2 : 1;
  }
}
