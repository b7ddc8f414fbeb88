import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Totals since start, of which rates are made. */
interface Totals {
  wallMs: number;
  cpuMs: number;
  ticks: number;
  updates: number;
  packets: number;
  hibernations: number;
  /** Sessions times simulated ms: what CPU time is divided by for a bot's share. */
  sessionMs: number;
}

/** Tick times of the window, wall-clock µs. */
export interface TickTimes {
  readonly count: number;
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** Rates over the window. */
export interface Rates {
  readonly packetsPerSecond: number;
  readonly updateCyclesPerSecond: number;
  readonly hibernationCyclesPerSecond: number;
  readonly sessionUpdatesPerSecond: number;
  /** CPU time of the process over wall time, percent of one core. */
  readonly cpuPercent: number;
  /** CPU time of the process over simulated time, per session, percent of one core. */
  readonly cpuPercentPerBot: number;
}

/** The window is this many marks long: rates move on by a tenth of it. */
const MARKS = 10;

/** Rates and tick times over a sliding window of wall-clock time, which may be endless. Recording allocates nothing; a mark is made ten times a window. */
export class MetricsWindow {
  readonly #markEveryMs: number;
  /** Totals at past marks, oldest first; the first is where the window begins. */
  readonly #marks: Totals[] = [];
  readonly #totals: Totals;
  #nextMarkMs = 0;
  #nextHalfMs = 0;
  /** Tick times in ns of this half of the window and of the half before. */
  #histogram: RecordableHistogram = createHistogram();
  #histogramBefore: RecordableHistogram = createHistogram();

  constructor(windowMs: number) {
    this.#markEveryMs = windowMs / MARKS;
    this.#totals = { wallMs: performance.now(), cpuMs: cpuMs(), ticks: 0, updates: 0, packets: 0, hibernations: 0, sessionMs: 0 };
    this.begin();
  }

  /** Has the window begin now: what it took to get so far is no work of sessions. Before anything is recorded. */
  begin(): void {
    const now = this.#read(performance.now());
    this.#marks.splice(0, this.#marks.length, now);
    this.#nextMarkMs = now.wallMs + this.#markEveryMs;
    this.#nextHalfMs = now.wallMs + (this.#markEveryMs * MARKS) / 2;
  }

  get updates(): number {
    return this.#totals.updates;
  }

  /** After a tick: what it took and did. True when a half of the window has passed. */
  record(nowMs: number, tickUs: number, updates: number, packets: number, diffMs: number): boolean {
    const totals = this.#totals;
    totals.ticks++;
    totals.updates += updates;
    totals.packets += packets;
    totals.sessionMs += updates * diffMs;
    this.#histogram.record(Math.max(1, Math.round(tickUs * 1000)));
    if (nowMs < this.#nextMarkMs) return false;
    return this.#mark(nowMs);
  }

  rates(): Rates {
    const now = this.#read(performance.now());
    // Without ticks nothing is marked, but the window goes on.
    this.#slide(now.wallMs);
    const from = this.#marks[0];
    const seconds = Math.max(now.wallMs - from.wallMs, 1e-3) / 1000;
    const cpu = now.cpuMs - from.cpuMs;
    const sessionMs = now.sessionMs - from.sessionMs;
    return {
      packetsPerSecond: (now.packets - from.packets) / seconds,
      updateCyclesPerSecond: (now.ticks - from.ticks) / seconds,
      hibernationCyclesPerSecond: (now.hibernations - from.hibernations) / seconds,
      sessionUpdatesPerSecond: (now.updates - from.updates) / seconds,
      cpuPercent: cpu / seconds / 10,
      cpuPercentPerBot: sessionMs === 0 ? 0 : (100 * cpu) / sessionMs,
    };
  }

  tickTimes(): TickTimes {
    const both = createHistogram();
    both.add(this.#histogram);
    both.add(this.#histogramBefore);
    if (both.count === 0) return { count: 0, meanUs: 0, p50Us: 0, p99Us: 0, maxUs: 0 };
    return {
      count: both.count,
      meanUs: both.mean / 1000,
      p50Us: both.percentile(50) / 1000,
      p99Us: both.percentile(99) / 1000,
      maxUs: both.max / 1000,
    };
  }

  #mark(nowMs: number): boolean {
    this.#marks.push(this.#read(nowMs));
    this.#slide(nowMs);
    const windowMs = this.#markEveryMs * MARKS;
    this.#nextMarkMs = nowMs + this.#markEveryMs;
    if (nowMs < this.#nextHalfMs) return false;
    this.#nextHalfMs = nowMs + windowMs / 2;
    const reused = this.#histogramBefore;
    this.#histogramBefore = this.#histogram;
    reused.reset();
    this.#histogram = reused;
    return true;
  }

  /** Drops marks so that the first is the last one before the window. */
  #slide(nowMs: number): void {
    const fromMs = nowMs - this.#markEveryMs * MARKS;
    while (this.#marks.length > 1 && this.#marks[1].wallMs <= fromMs) this.#marks.shift();
  }

  #read(wallMs: number): Totals {
    this.#totals.wallMs = wallMs;
    this.#totals.cpuMs = cpuMs();
    return { ...this.#totals };
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
