import { requireInteger } from '../errors.js';
import { mostActiveAccounts, sessionsByMap } from '../session/activity.js';
import { type MemoryUsage, memoryUsage, NO_MEMORY } from '../session/memory-usage.js';
import type { PoolCounts } from '../session/pool.js';
import { type AskMetrics, AskTopics } from './asks/ask-topics.js';
import { type GlobalMetrics, globalMetrics, IDLE_RATES } from './global-metrics.js';
import { partsOf } from './manager-parts.js';

const EMPTY_POOL: PoolCounts = Object.freeze({ allocatedCount: 0, availableCount: 0, capacity: 0 });

/** Of a manager that has none: sums of nothing. */
const NO_SESSIONS_DIGEST = '0'.repeat(16);

/** What a manager tells of itself (R-16, R-27, R-29 … R-31): see {@link SessionManager}. */
export abstract class ManagerMetrics {
  /** The specification's nine figures, and tick times, CPU per bot and what each participant did. Rates over the window. */
  getGlobalMetrics(): GlobalMetrics {
    return globalMetrics(partsOf(this).engine, this.getTotalMemoryUsage());
  }

  /** Requests of sessions since start, all together and by topic: exact at any time. Cost: a copy of as many counts as there are topics. */
  getAskMetrics(): AskMetrics {
    return partsOf(this).engine?.services.asks.metrics() ?? new AskTopics().metrics();
  }

  getActiveSessionCount(): number {
    return partsOf(this).engine?.store.activeCount ?? 0;
  }

  /** Session updates a second, over the window. */
  getSessionUpdateRate(): number {
    return (partsOf(this).engine?.metrics.rates() ?? IDLE_RATES).sessionUpdatesPerSecond;
  }

  /** CPU time of the process, percent of one core, over the window. */
  getCpuUsagePercent(): number {
    return (partsOf(this).engine?.metrics.rates() ?? IDLE_RATES).cpuPercent;
  }

  /** Bytes that sessions hold. */
  getTotalMemoryUsage(): number {
    return this.getMemoryUsage().totalBytes;
  }

  /** What they hold it for. */
  getMemoryUsage(): MemoryUsage {
    const { engine } = partsOf(this);
    return engine === undefined ? NO_MEMORY : memoryUsage(engine.store, engine.maintenance.held);
  }

  /** `getTotalMemoryUsage()` in percent of `memoryLimitBytes`. */
  getMemoryUsagePercent(): number {
    return (100 * this.getTotalMemoryUsage()) / partsOf(this).options.config.memoryLimitBytes;
  }

  /** Active sessions on each map. Cost: one pass over the sessions. */
  getSessionsByMap(): Map<number, number> {
    const { engine } = partsOf(this);
    return engine === undefined ? new Map() : sessionsByMap(engine.store);
  }

  /**
   * Accounts with the most packets either way in the window, most first; those that sleep are not among them, and those that have slept count from when
   * they woke. Cost: one pass over the sessions.
   */
  getMostActiveAccounts(count = 10): number[] {
    requireInteger('count', count, 1, Number.MAX_SAFE_INTEGER);
    const { engine } = partsOf(this);
    return engine === undefined ? [] : mostActiveAccounts(engine.store, count);
  }

  /** Sessions in use and to be had; exact between ticks. */
  get pool(): PoolCounts {
    const pool = partsOf(this).engine?.store.pool;
    return pool === undefined
      ? EMPTY_POOL
      : { allocatedCount: pool.allocatedCount, availableCount: pool.availableCount, capacity: pool.capacity };
  }

  /**
   * 16 hexadecimal digits that tell whether sessions are the same as elsewhere or at another time: equal states have equal ones, others
   * differ but once in 2⁶⁴. Covers of each session account, behaviour, map, group, status, update and fault counts, last activity, every
   * field by its bits, random stream, timers, unread packets and mail, and how many requests it has made; not the order in which sessions
   * were created or the slots they have, counters of packets, nor the tick's number and time. Cost: some 15 ns a field of each session.
   * Throws `ERR_TICK_IN_FLIGHT` while sessions are being updated.
   */
  stateDigest(): string {
    const { engine } = partsOf(this);
    return engine === undefined ? NO_SESSIONS_DIGEST : String(engine.digest());
  }
}
