import type { InputTap } from '../../recording/observer.js';
import type { MemoryUsage } from '../../session/memory-usage.js';
import { NO_SLOT, type SessionStore } from '../../session/store.js';
import type { TickClock } from '../../session/tick-clock.js';
import type { WallClock } from '../../wall-clock.js';
import { LeastActive } from './least-active.js';

/** Sessions put to sleep in one tick; the next one goes on. One search finds enough for some ticks. */
const MOST_A_TICK = 1024;
const TICKS_A_SEARCH = 2;
/** The clock is looked at when so many blocks were searched, or so many sessions put to sleep: less than 0.1 ms, but for what hooks take. */
const BLOCKS_A_STEP = 64;
const SLEEPS_A_STEP = 16;
/** Who was active within so many ms of simulated time is spared while the budget itself is kept. */
export const SPARED_MS = 10_000;
/** When too few could be put to sleep it looks for others after so many ms of simulated time. */
const AGAIN_MS = 1000;
/** Memory is looked at so many ms of wall-clock time apart, and for no more than a hundredth of it. */
const LOOK_EVERY_MS = 1000;
const LOOK_SHARE = 100;

export interface PressureParts {
  readonly store: SessionStore;
  readonly clock: TickClock;
  readonly population: { readonly maxConcurrentSessions: number };
  readonly inputs: InputTap;
  readonly wallClock: WallClock;
  /** The most it may add to a tick, wall-clock ms, and one step more: what is left waits for the next. */
  readonly sliceMs: number;
  /** False: sessions are put to sleep by call only. */
  readonly isAutomatic: boolean;
  readonly highPercent: number;
  readonly lowPercent: number;
  readonly memoryLimitBytes: number;
  /** Asked once a tick while it says undefined: it counts some of the blocks each time (see `MemorySurvey`). */
  readonly memoryUsage: () => MemoryUsage | undefined;
  /** Who puts sessions to sleep. */
  readonly sleeping: {
    /** Whether a slot's session could sleep now, whatever its hook says. */
    mayRest(slot: number): boolean;
    /** Puts it to sleep if it may, its hook asked; false if it stays awake. Never throws. */
    put(slot: number): boolean;
  };
}

/**
 * Keeps two budgets, `maxConcurrentSessions` for sessions awake and `memoryLimitBytes` for what they hold: above the high mark of one, the
 * least recently active sessions are put to sleep before their time, down to the low mark. Those active within the last ten seconds of
 * simulated time are spared, but for as many as the budget itself is exceeded by.
 *
 * Decided when a tick begins, before time advances. Each session that is to sleep is an input, and recorded: what is decided depends on memory and
 * on the clock on the wall, which no replay repeats. Main thread only.
 */
export class Pressure {
  /** Sessions put to sleep since start. */
  sleeps = 0;
  /** A replay repeats what was decided then. */
  isOff: boolean;
  readonly #parts: PressureParts;
  readonly #mostATick: number;
  readonly #blocksAStep: number;
  #search: LeastActive | undefined;
  /** Whether who is to sleep is being looked for, or has been found and waits. */
  #stage: 'none' | 'searching' | 'found' = 'none';
  /** Of those found: how many there should be, who comes next, how many sleep. */
  #wanted = 0;
  #next = 0;
  #slept = 0;
  /** It goes on until no more are awake. */
  #target = Number.POSITIVE_INFINITY;
  /** Beyond so many awake, memory's budget is exceeded. */
  #mostByMemory = Number.POSITIVE_INFINITY;
  /** Simulated time before which there is nobody to be found. */
  #againMs = Number.NEGATIVE_INFINITY;
  /** Wall-clock time of the next look at memory; how long the one in hand has taken so far. */
  #lookMs = Number.NEGATIVE_INFINITY;
  #lookedMs = 0;

  /** `mostATick`: sessions it puts to sleep in one tick; `blocksAStep`: those searched between two looks at the clock. */
  constructor(parts: PressureParts, mostATick = MOST_A_TICK, blocksAStep = BLOCKS_A_STEP) {
    this.#parts = parts;
    this.#mostATick = mostATick;
    this.#blocksAStep = blocksAStep;
    this.isOff = !parts.isAutomatic;
  }

  /**
   * A tick begins: puts sessions to sleep where there is need, for a slice; returns how many. `mustFind`: it searches to the end, since somebody cannot
   * come in before one sleeps. Never throws. Without need: two comparisons.
   */
  relieve(mustFind = false): number {
    if (this.isOff) return 0;
    const { store, population, wallClock, highPercent, lowPercent } = this.#parts;
    const most = population.maxConcurrentSessions;
    if (store.awakeCount * 100 > most * highPercent) this.#target = Math.min(this.#target, Math.floor((most * lowPercent) / 100));
    const nowMs = wallClock.now();
    if (nowMs >= this.#lookMs) this.#look(nowMs);
    if (store.awakeCount > this.#target) return this.#putToSleep(nowMs + this.#parts.sliceMs, mustFind);
    this.#rest();
    return 0;
  }

  /** The budget itself, of what memory allows too. */
  get #budget(): number {
    return Math.min(this.#parts.population.maxConcurrentSessions, this.#mostByMemory);
  }

  #rest(): void {
    this.#stage = 'none';
    this.#target = Number.POSITIVE_INFINITY;
    this.#mostByMemory = Number.POSITIVE_INFINITY;
  }

  #putToSleep(untilMs: number, mustFind: boolean): number {
    const { store, clock, wallClock, sleeping } = this.#parts;
    if (clock.nowMs < this.#againMs) return 0;
    this.#search ??= new LeastActive(store, this.#mostATick * TICKS_A_SEARCH, sleeping.mayRest);
    const search = this.#search;
    if (this.#stage === 'none') {
      this.#wanted = Math.min(store.awakeCount - this.#target, this.#mostATick * TICKS_A_SEARCH);
      search.begin(this.#wanted, store.awakeCount > this.#budget ? clock.nowMs : clock.nowMs - SPARED_MS);
      this.#stage = 'searching';
    }
    while (this.#stage === 'searching') {
      if (search.step(this.#blocksAStep)) {
        this.#stage = 'found';
        this.#next = 0;
        this.#slept = 0;
      } else if (!mustFind && wallClock.now() >= untilMs) return 0;
    }
    return this.#putFoundToSleep(search, untilMs);
  }

  #putFoundToSleep(search: LeastActive, untilMs: number): number {
    const { store, clock, wallClock } = this.#parts;
    const beforeMs = clock.nowMs - SPARED_MS;
    const before = this.#slept;
    const stop = Math.min(search.count, this.#next + this.#mostATick);
    for (let steps = 0; this.#next < stop && store.awakeCount > this.#target; steps++) {
      if (steps > 0 && steps % SLEEPS_A_STEP === 0 && wallClock.now() >= untilMs) break;
      const lastActivityMs = search.lastActivityMs[this.#next];
      const isSpared = lastActivityMs > beforeMs && store.awakeCount <= this.#budget;
      // So are all that come after it.
      if (isSpared) this.#next = search.count;
      else if (this.#putOne(search.accountIds[this.#next++], lastActivityMs)) this.#slept++;
    }
    this.sleeps += this.#slept - before;
    if (this.#next >= search.count) this.#stage = 'none';
    if (this.#stage === 'none' && this.#slept < this.#wanted) {
      this.#againMs = clock.nowMs + AGAIN_MS;
      this.#rest();
    }
    return this.#slept - before;
  }

  #putOne(accountId: number, lastActivityMs: number): boolean {
    const { store, sleeping, inputs } = this.#parts;
    const slot = store.index.get(accountId);
    // It may have been touched or released since, by the hook of one before for one.
    if (slot === NO_SLOT || store.lastActivityMs(slot) !== lastActivityMs || !sleeping.mayRest(slot)) return false;
    inputs.observer?.changed('hibernate', accountId, 0);
    return sleeping.put(slot);
  }

  /**
   * What counts is what those awake will hold when the rows of those asleep have been stored and their blocks given back: it takes a while
   * until memory falls, and nobody else is put to sleep meanwhile for what those before have left.
   */
  #look(nowMs: number): void {
    const { store, wallClock, memoryUsage, memoryLimitBytes, highPercent, lowPercent } = this.#parts;
    const usage = memoryUsage();
    this.#lookedMs += wallClock.now() - nowMs;
    if (usage === undefined) return;
    this.#lookMs = nowMs + Math.max(LOOK_EVERY_MS, this.#lookedMs * LOOK_SHARE);
    this.#lookedMs = 0;
    const { totalBytes, stateBytes, ringBytes, serviceBytes, tableBytes, poolBytes, droppedBytes } = usage;
    const sessionBytes = stateBytes + ringBytes + serviceBytes + tableBytes - poolBytes;
    if (store.count === 0 || sessionBytes <= 0) return;
    const bytesEach = sessionBytes / store.count;
    const neededBytes = totalBytes - poolBytes - droppedBytes - store.hibernatingCount * bytesEach;
    if (neededBytes * 100 <= memoryLimitBytes * highPercent) return;
    const awakeAt = (bytes: number): number => Math.max(0, store.awakeCount - Math.ceil((neededBytes - bytes) / bytesEach));
    this.#target = Math.min(this.#target, awakeAt((memoryLimitBytes * lowPercent) / 100));
    if (neededBytes > memoryLimitBytes) this.#mostByMemory = awakeAt(memoryLimitBytes);
  }
}
