import type { InputTap } from '../recording/observer.js';
import type { MemoryUsage } from '../session/memory-usage.js';
import { NO_SLOT, type SessionStore } from '../session/store.js';
import type { TickClock } from '../session/tick-clock.js';
import type { WallClock } from '../wall-clock.js';
import { LeastActive } from './least-active.js';

/** Sessions put to sleep in one tick; the next one goes on. */
const MOST_A_TICK = 1024;
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
  #found: LeastActive | undefined;
  /** It goes on until no more are awake. */
  #target = Number.POSITIVE_INFINITY;
  /** Beyond so many awake, memory's budget is exceeded. */
  #mostByMemory = Number.POSITIVE_INFINITY;
  /** Simulated time before which there is nobody to be found. */
  #againMs = Number.NEGATIVE_INFINITY;
  /** Wall-clock time of the next look at memory; how long the one in hand has taken so far. */
  #lookMs = Number.NEGATIVE_INFINITY;
  #lookedMs = 0;

  /** `mostATick`: sessions it puts to sleep in one tick. */
  constructor(parts: PressureParts, mostATick = MOST_A_TICK) {
    this.#parts = parts;
    this.#mostATick = mostATick;
    this.isOff = !parts.isAutomatic;
  }

  /** A tick begins: puts sessions to sleep where there is need; returns how many. Never throws. Without need: two comparisons. */
  relieve(): number {
    if (this.isOff) return 0;
    const { store, population, wallClock, highPercent, lowPercent } = this.#parts;
    const most = population.maxConcurrentSessions;
    if (store.awakeCount * 100 > most * highPercent) this.#target = Math.min(this.#target, Math.floor((most * lowPercent) / 100));
    const nowMs = wallClock.now();
    if (nowMs >= this.#lookMs) this.#look(nowMs);
    return store.awakeCount <= this.#target ? this.#rest() : this.#putToSleep();
  }

  /** The budget itself, of what memory allows too. */
  get #budget(): number {
    return Math.min(this.#parts.population.maxConcurrentSessions, this.#mostByMemory);
  }

  #rest(): number {
    this.#target = Number.POSITIVE_INFINITY;
    this.#mostByMemory = Number.POSITIVE_INFINITY;
    return 0;
  }

  #putToSleep(): number {
    const { store, clock, sleeping, inputs } = this.#parts;
    if (clock.nowMs < this.#againMs) return 0;
    this.#found ??= new LeastActive(store, this.#mostATick);
    const found = this.#found;
    const beforeMs = clock.nowMs - SPARED_MS;
    const wanted = store.awakeCount - this.#target;
    found.find(wanted, store.awakeCount > this.#budget ? clock.nowMs : beforeMs, sleeping.mayRest);
    let slept = 0;
    for (let i = 0; i < found.count && store.awakeCount > this.#target; i++) {
      if (found.lastActivityMs[i] > beforeMs && store.awakeCount <= this.#budget) break;
      const accountId = found.accountIds[i];
      const slot = store.index.get(accountId);
      // The hook of one before may have had it released, or touched.
      if (slot === NO_SLOT || store.lastActivityMs(slot) !== found.lastActivityMs[i] || !sleeping.mayRest(slot)) continue;
      inputs.observer?.changed('hibernate', accountId, 0);
      if (sleeping.put(slot)) slept++;
    }
    this.sleeps += slept;
    if (slept < Math.min(wanted, this.#mostATick)) {
      this.#againMs = clock.nowMs + AGAIN_MS;
      this.#rest();
    }
    return slept;
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
