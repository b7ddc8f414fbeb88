import type { Traffic } from '../kernels/column-kernels.js';
import type { ParticipantStats } from '../scheduler.js';
import type { Engine } from './engine.js';
import type { Rates, TickTimes } from './metrics.js';

/** The state of a manager in figures. Rates and times cover the metrics window. */
export interface GlobalMetrics {
  readonly activeSessions: number;
  readonly hibernatedSessions: number;
  /** Packets pushed and handed out. */
  readonly totalPacketsPerSecond: number;
  /** Of 1 048 576 bytes. */
  readonly totalMemoryMB: number;
  /** CPU time of the process, percent of one core. */
  readonly avgCpuPercent: number;
  /** Ticks a second. */
  readonly updateCyclesPerSecond: number;
  readonly hibernationCyclesPerSecond: number;
  /** Sessions put to sleep before their time since start, for want of room or memory. */
  readonly pressureSleeps: number;
  /** Records that the store has taken since start. */
  readonly recordsWritten: number;
  /** Checkpoints done since start. */
  readonly checkpoints: number;
  /** Wall-clock ms since start in which the store took nothing, from a call that failed, or the beginning of one that took 10 s and longer, to the next that ended well. */
  readonly storePausedMs: number;
  /** Session updates since start. */
  readonly totalUpdatesProcessed: number;
  /** Batches since start. */
  readonly totalBatchesProcessed: number;
  /** CPU time of the process over simulated time, per session, percent of one core. */
  readonly cpuPercentPerBot: number;
  readonly quarantinedSessions: number;
  /** What sessions that are awake have received and sent since each was created, all together. */
  readonly traffic: Traffic;
  readonly tickTime: TickTimes;
  /** Each participant's batches and steals since start: the calling thread first, if it participates. */
  readonly participants: readonly ParticipantStats[];
}

export const IDLE_RATES: Rates = Object.freeze({
  packetsPerSecond: 0,
  updateCyclesPerSecond: 0,
  hibernationCyclesPerSecond: 0,
  sessionUpdatesPerSecond: 0,
  cpuPercent: 0,
  cpuPercentPerBot: 0,
});

const NO_TRAFFIC: Traffic = Object.freeze({ packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0, dropped: 0 });
const NO_TIMES: TickTimes = Object.freeze({ count: 0, meanUs: 0, p50Us: 0, p99Us: 0, maxUs: 0 });

export function globalMetrics(engine: Engine | undefined, memoryBytes: number): GlobalMetrics {
  const rates = engine?.metrics.rates() ?? IDLE_RATES;
  const kernels = engine?.store.kernels;
  const blockCount = engine?.store.pool.blocks.length ?? 0;
  return {
    activeSessions: engine?.store.activeCount ?? 0,
    hibernatedSessions: engine?.hibernation.count ?? 0,
    totalPacketsPerSecond: rates.packetsPerSecond,
    totalMemoryMB: memoryBytes / 1_048_576,
    avgCpuPercent: rates.cpuPercent,
    updateCyclesPerSecond: rates.updateCyclesPerSecond,
    hibernationCyclesPerSecond: rates.hibernationCyclesPerSecond,
    pressureSleeps: engine?.intake.pressure.sleeps ?? 0,
    recordsWritten: engine?.hibernation.storing.ledger.stored ?? 0,
    checkpoints: engine?.durability?.checkpoints.count ?? 0,
    storePausedMs: engine?.hibernation.storing.lane.pausedMs ?? 0,
    totalUpdatesProcessed: engine?.metrics.updates ?? 0,
    totalBatchesProcessed: engine?.ticks.totalBatches ?? 0,
    cpuPercentPerBot: rates.cpuPercentPerBot,
    quarantinedSessions: kernels?.countStates(blockCount).quarantined ?? 0,
    traffic: kernels?.traffic(blockCount) ?? NO_TRAFFIC,
    tickTime: engine?.metrics.tickTimes() ?? NO_TIMES,
    participants: engine?.scheduler.stats().participants ?? [],
  };
}
