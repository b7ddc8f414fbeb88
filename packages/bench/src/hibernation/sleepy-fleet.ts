import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { type AnyBehavior, type HibernationStore, type MemoryUsage, SessionManager } from '@dormouse/core';
import { FIRST_ACCOUNT } from '../arithmetic/random.js';
import { makeStore, type StoreKind, StorePlace, type Synchronous } from '../durable/store-place.js';
import { makeScheduler, type SchedulerChoice } from '../harness/scheduler-choice.js';

/** Four of these take the whole of a ring of 16 KiB, so that each of its pages is touched. */
const PAYLOAD = new Uint8Array(4000);
const PACKETS = 4;
const DIFF_MS = 100;
/** More than any of these fleets holds: nobody is put to sleep for want of it. What 100 % is in `getMemoryUsagePercent`. */
export const MEMORY_LIMIT_BYTES = 2 ** 40;
/** The resident set has settled when so many looks in a row differ by no more than that; it is looked at so often at most. */
const ALIKE_LOOKS = 3;
const ALIKE_BYTES = 65_536;
const MOST_LOOKS = 20;
/**
 * Looks in which each worker thread gives back some 3 MB that it took to start, and a pause after each, ms. V8 lets go of it when a thread has allocated little
 * in its last ten collections, most of it at the fourth look, the last megabyte up to the ninth, as slow as a busy machine makes them.
 */
const STARTING_LOOKS = 10;
const STARTING_PAUSE_MS = 120;

/** Sleepers that are not stored in so long, by the clock on the wall, will not be. */
const MOST_STORING_MS = 300_000;

/** Sessions a group, where there are groups. */
const GROUP_SIZE = 5;

/** What states are made of: as bots' are, a third of it zeros; or noise, of which nothing can be left out. */
export const STATE_KINDS = ['typical', 'random'] as const;
export type StateKind = (typeof STATE_KINDS)[number];

export interface SleepyFleetOptions {
  readonly choice: SchedulerChoice;
  /** The most that are ever awake. */
  readonly sessions: number;
  readonly stateBytes: number;
  readonly state: StateKind;
  /** Whether each five sessions are a group; else they are in none, as sessions are that nobody has put into one. */
  readonly groups: boolean;
  readonly store: StoreKind;
  readonly synchronous: Synchronous;
  /** Where the file of a store is that has one; default: a folder of its own, which is removed. */
  readonly place?: StorePlace;
  readonly resume?: boolean;
  /** How long storing may take a tick; what is measured is measured for that long. */
  readonly sliceMs: number;
}

/** What the process takes, and what the manager says that its sessions take of that. */
export interface MemorySample {
  /**
   * The resident set, but for what V8 keeps of this thread's heap for objects to come: that grows from 8 MB to 33 and falls back, at some collection or
   * other, whatever sessions do.
   */
  readonly rssBytes: number;
  /** What it keeps. */
  readonly spareBytes: number;
  readonly accountedBytes: number;
}

/** The accounts of the sessions of `count` ranks, from the `first` on, `step` apart. */
export function accountsOf(first: number, count: number, step = 1): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => FIRST_ACCOUNT + first + index * step);
}

/** Sessions that are put to sleep and woken, and their store. */
export class SleepyFleet {
  readonly manager: SessionManager<AnyBehavior>;
  readonly store: HibernationStore;
  readonly #groups: boolean;
  readonly #hasThreads: boolean;
  readonly #close: () => Promise<void>;

  private constructor(
    manager: SessionManager<AnyBehavior>,
    store: HibernationStore,
    groups: boolean,
    hasThreads: boolean,
    close: () => Promise<void>,
  ) {
    this.manager = manager;
    this.store = store;
    this.#groups = groups;
    this.#hasThreads = hasThreads;
    this.#close = close;
  }

  static async open(options: SleepyFleetOptions): Promise<SleepyFleet> {
    const own = options.store === 'sqlite' && options.place === undefined ? await StorePlace.make() : undefined;
    const leave = async (): Promise<void> => own?.remove();
    try {
      return await SleepyFleet.#openAt(options.place ?? own, options, leave);
    } catch (error) {
      await leave();
      throw error;
    }
  }

  static async #openAt(place: StorePlace | undefined, options: SleepyFleetOptions, leave: () => Promise<void>): Promise<SleepyFleet> {
    const { choice, sessions, stateBytes, state, groups, sliceMs, resume = false } = options;
    const url = new URL(`./behaviors/sleeper.js?bytes=${stateBytes}&state=${state}`, import.meta.url).href;
    const { session: behavior } = (await import(url)) as { session: AnyBehavior };
    const store = makeStore(options.store, place, options.synchronous);
    const scheduler = await makeScheduler(choice);
    const manager = await SessionManager.start<AnyBehavior>({
      behavior,
      scheduler,
      workerThreads: choice.workers,
      maxConcurrentSessions: sessions,
      // Measured is what sessions take, not a pool for those to come.
      poolSize: 1,
      memoryLimitBytes: MEMORY_LIMIT_BYTES,
      store,
      resume,
      // By call alone, as far as it is to be measured.
      checkpointEveryMs: 0,
      enableAutoHibernation: false,
      enableAutoDefragmentation: false,
      maintenanceSliceMs: sliceMs,
      // Pressure would put some to sleep before they are to.
      pressureHighPercent: 100,
      pressureLowPercent: 99,
      onPacket() {},
      // It would be warned that the pool is small.
      logger: { debug() {}, info() {}, warn() {}, error: (message) => console.error(message) },
    });
    return new SleepyFleet(manager, store, groups, scheduler.supports.workers, async () => {
      await manager.shutdown();
      await leave();
    });
  }

  /** Shuts down, and removes the store's file if that is the fleet's own. */
  close(): Promise<void> {
    return this.#close();
  }

  /** Of those who are asleep, how many have no row any more. */
  get stored(): number {
    const { manager } = this;
    return manager.getActiveSessionCount() + manager.getHibernatedSessionCount() - manager.pool.allocatedCount;
  }

  /** Ticks, with `paceMs` from one to the next, until so many have no row any more. */
  async untilStored(count: number, paceMs = 0): Promise<void> {
    for (const endMs = performance.now() + MOST_STORING_MS; this.stored < count; ) {
      if (performance.now() > endMs)
        throw new Error(`${count - this.stored} sessions are asleep and not stored after ${MOST_STORING_MS / 1000} s`);
      await this.manager.updateAllSessions(1);
      await (paceMs === 0 ? setImmediate() : sleep(paceMs));
    }
  }

  /** Creates sessions of these accounts. */
  create(accountIds: Uint32Array): void {
    this.manager.createSessionBatch(accountIds, (accountId) => ({
      mapId: accountId % 8,
      groupId: this.#groups ? Math.floor(accountId / GROUP_SIZE) : 0,
    }));
  }

  async tick(): Promise<void> {
    const { faults } = await this.manager.updateAllSessions(DIFF_MS);
    if (faults.length > 0) throw faults[0].error;
  }

  /** Fills the rings of sessions that are awake, both ways, and empties them: every page of them is touched. */
  async fillRings(accountIds: Uint32Array): Promise<void> {
    for (const accountId of accountIds) {
      const handle = this.manager.getSession(accountId);
      for (let packet = 0; packet < PACKETS; packet++) handle?.push(1, PAYLOAD);
    }
    await this.tick();
  }

  /** Defragments, has every thread collect, and looks. */
  async sample(): Promise<MemorySample> {
    await this.manager.defragmentMemory();
    // What was dropped when the first collection ran is free after the second.
    for (let round = 0; round < 2; round++) {
      await this.tick();
      await this.manager.collectGarbage();
      // What was collected is told of when the event loop comes to it.
      await setImmediate();
    }
    const spareBytes = heapSpareBytes();
    return { rssBytes: process.memoryUsage.rss() - spareBytes, spareBytes, accountedBytes: this.usage().totalBytes };
  }

  /** The same, looked at again until it has settled: what another fleet let go of goes back to the operating system by and by. */
  settledSample(): Promise<MemorySample> {
    return this.#settledSample(1);
  }

  /** The same, of a fleet that has no sessions yet, once its threads have given back what they took to start. */
  emptySample(): Promise<MemorySample> {
    return this.#settledSample(this.#hasThreads ? STARTING_LOOKS : 1);
  }

  async #settledSample(leastLooks: number): Promise<MemorySample> {
    let sample = await this.sample();
    for (let looks = 1, alike = 1; looks < leastLooks || (alike < ALIKE_LOOKS && looks < MOST_LOOKS); looks++) {
      if (looks < leastLooks) await sleep(STARTING_PAUSE_MS);
      const next = await this.sample();
      alike = Math.abs(next.rssBytes - sample.rssBytes) <= ALIKE_BYTES ? alike + 1 : 1;
      sample = next;
    }
    return sample;
  }

  usage(): MemoryUsage {
    return this.manager.getMemoryUsage();
  }
}

/** Of this thread's heap, what is in memory and holds no object. */
function heapSpareBytes(): number {
  return getHeapSpaceStatistics().reduce((sum, { physical_space_size, space_used_size }) => {
    return sum + Math.max(0, physical_space_size - space_used_size);
  }, 0);
}
