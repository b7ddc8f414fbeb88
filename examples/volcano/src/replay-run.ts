import { replay } from '@dormouse/core';
import bot from './bot.js';
import { grouped, workersInWords } from './figures.js';
import type { ThreadOptions } from './options.js';
import { threadFigures, threadsOf } from './threads.js';
import type { Screen } from './view.js';

const REPORT_EVERY_MS = 1000;

/** Runs a recorded run again, as fast as it goes. Resolves with whether every tick came out as it did then. */
export async function runAgain(file: string, threads: ThreadOptions, screen: Screen, ending: AbortSignal): Promise<boolean> {
  const say = (text: string) => screen.write(`${text}\n`);
  const { scheduler, workerThreads } = await threadsOf(threads);
  let reportedMs = performance.now();
  let workers = 0;
  const { ticks, sessions, digest, difference, truncated } = await replay(file, {
    behavior: bot,
    scheduler,
    workerThreads,
    signal: ending,
    onTick: (tick) => {
      workers ||= threadFigures(scheduler).workers;
      if (performance.now() - reportedMs < REPORT_EVERY_MS) return;
      reportedMs = performance.now();
      say(`tick ${grouped(tick.tick)} as recorded`);
    },
  });
  say(`${grouped(ticks)} ticks of ${grouped(sessions)} bots as they were recorded${truncated ? ', up to where the file breaks off' : ''}`);
  say(`  threads     ${scheduler.name}: ${workers === 0 ? 'main thread' : workersInWords(workers)}`);
  say(difference === undefined ? `  digest      ${digest}` : `  difference  ${difference.message}`);
  return difference === undefined;
}
