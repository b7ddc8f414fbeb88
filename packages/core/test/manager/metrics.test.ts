import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MetricsWindow } from '../../src/manager/metrics.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { FakeStore } from './fake-store.js';
import { accounts, failure, startEcho, startWith, thrownBy } from './test-manager.js';

describe('R-29 global metrics', () => {
  it('have all nine figures of the specification, finite from the start', async () => {
    const metrics = (await startEcho()).getGlobalMetrics();
    for (const key of [
      'activeSessions',
      'hibernatedSessions',
      'totalPacketsPerSecond',
      'totalMemoryMB',
      'avgCpuPercent',
      'updateCyclesPerSecond',
      'hibernationCyclesPerSecond',
      'totalUpdatesProcessed',
      'totalBatchesProcessed',
    ] as const) {
      expect(Number.isFinite(metrics[key]), key).toBe(true);
    }
    expect(metrics).toMatchObject({ activeSessions: 0, hibernatedSessions: 0, cpuPercentPerBot: 0, quarantinedSessions: 0 });
    expect(metrics.tickTime).toEqual({ count: 0, meanUs: 0, p50Us: 0, p99Us: 0, maxUs: 0 });
  });

  it('count no CPU time that starting the threads took for the sessions', async () => {
    let cpuUs = 0;
    const cpuUsage = vi.spyOn(process, 'cpuUsage').mockImplementation(() => ({ user: cpuUs, system: 0 }));
    onTestFinished(() => cpuUsage.mockRestore());
    const start = () => {
      cpuUs += 1_000_000;
    };
    const scheduler = serialScheduler({ start, parallelFor: () => {} });
    const manager = await startWith({ behavior: echo, scheduler });
    await manager.updateAllSessions(100);
    expect(manager.getGlobalMetrics().avgCpuPercent).toBe(0);
  });

  it('count sessions, updates, batches and packets exactly', async () => {
    const manager = await startEcho();
    const handles = manager.createSessionBatch(accounts(200));
    for (let tick = 0; tick < 10; tick++) {
      for (const handle of handles) handle.push(1);
      await manager.updateAllSessions(100);
      manager.drainOutbound(() => {});
    }
    const metrics = manager.getGlobalMetrics();
    expect(metrics).toMatchObject({ activeSessions: 200, totalUpdatesProcessed: 2000, totalBatchesProcessed: 40 });
    expect(metrics.participants).toMatchObject([{ batches: 40, steals: 0 }]);
    // Packets in of ten ticks, and out of nine: the last are told of with the next tick. Rates share one window.
    expect(metrics.totalPacketsPerSecond / metrics.updateCyclesPerSecond).toBeCloseTo(380, 6);
    expect(metrics.cpuPercentPerBot).toBeGreaterThan(0);
    const { count, meanUs, p50Us, p99Us, maxUs } = metrics.tickTime;
    expect(count).toBe(10);
    expect(p50Us).toBeGreaterThan(0);
    expect(p99Us).toBeGreaterThanOrEqual(p50Us);
    // A histogram keeps three digits.
    expect(maxUs).toBeGreaterThanOrEqual(meanUs * 0.99);
    expect(metrics.totalMemoryMB).toBe(manager.getTotalMemoryUsage() / 1_048_576);
  });

  it('R-30 the single figures are those of the whole', async () => {
    const manager = await startEcho();
    manager.createSessionBatch(accounts(50));
    for (let tick = 0; tick < 5; tick++) await manager.updateAllSessions(100);
    expect([manager.getActiveSessionCount(), manager.getHibernatedSessionCount()]).toEqual([50, 0]);
    expect(manager.getSessionUpdateRate()).toBeGreaterThan(0);
    expect(manager.getCpuUsagePercent()).toBeGreaterThan(0);
  });
});

describe('R-29 the metrics window', () => {
  /** A window of 1000 ms and a clock of its own: `performance.now()` is where it began. */
  function windowOf(windowMs: number) {
    let nowMs = 0;
    const real = performance.now;
    const at = <T>(ms: number, call: () => T): T => {
      nowMs = ms;
      performance.now = () => nowMs;
      try {
        return call();
      } finally {
        performance.now = real;
      }
    };
    const window = at(0, () => new MetricsWindow(windowMs));
    return {
      record: (ms: number, updates = 10, packets = 4) => at(ms, () => window.record(ms, 50, updates, packets, 100)),
      rates: (ms: number) => at(ms, () => window.rates()),
      window,
    };
  }

  it('rates are exact while it has not yet filled', () => {
    const { record, rates } = windowOf(1000);
    for (let ms = 50; ms <= 500; ms += 50) record(ms);
    expect(rates(500)).toMatchObject({
      updateCyclesPerSecond: 20,
      sessionUpdatesPerSecond: 200,
      packetsPerSecond: 80,
      hibernationCyclesPerSecond: 0,
    });
  });

  it('slides: what was before it counts no more', () => {
    const { record, rates, window } = windowOf(1000);
    for (let ms = 10; ms <= 2000; ms += 10) record(ms, 100, 100);
    for (let ms = 2050; ms <= 4000; ms += 50) record(ms, 1, 0);
    expect(rates(4000)).toMatchObject({ updateCyclesPerSecond: 20, sessionUpdatesPerSecond: 20, packetsPerSecond: 0 });
    expect(window.updates).toBe(200 * 100 + 40);
  });

  it('goes on without ticks: rates fall to nothing', () => {
    const { record, rates } = windowOf(1000);
    for (let ms = 10; ms <= 5000; ms += 10) record(ms);
    expect(rates(5000).updateCyclesPerSecond).toBeCloseTo(100, 6);
    expect(rates(5400).updateCyclesPerSecond).toBeLessThan(100);
    expect(rates(65_000).updateCyclesPerSecond).toBe(0);
  });

  it('tells when each half of it has passed', () => {
    const { record } = windowOf(1000);
    const halves: number[] = [];
    for (let ms = 100; ms <= 2000; ms += 100) if (record(ms)) halves.push(ms);
    expect(halves).toEqual([500, 1000, 1500, 2000]);
  });

  it('tick times leave it after two halves', () => {
    const { record, window } = windowOf(1000);
    for (let ms = 100; ms <= 2000; ms += 100) record(ms);
    expect(window.tickTimes().count).toBe(5);
    expect(window.tickTimes().p50Us).toBeCloseTo(50, 0);
  });
});

describe('R-31 sessions by map and most active accounts', () => {
  it('counts active sessions on each map, ascending', async () => {
    const manager = await startEcho();
    manager.createSessionBatch(accounts(10), (account) => ({ mapId: account % 3 === 0 ? 2 ** 32 - 1 : account % 3 }));
    expect([...manager.getSessionsByMap()]).toEqual([
      [1, 4],
      [2, 3],
      [2 ** 32 - 1, 3],
    ]);
    manager.releaseSession(1);
    manager.getSession(2)!.mapId = 1;
    expect([...manager.getSessionsByMap()]).toEqual([
      [1, 4],
      [2, 2],
      [2 ** 32 - 1, 3],
    ]);
  });

  it('lists the accounts with most packets either way, ties by id, silent ones not at all', async () => {
    const manager = await startEcho();
    const handles = manager.createSessionBatch(accounts(30));
    for (const [account, packets] of [
      [20, 1],
      [7, 3],
      [5, 1],
      [9, 2],
    ]) {
      for (let i = 0; i < packets; i++) handles[account - 1].push(1);
    }
    expect(manager.getMostActiveAccounts()).toEqual([7, 9, 5, 20]);
    expect(manager.getMostActiveAccounts(2)).toEqual([7, 9]);
    await manager.updateAllSessions(100);
    handles[19].push(1);
    handles[19].push(1);
    manager.drainOutbound(() => {});
    // Out as well as in: 7 has 6, 9 has 4, 20 has 4, 5 has 2.
    expect(manager.getMostActiveAccounts()).toEqual([7, 9, 20, 5]);
  });

  it('gives ten by default, and as many as there are when asked for more', async () => {
    const manager = await startEcho();
    for (const handle of manager.createSessionBatch(accounts(20))) handle.push(1);
    expect(manager.getMostActiveAccounts()).toEqual(accounts(10));
    expect(manager.getMostActiveAccounts(100)).toHaveLength(20);
    expect(thrownBy(() => manager.getMostActiveAccounts(0))).toEqual(failure('ERR_INVALID_ARGUMENT', /^count must be an integer 1…/));
  });

  it('packets leave the window after its two halves, those since count on', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(1000);
    onTestFinished(() => now.mockRestore());
    const manager = await startEcho({ metricsWindowMs: 10_000 });
    const [first, second] = manager.createSessionBatch([1, 2]);
    first.push(1);
    now.mockReturnValue(6001);
    await manager.updateAllSessions(100);
    second.push(1);
    expect(manager.getMostActiveAccounts()).toEqual([1, 2]);
    now.mockReturnValue(11_002);
    await manager.updateAllSessions(100);
    expect(manager.getMostActiveAccounts()).toEqual([2]);
    now.mockReturnValue(16_003);
    await manager.updateAllSessions(100);
    expect(manager.getMostActiveAccounts()).toEqual([]);
  });

  it.each([
    ['are still there', true],
    ['are stored', false],
  ])('leaves out who sleeps, and counts from when they wake, as well where their rows %s', async (_, isAsync) => {
    const store = new FakeStore();
    store.isAsync = isAsync;
    const manager = await startEcho({ store, maintenanceSliceMs: 1000 });
    const [first, second] = manager.createSessionBatch([1, 2]);
    for (const handle of [first, second, second]) handle.push(1);
    await manager.updateAllSessions(100);
    manager.drainOutbound(() => {});
    expect(manager.getMostActiveAccounts()).toEqual([2, 1]);
    expect(second.hibernate()).toBe(true);
    expect(manager.getMostActiveAccounts()).toEqual([1]);
    await manager.updateAllSessions(100);
    expect([second.status, manager.getMostActiveAccounts()]).toEqual([isAsync ? 'hibernating' : 'hibernated', [1]]);
    second.wake();
    expect(manager.getMostActiveAccounts()).toEqual([1]);
    for (let i = 0; i < 3; i++) second.push(1);
    expect(manager.getMostActiveAccounts()).toEqual([2, 1]);
    await store.settle();
  });

  it('a session that was released takes its packets along', async () => {
    const manager = await startEcho();
    manager.createSession(1).push(1);
    manager.releaseSession(1);
    manager.createSession(2);
    manager.createSession(1);
    expect(manager.getMostActiveAccounts()).toEqual([]);
  });
});
