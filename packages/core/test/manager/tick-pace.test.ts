import { constants, PerformanceObserver } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TickPace } from '../../src/manager/upkeep/tick-pace.js';
import { startEcho } from './test-manager.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** The pace of ticks that have ended `apartMs` after one another, the last one now. */
function paceOf(ticks: number, apartMs: number): TickPace {
  const pace = new TickPace();
  for (let tick = 0; tick < ticks; tick++) {
    if (tick > 0) vi.advanceTimersByTime(apartMs);
    pace.ended(performance.now());
  }
  return pace;
}

/** Whether the next tick is waited for still; asked more than once. */
function watched(pace: TickPace): () => Promise<boolean> {
  let isWaiting = true;
  void pace.behindNext().then(() => {
    isWaiting = false;
  });
  return async () => {
    for (let job = 0; job < 16; job++) await undefined;
    return isWaiting;
  };
}

describe('R-26 what begins right behind a tick', () => {
  it('waits until the next tick has ended and the event loop has come round', async () => {
    const pace = paceOf(2, 50);
    const isWaiting = watched(pace);
    vi.advanceTimersByTime(99);
    expect(await isWaiting()).toBe(true);
    pace.ended(performance.now());
    expect(await isWaiting()).toBe(true);
    vi.advanceTimersToNextTimer();
    expect([await isWaiting(), vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('waits no longer than twice what ticks were apart last', async () => {
    const isWaiting = watched(paceOf(3, 50));
    vi.advanceTimersByTime(99);
    expect(await isWaiting()).toBe(true);
    vi.advanceTimersByTime(1);
    expect([await isWaiting(), vi.getTimerCount()]).toEqual([false, 0]);
  });

  it.each([
    ['there was no tick', () => paceOf(0, 0)],
    ['there was one tick', () => paceOf(1, 0)],
    ['ticks are more than 250 ms apart', () => paceOf(2, 251)],
    ['ticks have ceased', () => (([pace]) => pace as TickPace)([paceOf(2, 50), vi.advanceTimersByTime(100)])],
  ])('waits for nothing where %s', async (_, paceNow) => {
    const isWaiting = watched(paceNow());
    expect([await isWaiting(), vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('is told at once, all of it, when nobody is to wait any more', async () => {
    const pace = paceOf(2, 250);
    const waiting = [watched(pace), watched(pace)];
    pace.release();
    vi.advanceTimersToNextTimer();
    for (const isWaiting of waiting) expect(await isWaiting()).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is what the calling thread collects, where ticks come', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    let collections = 0;
    const observer = new PerformanceObserver((list) => {
      for (const { detail } of list.getEntries()) {
        const { kind, flags } = detail as { kind: number; flags: number };
        if (kind === constants.NODE_PERFORMANCE_GC_MAJOR && (flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0) collections++;
      }
    });
    observer.observe({ entryTypes: ['gc'] });
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 16; turn++) await new Promise(setImmediate);
    };
    const manager = await startEcho({ enableAutoDefragmentation: false });
    for (let tick = 0; tick < 2; tick++) {
      vi.advanceTimersByTime(50);
      await manager.updateAllSessions(50);
    }
    const collecting = manager.collectGarbage();
    await turns();
    const before = collections;
    await manager.updateAllSessions(50);
    await collecting;
    await turns();
    observer.disconnect();
    expect([before, collections]).toEqual([0, 1]);
  });
});
