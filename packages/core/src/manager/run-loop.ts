import { DormouseError, requireInteger, requireKeys, shown } from '../errors.js';
import { isObserved, publish } from '../events.js';
import type { TickReport } from '../tick-report.js';
import { MetricsWindow, type Rates, type TickTimes } from './metrics.js';

export interface RunOptions {
  /** Ticks a second, 1/3600…1000. Each tick's diff is `1000 / tickRate` ms. */
  readonly tickRate: number;
  /** Ends the run after the tick in hand. */
  readonly signal?: AbortSignal;
  /** Ends the run after so many ticks. */
  readonly maxTicks?: number;
  /**
   * Called after each tick. If it returns a promise, the run waits for it, but no longer than until the manager is shut down; what it
   * throws ends the run.
   */
  readonly onTick?: (report: TickReport) => unknown;
}

/** How a run went. */
export interface RunReport {
  readonly ticks: number;
  /** Times the loop was late by a whole interval or more. */
  readonly overruns: number;
  /** Ticks left out by overruns. */
  readonly skipped: number;
  /** The latest that a tick began, ms after it was due. */
  readonly maxLateMs: number;
  readonly elapsedMs: number;
  /** Over the whole run. */
  readonly tickTime: TickTimes;
  readonly rates: Rates;
}

const MOST_TICKS_PER_SECOND = 1000;
/** The longest diff of a tick is an hour. */
const LONGEST_INTERVAL_MS = 3_600_000;

export function checkRunOptions(options: RunOptions): RunOptions {
  const { tickRate, maxTicks, signal, onTick } = options ?? {};
  requireKeys('option of run', options ?? {}, ['tickRate', 'signal', 'maxTicks', 'onTick']);
  if (typeof tickRate !== 'number' || !(tickRate <= MOST_TICKS_PER_SECOND && tickRate > 0 && 1000 / tickRate <= LONGEST_INTERVAL_MS)) {
    throw invalid(`tickRate must be 1/3600…${MOST_TICKS_PER_SECOND} a second: got ${shown(tickRate)}`);
  }
  if (maxTicks !== undefined) requireInteger('maxTicks', maxTicks, 1, Number.MAX_SAFE_INTEGER);
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalid(`signal must be an AbortSignal: got ${shown(signal)}`);
  if (onTick !== undefined && typeof onTick !== 'function') throw invalid(`onTick must be a function: got ${shown(onTick)}`);
  return options;
}

/**
 * Ticks at a fixed rate. Tick n is due at start + n × interval on the monotonic clock, however long ticks take: no drift. A
 * loop that is late by whole intervals leaves those ticks out and counts them, rather than run after the time: simulated time then
 * falls behind the clock on the wall, each diff stays the same.
 */
export async function runLoop(
  options: RunOptions,
  tick: (diffMs: number) => Promise<TickReport>,
  stopped: AbortSignal,
  onLate: (message: string) => void,
): Promise<RunReport> {
  const { tickRate, signal, onTick, maxTicks = Number.POSITIVE_INFINITY } = options;
  const intervalMs = 1000 / tickRate;
  const pause = new Pause(signal === undefined ? [stopped] : [stopped, signal]);
  const whole = new MetricsWindow(Number.POSITIVE_INFINITY);
  const startedMs = performance.now();
  let ticks = 0;
  let overruns = 0;
  let skipped = 0;
  let maxLateMs = 0;
  let dueMs = startedMs;
  try {
    while (ticks < maxTicks && !pause.ended) {
      await pause.until(dueMs);
      if (pause.ended) break;
      const lateMs = Math.max(0, performance.now() - dueMs);
      const missed = Math.floor(lateMs / intervalMs);
      maxLateMs = Math.max(maxLateMs, lateMs);
      const report = await tick(intervalMs);
      whole.record(performance.now(), report.tickUs, report.sessions, report.packetsIn + report.packetsOut, report.diffMs);
      ticks++;
      if (missed > 0) {
        overruns++;
        skipped += missed;
        if (overruns === 1)
          onLate(`tick ${report.tick} began ${Math.round(lateMs)} ms late: ${missed} ticks of ${intervalMs} ms were left out`);
        if (isObserved('dormouse:run:overrun')) publish('dormouse:run:overrun', { tick: report.tick, lateMs, skipped: missed });
      }
      dueMs = startedMs + (ticks + skipped) * intervalMs;
      await unlessAborted(onTick?.(report), stopped);
    }
  } finally {
    pause.close();
  }
  const elapsedMs = performance.now() - startedMs;
  return { ticks, overruns, skipped, maxLateMs, elapsedMs, tickTime: whole.tickTimes(), rates: whole.rates() };
}

/** Waits for `work`, or for the signal: what waits for the end of the run by which it is awaited itself must not keep it from ending. */
async function unlessAborted(work: unknown, signal: AbortSignal): Promise<void> {
  if (typeof (work as PromiseLike<unknown> | null | undefined)?.then !== 'function') return;
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => resolve();
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    Promise.resolve(work)
      .finally(() => signal.removeEventListener('abort', stop))
      .then(() => resolve(), reject);
  });
}

/** Waits for a time, or for one of several signals: one listener on each for the whole run, one timer at a time. */
class Pause {
  ended = false;
  readonly #signals: readonly AbortSignal[];
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #end = (): void => {
    this.ended = true;
    clearTimeout(this.#timer);
    this.#wake?.();
  };

  constructor(signals: readonly AbortSignal[]) {
    this.#signals = signals;
    for (const signal of signals) {
      if (signal.aborted) this.ended = true;
      else signal.addEventListener('abort', this.#end, { once: true });
    }
  }

  /** Always lets the event loop turn once, however late it is. Timers may fire up to a ms early: it waits again. */
  async until(dueMs: number): Promise<void> {
    do {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        const waitMs = dueMs - performance.now();
        if (waitMs <= 0) setImmediate(resolve);
        else this.#timer = setTimeout(resolve, waitMs);
      });
    } while (!this.ended && performance.now() < dueMs);
  }

  close(): void {
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#end);
    clearTimeout(this.#timer);
  }
}

function invalid(message: string): DormouseError {
  return new DormouseError('ERR_INVALID_ARGUMENT', message);
}
