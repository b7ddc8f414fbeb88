import { DormouseError } from '@dormouse/core';
import { endOnSignals } from './endings.js';
import { parseArguments } from './options.js';
import { runAgain } from './replay-run.js';
import { run } from './run.js';

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
    const { replay, scheduler } = parsed.options;
    if (replay === undefined) await run(parsed.options, process.stdout, ending.signal);
    else if (!(await runAgain(replay, scheduler, process.stdout, ending.signal))) process.exitCode = 1;
  } catch (error) {
    if (!DormouseError.isInstance(error)) throw error;
    process.stderr.write(`error: ${error.message} (${error.code})\n`);
    process.exitCode = error.code === 'ERR_SCHEDULER_UNKNOWN' || error.code === 'ERR_SCHEDULER_CONTRACT' ? 2 : 1;
  }
}
