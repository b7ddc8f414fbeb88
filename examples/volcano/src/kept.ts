import type { ResumeReport, SessionManager } from '@dormouse/core';
import { sqliteStore } from '@dormouse/store-sqlite';
import type bot from './bot.js';
import { duration, grouped } from './figures.js';
import { Trails } from './trails.js';

/** What a run that is killed loses at most of what bots have done that are awake, ms; of those asleep it loses nothing. */
const CHECKPOINT_EVERY_MS = 1000;

/** Settings of a manager whose bots are kept in a file, and come back from it; none where there is no file. */
export function keptIn(file: string | undefined) {
  return file === undefined ? {} : { store: sqliteStore(file), resume: true, checkpointEveryMs: CHECKPOINT_EVERY_MS };
}

/** What an earlier run has left, in words. */
export function whatIsBack(resumed: ResumeReport | undefined, file: string): string {
  const count = resumed === undefined ? 0 : resumed.asleep + resumed.active;
  if (resumed === undefined || count === 0) return `Kept in ${file}: run it again, and the bots go on where they are`;
  const { asleep, durationMs, oldestAgeMs, tick } = resumed;
  const age = duration(oldestAgeMs * 1000);
  return `Back from ${file} in ${duration(durationMs * 1000)}: ${grouped(count)} bots, ${grouped(asleep)} of them asleep, none older than ${age}; tick ${grouped(tick)} and on`;
}

/** Where bots are that have come back awake; of those asleep the map learns when they wake. */
export function trailsOf(manager: SessionManager<typeof bot>, sessions: number): Trails {
  const trails = new Trails(sessions);
  for (const handle of manager.sessions()) {
    if (handle.isAsleep) continue;
    const { x, z, walking } = handle.state;
    trails.found(handle.accountId - 1, x, z, walking);
  }
  return trails;
}
