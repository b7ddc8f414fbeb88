import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { getEventListeners } from 'node:events';
import { defineBehavior } from '@dormouse/core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { failure, startDeferred, startEcho, startWith, thrownBy } from './test-manager.js';

/** Keeps the thread until the clock that the loop goes by has moved on. */
function blockFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

const nothing = (): void => {};
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

describe('R-12 run', () => {
  it('ticks with the diff of its rate until maxTicks are done, and reports how it went', async () => {
    const manager = await startEcho();
    const handle = manager.createSession(1);
    const diffs: number[] = [];
    const report = await manager.run({ tickRate: 800, maxTicks: 5, onTick: ({ diffMs }) => diffs.push(diffMs) });
    expect(diffs).toEqual([1.25, 1.25, 1.25, 1.25, 1.25]);
    expect(report.ticks).toBe(5);
    expect([handle.state.updates, manager.tick.nowMs]).toEqual([5, 6.25]);
  });

  it('no tick begins before it is due: n ticks take n − 1 intervals at least, skipped ones included', async () => {
    const manager = await startEcho();
    const { ticks, skipped, elapsedMs } = await manager.run({ tickRate: 500, maxTicks: 20 });
    expect(elapsedMs).toBeGreaterThanOrEqual((ticks - 1) * 2);
    expect(skipped).toBeGreaterThanOrEqual(0);
  });

  it('ends after the tick in hand when the signal aborts, and starts no other', async () => {
    const manager = await startEcho();
    const controller = new AbortController();
    const report = await manager.run({
      tickRate: 1000,
      signal: controller.signal,
      onTick: ({ tick }) => tick === 3 && controller.abort(),
    });
    expect(report.ticks).toBe(3);
    expect(manager.tick.number).toBe(3);
  });

  it('waits for what onTick promises before the next tick, and ends with what it rejects with', async () => {
    const manager = await startEcho();
    const seen: number[] = [];
    const onTick = async ({ tick }: { tick: number }): Promise<void> => {
      await Promise.resolve();
      seen.push(tick, manager.tick.number);
      if (tick === 3) throw new Error('enough');
    };
    await expect(manager.run({ tickRate: 1000, onTick })).rejects.toThrow('enough');
    expect(seen).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it('reports tick times and rates of the whole run', async () => {
    const manager = await startEcho();
    manager.createSession(1);
    const { tickTime, rates } = await manager.run({ tickRate: 1000, maxTicks: 4 });
    expect(tickTime.count).toBe(4);
    expect(tickTime.p50Us).toBeLessThanOrEqual(tickTime.p99Us);
    expect(rates.updateCyclesPerSecond).toBeGreaterThan(0);
    expect(rates.sessionUpdatesPerSecond).toBeCloseTo(rates.updateCyclesPerSecond, 6);
  });

  it('with a signal that has aborted already ticks not at all', async () => {
    const manager = await startEcho();
    expect(await manager.run({ tickRate: 10, signal: AbortSignal.abort() })).toMatchObject({ ticks: 0, overruns: 0, skipped: 0 });
  });

  it('ends while it waits for the next tick, not only when that comes', async () => {
    const manager = await startEcho();
    const controller = new AbortController();
    // At this rate the second tick is due in an hour.
    const report = await manager.run({
      tickRate: 1 / 3600,
      signal: controller.signal,
      onTick: () => void setImmediate(() => controller.abort()),
    });
    expect(report.ticks).toBe(1);
    expect(manager.tick.diffMs).toBeCloseTo(3_600_000, 6);
  });

  it('leaves no listener on the signal and no timer behind, though it ends while it waits', async () => {
    const manager = await startEcho();
    const controller = new AbortController();
    const set = vi.spyOn(globalThis, 'setTimeout');
    const clear = vi.spyOn(globalThis, 'clearTimeout');
    onTestFinished(() => void vi.restoreAllMocks());
    await manager.run({ tickRate: 1 / 3600, signal: controller.signal, onTick: () => void setImmediate(() => controller.abort()) });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    const timers = set.mock.results.filter((_, call) => Number(set.mock.calls[call][1]) > 1_000_000);
    expect(timers).toHaveLength(1);
    expect(clear).toHaveBeenCalledWith(timers[0].value);
  });

  it('is ended by shutdown, which waits for it', async () => {
    const { manager, scheduler } = await startDeferred();
    manager.createSession(1);
    const events: string[] = [];
    const running = manager.run({ tickRate: 1000 }).then(({ ticks }) => events.push(`ran ${ticks}`));
    while (!scheduler.isWaiting) await new Promise(setImmediate);
    const stopping = manager.shutdown().then(() => events.push('stopped'));
    await new Promise(setImmediate);
    expect(events).toEqual([]);
    scheduler.open();
    await Promise.all([running, stopping]);
    expect(events).toEqual(['ran 1', 'stopped']);
  });

  it('counts overruns, leaves the missed ticks out, keeps each diff, and publishes them', async () => {
    const events: { tick: number; lateMs: number; skipped: number }[] = [];
    const onOverrun = (message: unknown) => events.push(message as (typeof events)[0]);
    subscribe('dormouse:run:overrun', onOverrun);
    onTestFinished(() => void unsubscribe('dormouse:run:overrun', onOverrun));
    const told: string[] = [];
    const manager = await startEcho({ logger: { ...SILENT, info: (message) => void told.push(message) } });
    const report = await manager.run({
      tickRate: 100,
      maxTicks: 3,
      onTick: ({ tick }) => {
        if (tick === 1) blockFor(35);
      },
    });
    expect(report.ticks).toBe(3);
    expect(report.overruns).toBeGreaterThanOrEqual(1);
    // Due 10 ms after the first, begun 35 ms after it at the soonest: 2 whole intervals late.
    expect(report.skipped).toBeGreaterThanOrEqual(2);
    expect(report.maxLateMs).toBeGreaterThanOrEqual(20);
    // Ticks left out are not caught up: the last tick began when it, counted with them, was due.
    expect(report.elapsedMs).toBeGreaterThanOrEqual((report.ticks + report.skipped - 1) * 10);
    expect(events.length).toBe(report.overruns);
    expect(told.filter((message) => / began \d+ ms late: \d+ ticks of 10 ms were left out/.test(message))).toHaveLength(1);
    expect(events.reduce((sum, { skipped }) => sum + skipped, 0)).toBe(report.skipped);
    expect(events[0].tick).toBe(2);
    expect(manager.tick).toEqual({ number: 3, nowMs: 30, diffMs: 10 });
  });

  it('is an error while another run is active, and possible again when that has ended', async () => {
    const manager = await startEcho();
    const running = manager.run({ tickRate: 1000, maxTicks: 2 });
    await expect(manager.run({ tickRate: 1000 })).rejects.toEqual(
      failure('ERR_RUN_ACTIVE', 'run() is active already: abort it before starting another'),
    );
    await running;
    expect((await manager.run({ tickRate: 1000, maxTicks: 1 })).ticks).toBe(1);
  });

  it('rejects with what a tick rejects with, or onTick throws, and can be started anew', async () => {
    const { manager, scheduler } = await startDeferred();
    manager.createSession(1);
    const running = manager.run({ tickRate: 1000 });
    while (!scheduler.isWaiting) await new Promise(setImmediate);
    scheduler.fail(new Error('lost'));
    await expect(running).rejects.toEqual(failure('ERR_SCHEDULER_FAILED'));
    manager.releaseSession(1);
    const error = new Error('onTick broke');
    const throwing = () => {
      throw error;
    };
    await expect(manager.run({ tickRate: 1000, onTick: throwing })).rejects.toBe(error);
    expect((await manager.run({ tickRate: 1000, maxTicks: 1 })).ticks).toBe(1);
  });

  it('may be shut down from onTick', async () => {
    const manager = await startEcho();
    const report = await manager.run({ tickRate: 1000, onTick: ({ tick }) => void (tick === 2 && manager.shutdown()) });
    expect(report.ticks).toBe(2);
    await manager.shutdown();
  });

  it('may be shut down from onTick, which may wait for that', async () => {
    const manager = await startEcho();
    const events: string[] = [];
    const report = await manager.run({
      tickRate: 1000,
      onTick: async ({ tick }) => {
        if (tick !== 2) return;
        await manager.shutdown();
        events.push('stopped');
      },
    });
    events.push(`ran ${report.ticks}`);
    await manager.shutdown();
    expect(events.sort()).toEqual(['ran 2', 'stopped']);
  });

  it('is ended by shutdown even while it waits for onTick', async () => {
    const manager = await startEcho();
    let isWaiting = false;
    const running = manager.run({
      tickRate: 1000,
      onTick: () => {
        isWaiting = true;
        return new Promise(() => {});
      },
    });
    while (!isWaiting) await new Promise(setImmediate);
    await manager.shutdown();
    expect((await running).ticks).toBe(1);
  });

  it.each([
    [{ tickRate: 0 }, 'tickRate must be 1/3600…1000 a second: got 0'],
    [{ tickRate: 1 / 3601 }, /^tickRate must be 1\/3600…1000 a second: got 0\.00027/],
    [{ tickRate: 1001 }, 'tickRate must be 1/3600…1000 a second: got 1001'],
    [{ tickRate: Number.NaN }, 'tickRate must be 1/3600…1000 a second: got NaN'],
    [{ tickRate: '10' }, 'tickRate must be 1/3600…1000 a second: got "10"'],
    [undefined, 'tickRate must be 1/3600…1000 a second: got undefined'],
    [{ tickRate: 10, maxTicks: 0 }, /^maxTicks must be an integer 1…\d+: got 0$/],
    [{ tickRate: 10, signal: {} }, 'signal must be an AbortSignal: got an object (Object)'],
    [{ tickRate: 10, onTick: 5 }, 'onTick must be a function: got 5'],
  ])('%o is refused', async (options, message) => {
    const manager = await startEcho();
    await expect(manager.run(options as never)).rejects.toEqual(failure('ERR_INVALID_ARGUMENT', message));
    expect(manager.tick.number).toBe(0);
  });
});

describe('R-12 a disabled manager', () => {
  it('starts no scheduler and no setup, holds no memory and says that it is disabled', async () => {
    const messages: string[] = [];
    const silent = () => {};
    let setups = 0;
    const scheduler = serialScheduler();
    const behavior = defineBehavior(import.meta.url, { state: {}, setup: () => void setups++, update() {} });
    const logger = { debug: silent, warn: silent, error: silent, info: (text: string) => messages.push(text) };
    const manager = await startWith({ behavior, scheduler, enabled: false, logger });
    expect(messages[0]).toMatch(/^module\.playerbot\.session: disabled/);
    expect([manager.enabled, manager.getTotalMemoryUsage(), manager.pool.capacity]).toEqual([false, 0, 0]);
    expect(await manager.updateAllSessions(100)).toMatchObject({ tick: 0, sessions: 0, batches: 0 });
    expect((await manager.run({ tickRate: 1000, maxTicks: 2 })).ticks).toBe(2);
    await manager.shutdown();
    expect([scheduler.calls, setups]).toEqual([[], 0]);
  });

  it('refuses sessions and settings by saying that it is disabled', async () => {
    const manager = await startEcho({ enabled: false });
    const disabled = failure('ERR_MANAGER_DISABLED', 'this manager is disabled (enabled = false, Playerbot.Enable = 0)');
    for (const call of [
      () => manager.createSession(1),
      () => manager.createSessionBatch([1]),
      () => manager.releaseSession(1),
      () => manager.drainOutbound(() => {}),
      () => manager.setUpdateBatchSize(5),
    ]) {
      expect(thrownBy(call)).toEqual(disabled);
    }
    await expect(manager.setWorkerThreadCount(1)).rejects.toEqual(disabled);
    expect(manager.getSession(1)).toBeUndefined();
    expect(manager.getGlobalMetrics()).toMatchObject({ activeSessions: 0, totalUpdatesProcessed: 0 });
  });
});
