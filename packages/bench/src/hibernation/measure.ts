import type { DiskStats } from '@dormouse/core';
import type { StoreKind, Synchronous } from '../durable/store-place.js';
import type { SchedulerChoice } from '../harness/scheduler-choice.js';
import type { Summary } from '../harness/series.js';
import { putToSleep, SleepTimes, sleepOnce, wake } from './falling-asleep.js';
import { accountsOf, MEMORY_LIMIT_BYTES, type MemorySample, SleepyFleet, type SleepyFleetOptions, type StateKind } from './sleepy-fleet.js';

/**
 * Beyond this many, sessions are created and put to sleep by so many at a time, with untouched rings: all of them awake would not fit into memory. A page
 * of the table stays for each 64 that were ever awake at once, so a wave is small against those who sleep in the end.
 */
const MOST_AWAKE = 100_000;
const WAVE = 4096;
/** Fleets of no more sessions than this are warmed up by fleets as large, larger ones by fleets of {@link WAVE} and a single one as large. */
const FEW_ENOUGH = 10_000;
/** Passes over a fleet that cannot be awake as a whole before one is timed. */
const WAKE_WARM_UPS = 2;
/** How far apart those are who wake in two passes, one behind the other. */
const PASS_STEP = 37;
/** Sessions that a fleet's threads are warmed up with. */
const FEW = 512;
/** Storing is measured by slices of this length: some tens of records. */
const SLICE_MS = 0.25;

export interface HibernateOptions {
  readonly choice: SchedulerChoice;
  readonly sessions: number;
  readonly stateBytes: number;
  readonly state: StateKind;
  readonly groups: boolean;
  readonly store: StoreKind;
  readonly synchronous: Synchronous;
  /** How often all of them fall asleep and wake. */
  readonly rounds: number;
  /** How many fleets do so before, each in a manager of its own: of as many sessions, but of more than 10 000 the last one alone, the others of 4096. */
  readonly warmUps: number;
  /** In the last round nobody is woken. */
  readonly endAsleep: boolean;
  /** How many fleets are measured, one after the other, each in a manager of its own. */
  readonly fleets: number;
}

/** One round: all asleep, all awake again with their rings in use. */
export interface HibernateRound {
  readonly hibernated: MemorySample;
  /** Null where they are more than can be awake at a time, and where nobody was woken. */
  readonly woken: MemorySample | null;
}

/** What sleeping sessions take, by the resident set of {@link MemorySample}, bytes. */
export interface FleetFootprint {
  readonly rssEmptyBytes: number;
  /** All awake, every page of their rings touched; null where they are more than can be awake at a time. */
  readonly rssActiveBytes: number | null;
  /** After defragmentation, in the last round; of those who fall asleep by waves, in the first, before any of them has woken. */
  readonly rssHibernatedBytes: number;
}

/** That, how long it takes, µs, and what else was seen. Of several fleets it is told of the one that has the median of bytes a sleeper, of two the one with more. */
export interface HibernateReport extends FleetFootprint {
  /** Null as well where the last round ends asleep. */
  readonly rssWokenBytes: number | null;
  /** Share of the resident set, less that of the empty manager, that is given back: 0…1. */
  readonly reduction: number | null;
  /** What the manager says beside each of these. */
  readonly accountedBytes: {
    readonly empty: number;
    readonly active: number | null;
    readonly hibernated: number;
    readonly woken: number | null;
    readonly reduction: number | null;
  };
  /** What `getMemoryUsagePercent` says of all awake, and of what it is to be the percentage. */
  readonly activePercent: number | null;
  readonly memoryLimitBytes: number;
  readonly rssBytesPerSleeper: number;
  readonly accountedBytesPerSleeper: number;
  /** Of a store that has files: how large they are, all asleep in the last round, and what it has read and written. */
  readonly disk: DiskStats | null;
  /** Bytes of a record. */
  readonly recordBytes: number;
  /** What `rssWokenBytes` of each round has more than `rssActiveBytes`, as a share of it: with creep it grows. */
  readonly creep: readonly number[];
  /** Falling asleep, and being stored: by slices of a tick, each over the records that it stored; what waits for a disk included. */
  readonly hibernateUs: Summary;
  /** One session at a time, by account; null where nobody was woken. */
  readonly wakeUs: Summary | null;
  readonly rounds: readonly HibernateRound[];
  /** Of all fleets, in their order. */
  readonly fleets: readonly FleetFootprint[];
}

type FleetReport = Omit<HibernateReport, 'fleets'>;

/** Has `sessions` fall asleep and wake, `rounds` times, each time all of them. `onProgress` is told what is done. */
export async function measureHibernation(
  options: HibernateOptions,
  onProgress: (what: string) => void = () => {},
): Promise<HibernateReport> {
  const { sessions, warmUps } = options;
  const settings = { ...options, sliceMs: SLICE_MS, sessions: sessions > MOST_AWAKE ? WAVE : sessions };
  // In managers of their own: code, heaps and allocator take their memory for good, and what these have touched is not the other's. A process grows by what it compiles, for some
  // 20 times that all sessions of a fleet fall asleep and wake.
  const isSmall = settings.sessions <= FEW_ENOUGH;
  for (let left = warmUps; left > 0; left--) await warmUp(settings, isSmall || left === 1 ? settings.sessions : WAVE);
  const reports: FleetReport[] = [];
  while (reports.length < options.fleets) {
    reports.push(await measureFleet(settings, options, onProgress));
    if (options.fleets > 1) onProgress(`fleet ${reports.length} of ${options.fleets}`);
  }
  const fleets = reports.map(({ rssEmptyBytes, rssActiveBytes, rssHibernatedBytes }) => ({
    rssEmptyBytes,
    rssActiveBytes,
    rssHibernatedBytes,
  }));
  reports.sort((one, other) => one.rssBytesPerSleeper - other.rssBytesPerSleeper);
  return { ...reports[reports.length >> 1], fleets };
}

async function measureFleet(
  settings: SleepyFleetOptions,
  { sessions, rounds, endAsleep }: HibernateOptions,
  onProgress: (what: string) => void,
): Promise<FleetReport> {
  const inWaves = sessions > MOST_AWAKE;
  const fleet = await SleepyFleet.open(settings);
  try {
    await warmThreads(fleet, Math.min(FEW, settings.sessions >> 3));
    const times = new SleepTimes(sessions * rounds);
    // Their list is none of what they take: like room for times, it is there before.
    const accountIds = accountsOf(0, inWaves ? 0 : sessions);
    const empty = await fleet.emptySample();
    let active: MemorySample | null = null;
    let activePercent: number | null = null;
    if (!inWaves) {
      fleet.create(accountIds);
      await fleet.fillRings(accountIds);
      active = await fleet.sample();
      activePercent = fleet.manager.getMemoryUsagePercent();
      onProgress(`${sessions} awake`);
    }
    const done: HibernateRound[] = [];
    let recordBytes = 0;
    let disk: DiskStats | null = null;
    let pass = 0;
    for (let round = 1; round <= rounds; round++) {
      if (!inWaves) await putToSleep(fleet, accountIds, times);
      else if (round === 1) {
        for (let first = 0; first < sessions; first += WAVE) {
          const wave = accountsOf(first, Math.min(WAVE, sessions - first));
          fleet.create(wave);
          await putToSleep(fleet, wave, times);
          onProgress(`${Math.min(first + WAVE, sessions)} asleep`);
        }
      }
      const hibernated = await (settings.sessions <= FEW_ENOUGH ? fleet.sample() : fleet.settledSample());
      recordBytes = fleet.store.stats().recordBytes / sessions;
      disk = fleet.store.durable?.disk() ?? null;
      let woken: MemorySample | null = null;
      const isLeftAsleep = endAsleep && round === rounds;
      if (isLeftAsleep) onProgress('left asleep');
      else if (inWaves) {
        // What is compiled for indexes of this size is compiled in the first passes.
        for (; pass < WAKE_WARM_UPS; pass++) await wakeAndSleep(fleet, sessions, pass, new SleepTimes(WAVE));
        await wakeAndSleep(fleet, sessions, pass++, times);
      } else {
        wake(fleet, accountIds, times);
        await fleet.fillRings(accountIds);
        woken = await fleet.sample();
      }
      done.push({ hibernated, woken });
      onProgress(`round ${round} of ${rounds}`);
    }
    return {
      ...reportOf(empty, active, done, sessions),
      activePercent,
      memoryLimitBytes: MEMORY_LIMIT_BYTES,
      recordBytes,
      disk,
      hibernateUs: times.hibernate.summary(),
      wakeUs: times.wake.count === 0 ? null : times.wake.summary(),
    };
  } finally {
    await fleet.close();
  }
}

async function warmUp(settings: SleepyFleetOptions, sessions: number): Promise<void> {
  const fleet = await SleepyFleet.open({ ...settings, sessions });
  try {
    await sleepOnce(fleet, sessions);
    await fleet.sample();
  } finally {
    await fleet.close();
  }
}

/**
 * Has this fleet's threads run what they are to run, with so many sessions that come and go: what a thread has compiled is no session's, and its first rounds are the
 * same whether there are few or many. What so many leave behind is what a manager has grown by, for less than an eighth of those to come.
 */
async function warmThreads(fleet: SleepyFleet, sessions: number): Promise<void> {
  if (sessions === 0) return;
  const accountIds = await sleepOnce(fleet, sessions);
  // Their memory goes back when they sleep.
  await putToSleep(fleet, accountIds, new SleepTimes(sessions));
  fleet.manager.releaseSessionBatch(accountIds);
}

/** Of a fleet that cannot be awake as a whole: each so manieth wakes, all over it, and sleeps again; in each pass others, whose records lie where they were put first. */
async function wakeAndSleep(fleet: SleepyFleet, sessions: number, pass: number, times: SleepTimes): Promise<void> {
  const stride = Math.ceil(sessions / WAVE);
  const chosen = accountsOf((pass * PASS_STEP) % stride, Math.floor(sessions / stride), stride);
  wake(fleet, chosen, times);
  await putToSleep(fleet, chosen, new SleepTimes(chosen.length));
}

type Footprint = Omit<FleetReport, 'activePercent' | 'memoryLimitBytes' | 'recordBytes' | 'disk' | 'hibernateUs' | 'wakeUs'>;

function reportOf(empty: MemorySample, active: MemorySample | null, rounds: readonly HibernateRound[], sessions: number): Footprint {
  const { hibernated, woken } = rounds[active === null ? 0 : rounds.length - 1];
  const reduction = (key: keyof MemorySample): number | null =>
    active === null ? null : 1 - (hibernated[key] - empty[key]) / (active[key] - empty[key]);
  return {
    rssEmptyBytes: empty.rssBytes,
    rssActiveBytes: active?.rssBytes ?? null,
    rssHibernatedBytes: hibernated.rssBytes,
    rssWokenBytes: woken?.rssBytes ?? null,
    reduction: reduction('rssBytes'),
    accountedBytes: {
      empty: empty.accountedBytes,
      active: active?.accountedBytes ?? null,
      hibernated: hibernated.accountedBytes,
      woken: woken?.accountedBytes ?? null,
      reduction: reduction('accountedBytes'),
    },
    rssBytesPerSleeper: (hibernated.rssBytes - empty.rssBytes) / sessions,
    accountedBytesPerSleeper: (hibernated.accountedBytes - empty.accountedBytes) / sessions,
    creep:
      active === null
        ? []
        : rounds.flatMap((round) => round.woken ?? []).map((sample) => (sample.rssBytes - active.rssBytes) / active.rssBytes),
    rounds,
  };
}
