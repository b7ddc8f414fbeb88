import type { ResumeReport } from '@dormouse/core';
import { cpuUsSince } from '../harness/cpu-time.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import { accountsOf, SleepyFleet, type StateKind } from '../hibernation/sleepy-fleet.js';
import type { StorePlace, Synchronous } from './store-place.js';

/** So many at a time are created and put to sleep while the file is made. */
const WAVE = 4096;

export interface RestartOptions {
  readonly choice: SchedulerChoice;
  readonly hibernated: number;
  readonly active: number;
  readonly stateBytes: number;
  readonly state: StateKind;
  readonly groups: boolean;
  readonly synchronous: Synchronous;
}

/** One restart, in a process of its own: ms and bytes. */
export interface Restart {
  /** From the call of `start` to the end of the first tick. */
  readonly firstTickAfterMs: number;
  /** Of that, until `start` was done, of which the manager took so long to take over what the store has; and the first tick. */
  readonly startMs: number;
  readonly resumeMs: number;
  readonly tickMs: number;
  /** Of processors, all threads together: what a machine with other work does not make longer. */
  readonly cpuMs: number;
  /** What the store has read until then, and how large its files are. */
  readonly readBytes: number;
  readonly fileBytes: number;
  /** The resident set before and after; the difference is the scheduler's, the table's and the store's, too. */
  readonly rssBeforeBytes: number;
  readonly rssAfterBytes: number;
  readonly resumed: Pick<ResumeReport, 'asleep' | 'active' | 'quarantined' | 'refused'>;
}

function fleetOf({ choice, active, stateBytes, state, groups, synchronous }: RestartOptions, place: StorePlace, resume: boolean) {
  const sessions = Math.max(active, WAVE);
  return SleepyFleet.open({ choice, sessions, stateBytes, state, groups, store: 'sqlite', synchronous, sliceMs: 50, place, resume });
}

/** Fills a file with so many who sleep and so many who do not, as a manager does that is then shut down. */
export async function makeFleet(options: RestartOptions, place: StorePlace, onProgress: (what: string) => void): Promise<void> {
  const { hibernated, active } = options;
  // How it was written does not show in a file.
  const fleet = await fleetOf({ ...options, synchronous: 'normal' }, place, false);
  try {
    for (let first = 0; first < hibernated; first += WAVE) {
      const accountIds = accountsOf(first, Math.min(WAVE, hibernated - first));
      fleet.create(accountIds);
      for (const accountId of accountIds) fleet.manager.hibernateSession(accountId);
      await fleet.untilStored(first + accountIds.length);
      onProgress(`${first + accountIds.length} of ${hibernated} asleep`);
    }
    if (active > 0) {
      const accountIds = accountsOf(hibernated, active);
      fleet.create(accountIds);
      await fleet.fillRings(accountIds);
    }
  } finally {
    await fleet.close();
  }
}

/** Starts from such a file, and ticks once. */
export async function measureRestart(options: RestartOptions, place: StorePlace): Promise<Restart> {
  const rssBeforeBytes = process.memoryUsage.rss();
  const cpuBefore = process.cpuUsage();
  const beganMs = performance.now();
  const fleet = await fleetOf(options, place, true);
  try {
    const startedMs = performance.now();
    await fleet.tick();
    const tickedMs = performance.now();
    const cpuMs = cpuUsSince(cpuBefore) / 1000;
    const { resumed } = fleet.manager;
    const disk = fleet.store.durable?.disk();
    if (resumed === undefined || disk === undefined) throw new Error('nothing was resumed');
    return {
      firstTickAfterMs: tickedMs - beganMs,
      startMs: startedMs - beganMs,
      resumeMs: resumed.durationMs,
      tickMs: tickedMs - startedMs,
      cpuMs,
      readBytes: disk.readBytes,
      fileBytes: disk.fileBytes,
      rssBeforeBytes,
      rssAfterBytes: process.memoryUsage.rss(),
      resumed: { asleep: resumed.asleep, active: resumed.active, quarantined: resumed.quarantined, refused: resumed.refused },
    };
  } finally {
    await fleet.close();
  }
}
