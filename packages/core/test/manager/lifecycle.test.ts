import { defineBehavior, SessionManager, type SessionManagerOptions } from '@dormouse/core';
import { describe, expect, it, vi } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { accounts, failure, startDeferred, startEcho, startWith, thrownBy } from './test-manager.js';

const broken = (setup: () => void | Promise<void>) => defineBehavior(import.meta.url, { name: 'broken', state: {}, setup, update() {} });

const cause = new Error('it rains');
const throwing = () => {
  throw cause;
};

/** Starts what cannot start; the error. Asserts that no timer was set, and that no thread or file is left. */
async function startFailing(options: Partial<SessionManagerOptions<typeof echo>>): Promise<unknown> {
  const held = () => process.getActiveResourcesInfo().filter((name) => !/^(Timeout|Immediate|TickObject)$/.test(name));
  const timers = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'setInterval')];
  const before = held();
  const error = await SessionManager.start({ behavior: echo, scheduler: serialScheduler(), logger: false, ...options } as never).catch(
    (reason) => reason,
  );
  expect(held()).toEqual(before);
  for (const set of timers) {
    expect(set).not.toHaveBeenCalled();
    set.mockRestore();
  }
  return error;
}

describe('R-06 start', () => {
  it.each([
    ['throws', throwing],
    ['rejects', () => Promise.reject(cause)],
  ])('a setup that %s rejects with its cause; the scheduler is stopped', async (_, setup) => {
    const scheduler = serialScheduler();
    const error = await startFailing({ behavior: broken(setup) as never, scheduler });
    expect(error).toMatchObject({ code: 'ERR_START_FAILED', message: 'setup of behaviour broken failed: it rains', cause });
    expect(scheduler.calls).toEqual(['stop']);
  });

  it.each([
    ['throws', throwing],
    ['rejects', () => Promise.reject(cause)],
  ])('a scheduler whose start %s rejects with its cause, and is stopped', async (_, start) => {
    const scheduler = serialScheduler({ start });
    const error = await startFailing({ scheduler });
    expect(error).toMatchObject({ code: 'ERR_START_FAILED', message: 'scheduler test did not start: it rains', cause });
    expect(scheduler.calls).toEqual(['stop']);
  });

  it('a scheduler that can neither start nor stop still rejects with why it did not start', async () => {
    const errors: string[] = [];
    const silent = () => {};
    const logger = { debug: silent, info: silent, warn: silent, error: (text: string) => errors.push(text) };
    const error = await startFailing({
      scheduler: serialScheduler({ start: throwing, stop: () => Promise.reject(new Error('stuck')) }),
      logger,
    });
    expect(error).toEqual(failure('ERR_START_FAILED', 'scheduler test did not start: it rains'));
    expect(errors).toEqual(['module.playerbot.session: scheduler test did not stop: stuck']);
  });

  it('what options cannot be is refused before anything is started', async () => {
    const scheduler = serialScheduler();
    expect(await startFailing({ scheduler, updateBatchSize: 0 })).toEqual(failure('ERR_CONFIG_INVALID'));
    expect(scheduler.calls).toEqual([]);
  });

  it('waits for a scheduler that starts asynchronously, and hands it what it needs', async () => {
    const given: unknown[] = [];
    const scheduler = serialScheduler();
    const start = scheduler.start.bind(scheduler);
    scheduler.start = async (host) => {
      await Promise.resolve();
      given.push(host.contractVersion, host.workerThreads, typeof host.caller.runBatches, typeof host.logger.warn);
      return start(host);
    };
    const manager = await startWith({ behavior: echo, scheduler, workerThreads: 3 });
    expect(given).toEqual([1, 3, 'function', 'function']);
    expect([manager.schedulerName, manager.enabled, manager.config.workerThreads]).toEqual(['test', true, 3]);
  });
});

describe('a scheduler', () => {
  it('belongs to one manager until that is shut down; another that is given it does not start, and stops nothing', async () => {
    const scheduler = serialScheduler();
    const manager = await startWith({ behavior: echo, scheduler });
    manager.createSession(1);
    await expect(SessionManager.start({ behavior: echo, scheduler, logger: false })).rejects.toEqual(
      failure('ERR_SCHEDULER_CONTRACT', 'scheduler test belongs to another manager: each needs one of its own'),
    );
    expect((await manager.updateAllSessions(100)).sessions).toBe(1);
    expect(scheduler.calls).not.toContain('stop');
    await manager.shutdown();
    await startWith({ behavior: echo, scheduler });
  });
});

describe('R-06 shutdown', () => {
  it('is the same promise however often it is called, and stops the scheduler once', async () => {
    const scheduler = serialScheduler();
    const manager = await startWith({ behavior: echo, scheduler });
    const first = manager.shutdown();
    expect(manager.shutdown()).toBe(first);
    await first;
    expect(manager.shutdown()).toBe(first);
    expect(manager[Symbol.asyncDispose]()).toBe(first);
    expect(scheduler.calls).toEqual(['start', 'stop']);
  });

  it('is what leaving an `await using` block does', async () => {
    const scheduler = serialScheduler();
    const manager = await startWith({ behavior: echo, scheduler });
    await manager[Symbol.asyncDispose]();
    expect(scheduler.calls).toEqual(['start', 'stop']);
  });

  it('waits for the tick in flight, which ends well', async () => {
    const { manager, scheduler } = await startDeferred();
    manager.createSessionBatch(accounts(3));
    const events: string[] = [];
    const ticking = manager.updateAllSessions(100).then(({ sessions }) => events.push(`ticked ${sessions}`));
    const stopping = manager.shutdown().then(() => events.push('stopped'));
    await expect(manager.updateAllSessions(100)).rejects.toEqual(failure('ERR_MANAGER_STOPPED'));
    expect(thrownBy(() => manager.createSession(9))).toEqual(failure('ERR_MANAGER_STOPPED'));
    expect(scheduler.calls).toEqual(['start', 'parallelFor 1']);
    scheduler.open();
    await Promise.all([ticking, stopping]);
    expect(events).toEqual(['ticked 3', 'stopped']);
    expect(scheduler.calls).toEqual(['start', 'parallelFor 1', 'stop']);
  });

  it('waits for the tick in flight even if another one was begun the moment the last had ended', async () => {
    const { manager, scheduler } = await startDeferred();
    manager.createSession(1);
    const first = manager.updateAllSessions(100);
    scheduler.open();
    // As soon as the manager takes one, before the first has been told of as ended.
    let second: Promise<unknown> | undefined;
    for (let turn = 0; turn < 20 && second === undefined; turn++) {
      await Promise.resolve();
      const attempt = manager.updateAllSessions(100);
      if ((await Promise.race([attempt.catch(() => 'refused'), Promise.resolve().then(() => undefined)])) !== 'refused') second = attempt;
    }
    await first;
    while (!scheduler.isWaiting) await Promise.resolve();
    const stopping = manager.shutdown();
    await new Promise(setImmediate);
    expect(scheduler.calls).toEqual(['start', 'parallelFor 1', 'parallelFor 1']);
    scheduler.open();
    await Promise.all([second, stopping]);
    expect(scheduler.calls.at(-1)).toBe('stop');
  });

  it('waits for a tick in flight that fails', async () => {
    const { manager, scheduler } = await startDeferred();
    manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    const stopping = manager.shutdown();
    scheduler.fail(cause);
    await expect(ticking).rejects.toEqual(failure('ERR_SCHEDULER_FAILED'));
    await stopping;
    expect(scheduler.calls.at(-1)).toBe('stop');
  });

  it('resolves though the scheduler does not stop, and logs why', async () => {
    const errors: string[] = [];
    const silent = () => {};
    const logger = { debug: silent, info: silent, warn: silent, error: (text: string) => errors.push(text) };
    const manager = await startWith({ behavior: echo, scheduler: serialScheduler({ stop: throwing }), logger });
    await manager.shutdown();
    expect(errors).toEqual(['module.playerbot.session: scheduler test did not stop: it rains']);
  });

  it('ends sessions without their release hooks', async () => {
    let released = 0;
    const behavior = defineBehavior(import.meta.url, { state: {}, release: () => void released++, update() {} });
    const manager = await startWith({ behavior, scheduler: serialScheduler() });
    const handle = manager.createSession(1);
    await manager.shutdown();
    expect([released, handle.isLive, handle.status, handle.push(1), handle.release()]).toEqual([0, false, 'released', 3, false]);
  });

  it('afterwards whatever changes something throws ERR_MANAGER_STOPPED', async () => {
    const manager = await startEcho();
    const handle = manager.createSession(1);
    await manager.shutdown();
    const stopped = failure('ERR_MANAGER_STOPPED', 'this manager has been shut down');
    for (const call of [
      () => manager.createSession(2),
      () => manager.createSessionBatch([2]),
      () => manager.releaseSession(1),
      () => manager.releaseSessionBatch([1]),
      () => manager.reviveSession(1),
      () => manager.pushBatch([handle], 1, new Uint8Array(0), 0),
      () => manager.drainOutbound(() => {}),
      () => manager.setUpdateBatchSize(1),
      () => manager.setMaxConcurrentSessions(1),
      () => manager.setHibernationThreshold(1),
    ]) {
      expect(thrownBy(call)).toEqual(stopped);
    }
    await expect(manager.updateAllSessions(100)).rejects.toEqual(stopped);
    await expect(manager.run({ tickRate: 10 })).rejects.toEqual(stopped);
    await expect(manager.setWorkerThreadCount(0)).rejects.toEqual(stopped);
    for (const use of [() => handle.mapId, () => handle.state, () => handle.touch()]) {
      expect(thrownBy(use)).toEqual(failure('ERR_SESSION_STALE'));
    }
  });

  it('afterwards whatever tells something says that there is nothing', async () => {
    const manager = await startEcho();
    manager.createSession(1);
    await manager.updateAllSessions(100);
    await manager.shutdown();
    expect(manager.getSession(1)).toBeUndefined();
    expect([...manager.sessions()]).toEqual([]);
    expect(manager.pool).toEqual({ allocatedCount: 0, availableCount: 0, capacity: 0 });
    expect([manager.getActiveSessionCount(), manager.getTotalMemoryUsage(), manager.getMemoryUsagePercent()]).toEqual([0, 0, 0]);
    expect([manager.getSessionUpdateRate(), manager.getCpuUsagePercent(), manager.getHibernatedSessionCount()]).toEqual([0, 0, 0]);
    expect([manager.getSessionsByMap(), manager.getMostActiveAccounts()]).toEqual([new Map(), []]);
    expect(manager.getGlobalMetrics()).toMatchObject({ activeSessions: 0, totalMemoryMB: 0, participants: [] });
    expect(manager.schedulerName).toBe('test');
  });
});
