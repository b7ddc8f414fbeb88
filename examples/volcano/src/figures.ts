/** Who runs the bots, and how the work is shared. */
export interface ThreadFigures {
  readonly scheduler: string;
  readonly workers: number;
  /** The main thread runs bots too. */
  readonly mainRuns: boolean;
  /** Times a thread that had finished its own part took from another's. */
  readonly steals: number;
  /** Threads that died and were replaced. */
  readonly replacedThreads: number;
}

/** What a run shows of itself, at one moment. */
export interface Figures {
  readonly threads: ThreadFigures;
  readonly ticks: number;
  readonly elapsedSeconds: number;
  readonly durationSeconds: number;
  readonly activeSessions: number;
  readonly hibernatedSessions: number;
  /** Memory that those asleep do not take. */
  readonly savedMegabytes: number;
  readonly walking: number;
  readonly arrivals: number;
  /** Greetings so far. */
  readonly meetings: number;
  readonly tickP50Us: number;
  readonly tickP99Us: number;
  /** The time there is for a tick. */
  readonly tickBudgetUs: number;
  readonly cpuPercentPerBot: number;
  readonly packetsPerSecond: number;
  /** Of the sessions: state, rings, table. */
  readonly sessionMegabytes: number;
  /** Of the whole process. */
  readonly processMegabytes: number;
}

/** What requirement R-11 allows a bot, in percent of one core. */
export const CPU_PERCENT_ALLOWED = 0.05;

/** A figure under its name, worth one line. `ratio` is how much of what is allowed is used, where something is. */
export interface Reading {
  readonly name: string;
  readonly value: string;
  readonly ratio?: number;
}

/** The figures in words and units, in the order of their interest. */
export function readings(figures: Figures): Reading[] {
  const { tickP50Us, tickP99Us, tickBudgetUs, cpuPercentPerBot, activeSessions, hibernatedSessions } = figures;
  return [
    {
      name: 'tick',
      value: `p50 ${duration(tickP50Us)}  p99 ${duration(tickP99Us)}  of ${duration(tickBudgetUs)}`,
      ratio: tickP99Us / tickBudgetUs,
    },
    {
      name: 'CPU per bot',
      value: `${cpuPercentPerBot.toFixed(4)} %  of ${CPU_PERCENT_ALLOWED} % allowed`,
      ratio: cpuPercentPerBot / CPU_PERCENT_ALLOWED,
    },
    { name: 'threads', value: threadsInWords(figures) },
    { name: 'packets', value: `${grouped(figures.packetsPerSecond)} /s` },
    { name: 'sessions', value: `${grouped(activeSessions)} active, ${grouped(hibernatedSessions)} asleep` },
    {
      name: 'bots',
      value: `${grouped(figures.walking)} walk, ${grouped(activeSessions + hibernatedSessions - figures.walking)} rest, ${grouped(figures.arrivals)} arrived, ${grouped(figures.meetings)} met`,
    },
    {
      name: 'memory',
      value: `${figures.sessionMegabytes.toFixed(1)} MB sessions, ${figures.savedMegabytes.toFixed(1)} saved, ${Math.round(figures.processMegabytes)} MB process`,
    },
  ];
}

function threadsInWords({ threads, ticks }: Figures): string {
  const { scheduler, workers, mainRuns, steals, replacedThreads } = threads;
  const count = `${grouped(ticks)} ticks`;
  if (workers === 0) return `${scheduler}: main thread, ${count}`;
  const replaced = replacedThreads === 0 ? '' : `, ${grouped(replacedThreads)} replaced`;
  return `${scheduler}: ${workersInWords(workers)}${mainRuns ? ' + main' : ''}, ${count}, ${grouped(steals)} steals${replaced}`;
}

/** `1 worker`, `2 workers`. */
export function workersInWords(workers: number): string {
  return `${workers} worker${workers === 1 ? '' : 's'}`;
}

/** A time with the unit that suits it. */
export function duration(microseconds: number): string {
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  const milliseconds = microseconds / 1000;
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Rounded, its thousands apart. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}
