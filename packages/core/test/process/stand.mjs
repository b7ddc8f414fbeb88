/** What processes share that run managers for long: chance by a seed, schedulers by name, threads to be killed, and what went wrong. */
import { loadScheduler, residentScheduler } from '@dormouse/core';
import { referenceScheduler } from '@dormouse/core/conformance';
import { rawLauncher } from '../dispatch/threads/raw-launcher.mjs';

/** A tick that takes longer will not end. Whole minutes: the machine may be busy. */
const HANG_MS = 60_000;
const MOST_NOTES = 10;

/** What each of them takes, for `parseArgs`: which scheduler, and by what seed. */
export const OPTIONS = {
  scheduler: { type: 'string', default: 'raw' },
  caller: { type: 'string', default: 'idle' },
  dispatch: { type: 'string', default: 'resident' },
  workers: { type: 'string', default: '2' },
  seed: { type: 'string', default: '1' },
};

/** Whether a session's next packet may have this number, when so many are known of. One less, where it was interrupted between sending and counting. */
export function isNext(number, known, wasInterrupted) {
  return number === known || (wasInterrupted && number === known - 1);
}

/** `below(limit)`: integers 0 … limit − 1, the same for the same seed (xorshift32). */
export function chance(seed) {
  let state = Math.imul(seed, 0x9e37_79b1) | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** The scheduler of this name: `reference` and `raw` are the tests' own. */
export function schedulerOf({ scheduler, caller, dispatch }) {
  if (scheduler === 'reference') return referenceScheduler();
  const options = { callerParticipates: caller === 'joins', adaptiveWaking: false, dispatch };
  if (scheduler === 'raw') return residentScheduler(rawLauncher(), options);
  return loadScheduler(scheduler, scheduler === 'inline' ? undefined : options, new URL('../../../bench/package.json', import.meta.url));
}

/** Every worker thread there is from now on, whichever library started it. */
export function watchThreads() {
  const threads = new Set();
  process.on('worker', (worker) => {
    threads.add(worker);
    worker.on('exit', () => threads.delete(worker));
  });
  return threads;
}

/** How a run went. `report` makes of it what is printed as JSON; the exit code is 1 when anything was wrong, or a tick did not end. */
export class Findings {
  problems = 0;
  longestTickMs = 0;
  where = '';
  #notes = [];
  #beganMs = performance.now();
  #guard;

  constructor(report) {
    this.report = report;
    this.#guard = setInterval(() => {
      if (performance.now() - this.#beganMs < HANG_MS) return;
      this.#endAtOnce('it hangs');
    }, 1000);
    process.once('uncaughtException', (error) => this.#endAtOnce(error.stack));
  }

  wrong(what) {
    this.problems++;
    if (this.#notes.length < MOST_NOTES) this.#notes.push(`${this.where}: ${what}`);
  }

  #endAtOnce(why) {
    this.wrong(why);
    this.end();
    process.exit();
  }

  /** It goes on: from here on it may take a minute. */
  alive() {
    this.#beganMs = performance.now();
  }

  /** Waits for a tick. */
  async timed(tick) {
    this.alive();
    const report = await tick();
    this.longestTickMs = Math.max(this.longestTickMs, performance.now() - this.#beganMs);
    return report;
  }

  end() {
    clearInterval(this.#guard);
    const seconds = Math.round(performance.now() / 1000);
    const { problems, longestTickMs } = this;
    const told = { ...this.report(), longestTickMs: Math.round(longestTickMs), seconds, problems, notes: this.#notes };
    process.stdout.write(`${JSON.stringify(told)}\n`);
    process.exitCode = problems === 0 ? 0 : 1;
  }
}
