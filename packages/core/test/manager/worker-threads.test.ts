import type { IScheduler } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { deferredScheduler, serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { failure, startDeferred, startWith, thrownBy } from './test-manager.js';

const cause = new Error('it rains');

describe('R-13 worker threads', () => {
  it('a scheduler without resize is asked for 0 alone; more is refused by name', async () => {
    const scheduler = serialScheduler();
    const manager = await startWith({ behavior: echo, scheduler });
    await manager.setWorkerThreadCount(0);
    await expect(manager.setWorkerThreadCount(2)).rejects.toEqual(
      failure('ERR_SCHEDULER_UNSUPPORTED', 'scheduler test has no workers to set: asked for 2'),
    );
    expect(scheduler.calls).toEqual(['start', 'resize 0']);
  });

  it.each([-1, 256, 1.5, Number.NaN])('%s is refused, naming the range', async (count) => {
    const { manager } = await startDeferred();
    await expect(manager.setWorkerThreadCount(count)).rejects.toEqual(
      failure('ERR_CONFIG_INVALID', `workerThreads must be an integer 0…255: got ${count}`),
    );
  });

  it('waits for the tick in flight; no session and no tick is lost, though ticks follow each other at once', async () => {
    const { manager, scheduler } = await startDeferred();
    const handle = manager.createSession(1);
    const driving = (async () => {
      for (let tick = 0; tick < 3; tick++) await manager.updateAllSessions(100);
    })();
    const resizing = manager.setWorkerThreadCount(4);
    for (let tick = 0; tick < 3; tick++) {
      while (!scheduler.isWaiting) await Promise.resolve();
      scheduler.open();
    }
    await Promise.all([driving, resizing]);
    expect(scheduler.calls).toEqual(['start', 'parallelFor 1', 'resize 4', 'parallelFor 1', 'parallelFor 1']);
    expect([handle.state.updates, manager.config.workerThreads]).toEqual([3, 4]);
  });

  it('never overlaps a tick, another change or the stop: each waits for those before it', async () => {
    const gates: (() => void)[] = [];
    const resize: IScheduler['resize'] = (count) => {
      scheduler.calls.push(`resize ${count}`);
      return new Promise((resolve) => gates.push(resolve));
    };
    const scheduler = deferredScheduler({ resize });
    const manager = await startWith({ behavior: echo, scheduler });
    const handle = manager.createSession(1);
    const settled = [manager.setWorkerThreadCount(1), manager.setWorkerThreadCount(2)];
    await new Promise(setImmediate);
    const ticking = manager.updateAllSessions(100);
    const stopping = manager.shutdown();
    expect(scheduler.calls).toEqual(['start', 'resize 1']);
    expect(thrownBy(() => handle.state.updates)).toEqual(failure('ERR_TICK_IN_FLIGHT'));
    gates[0]();
    await settled[0];
    await new Promise(setImmediate);
    expect(scheduler.calls).toEqual(['start', 'resize 1', 'resize 2']);
    gates[1]();
    while (!scheduler.isWaiting) await new Promise(setImmediate);
    expect(scheduler.calls).toEqual(['start', 'resize 1', 'resize 2', 'parallelFor 1']);
    scheduler.open();
    expect((await ticking).sessions).toBe(1);
    await stopping;
    expect(scheduler.calls.at(-1)).toBe('stop');
  });

  it('a change that fails rejects, leaves the count as it was, and ticks go on', async () => {
    const scheduler = deferredScheduler({ resize: () => Promise.reject(cause) });
    const manager = await startWith({ behavior: echo, scheduler, workerThreads: 1 });
    manager.createSession(1);
    await expect(manager.setWorkerThreadCount(3)).rejects.toBe(cause);
    expect(manager.config.workerThreads).toBe(1);
    const ticking = manager.updateAllSessions(100);
    scheduler.open();
    expect((await ticking).sessions).toBe(1);
  });
});
