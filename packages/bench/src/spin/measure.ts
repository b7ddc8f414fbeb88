import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AnyBehavior, SessionManager } from '@dormouse/core';
import { makeScheduler, type SchedulerChoice } from '../harness/scheduler-choice.js';

const SESSIONS = 1000;
const FIRST = 10_000;
/** The one that spins, in the middle of a batch in the middle of the others. */
const SPINNING = FIRST + 500;
const SPINS_AFTER = 20;
const TICKS = 60;
const PERIOD_MS = 20;

export interface SpinOptions {
  readonly choice: SchedulerChoice;
  readonly updateTimeoutMs: number;
}

/** What a session that never returns did to the others, and to the host. */
export interface SpinReport {
  readonly spinning: number;
  /** Account that the faults named, and their code; null if there were none. */
  readonly named: number | null;
  readonly code: string | null;
  /** The longest that the host's event loop was kept, ms: from before the first tick to after the last. */
  readonly eventLoopDelayMs: number;
  /** How long the tick took in which it spun, ms. */
  readonly stalledMs: number;
  /** Ticks that were due meanwhile, one each 20 ms, and that the others missed. */
  readonly missedTicks: number;
  /** The same for one `updateTimeoutMs` and a tenth, by which the watchdog may come late. */
  readonly mostMissed: number;
  /** Updates of the others that are wanting, or too many, in all ticks that were run. */
  readonly wrongUpdates: number;
  readonly replacedThreads: number;
}

/** 1000 sessions at a pace of 20 ms; one never returns from its twentieth update. */
export async function measureSpin({ choice, updateTimeoutMs }: SpinOptions): Promise<SpinReport> {
  const { session: behavior } = (await import(new URL('./behaviors/spin.js', import.meta.url).href)) as { session: AnyBehavior };
  const scheduler = await makeScheduler(choice);
  const manager = await SessionManager.start<AnyBehavior>({
    behavior,
    scheduler,
    workerThreads: choice.workers,
    updateTimeoutMs,
    maxConcurrentSessions: SESSIONS,
    enableAutoHibernation: false,
    poolSize: SESSIONS,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const accounts = Array.from({ length: SESSIONS }, (_, rank) => FIRST + rank);
  const handles = manager.createSessionBatch(accounts, (accountId) => ({ init: accountId === SPINNING ? SPINS_AFTER : 0 }));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let named: number | null = null;
  let code: string | null = null;
  let stalledMs = 0;
  try {
    delay.enable();
    for (let tick = 0; tick < TICKS; tick++) {
      const beganMs = performance.now();
      const { faults } = await manager.updateAllSessions(PERIOD_MS);
      const tookMs = performance.now() - beganMs;
      stalledMs = Math.max(stalledMs, tookMs);
      if (faults.length > 0) {
        named = faults[0].accountId as number;
        code = (faults[0].error as { code?: string }).code ?? null;
      }
      await sleep(Math.max(1, PERIOD_MS - tookMs));
    }
    delay.disable();
    const others = handles.filter((_, rank) => accounts[rank] !== SPINNING);
    return {
      spinning: SPINNING,
      named,
      code,
      // The monitor's own timer, of 1 ms, is in what it measures.
      eventLoopDelayMs: delay.max / 1e6,
      stalledMs,
      missedTicks: Math.floor(stalledMs / PERIOD_MS),
      mostMissed: Math.ceil((updateTimeoutMs * 1.1) / PERIOD_MS),
      wrongUpdates: others.reduce((sum, handle) => sum + Math.abs((handle.state as { updates: number }).updates - TICKS), 0),
      replacedThreads: scheduler.stats().replacedThreads ?? 0,
    };
  } finally {
    delay.disable();
    await manager.shutdown();
  }
}
