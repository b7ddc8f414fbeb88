import { constants, type NodeGCPerformanceDetail, PerformanceObserver } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startEcho } from './test-manager.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** How many whole collections of this thread were asked for; told with the event loop having come round some times. */
function collections(): () => Promise<number> {
  let count = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind, flags = 0 } = (entry as unknown as { detail: NodeGCPerformanceDetail }).detail;
      if (kind === constants.NODE_PERFORMANCE_GC_MAJOR && (flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0) count++;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  onTestFinished(() => observer.disconnect());
  return async () => {
    for (let turn = 0; turn < 16; turn++) await new Promise(setImmediate);
    return count;
  };
}

/** A manager that has ticked at 20 Hz, the last time 20 ms ago. */
async function startTicking(settings: Parameters<typeof startEcho>[0] = {}) {
  const manager = await startEcho({ enableAutoDefragmentation: false, ...settings });
  manager.createSession(1);
  for (let tick = 0; tick < 5; tick++) {
    vi.advanceTimersByTime(50);
    await manager.updateAllSessions(50);
  }
  vi.advanceTimersByTime(20);
  return manager;
}

describe('R-26 the calling thread collects', () => {
  it('right behind the next tick, where ticks come', async () => {
    const manager = await startTicking();
    const collected = collections();
    const collecting = manager.collectGarbage();
    expect(await collected()).toBe(0);
    vi.advanceTimersByTime(30);
    await manager.updateAllSessions(50);
    await collecting;
    expect(await collected()).toBe(1);
  });

  it('behind one that fails, as behind any', async () => {
    let isFailing = false;
    const onPacket = (): void => {
      if (isFailing) throw new Error('no');
    };
    const manager = await startTicking({ onPacket });
    const collected = collections();
    const collecting = manager.collectGarbage();
    expect(await collected()).toBe(0);
    isFailing = true;
    manager.getSession(1)?.push(1, new Uint8Array(4));
    await expect(manager.updateAllSessions(50)).rejects.toThrow('onPacket failed');
    await collecting;
    expect(await collected()).toBe(1);
  });

  it('at once where nobody ticks any more', async () => {
    const manager = await startTicking();
    vi.advanceTimersByTime(80);
    const collected = collections();
    await manager.collectGarbage();
    expect(await collected()).toBe(1);
  });

  it('no more when the manager has stopped meanwhile, and whoever waits for it is told', async () => {
    const manager = await startTicking();
    const collected = collections();
    const collecting = manager.collectGarbage();
    expect(await collected()).toBe(0);
    await manager.shutdown();
    await collecting;
    expect([await collected(), vi.getTimerCount()]).toEqual([0, 0]);
  });
});
