import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TickPace } from '../../src/manager/upkeep/tick-pace.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** The pace of ticks that have ended so many ms after one another, the last one `sinceMs` ago. */
function paceOf(intervals: readonly number[], sinceMs: number): TickPace {
  const pace = new TickPace();
  pace.ended(performance.now());
  for (const apartMs of intervals) {
    vi.advanceTimersByTime(apartMs);
    pace.ended(performance.now());
  }
  vi.advanceTimersByTime(sinceMs);
  return pace;
}

const EVEN = [50, 50, 50, 50];

/** Whether a tick is waited for still; asked more than once. */
function watched(pace: TickPace): () => Promise<boolean> {
  let isWaiting = true;
  void pace.behindTick().then(() => {
    isWaiting = false;
  });
  return async () => {
    for (let job = 0; job < 16; job++) await undefined;
    return isWaiting;
  };
}

describe('R-26 what begins right behind a tick', () => {
  it('waits until the next tick has ended and the event loop has come round', async () => {
    const pace = paceOf(EVEN, 20);
    const isWaiting = watched(pace);
    vi.advanceTimersByTime(79);
    expect(await isWaiting()).toBe(true);
    pace.ended(performance.now());
    expect(await isWaiting()).toBe(true);
    vi.advanceTimersToNextTimer();
    expect([await isWaiting(), vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('waits no longer than twice what ticks are apart', async () => {
    const isWaiting = watched(paceOf(EVEN, 20));
    vi.advanceTimersByTime(79);
    expect(await isWaiting()).toBe(true);
    vi.advanceTimersByTime(1);
    expect([await isWaiting(), vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('waits for no tick where one has ended just now: whoever asks may wait for it before the next', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    await paceOf(EVEN, 6).behindTick();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes the longest of the last four intervals for what ticks are apart, some of which follow at once', async () => {
    const isWaiting = watched(paceOf([50, 1, 50, 1, 50, 1], 20));
    vi.advanceTimersByTime(79);
    expect(await isWaiting()).toBe(true);
    vi.advanceTimersByTime(1);
    expect(await isWaiting()).toBe(false);
    expect(await watched(paceOf([500, 50, 50, 50, 50], 20))()).toBe(true);
  });

  it.each([
    ['there were too few ticks', [50, 50, 50], 20],
    ['ticks are more than 300 ms apart', [301, 301, 301, 301], 100],
    ['one of them was, lately', [301, 50, 50, 50], 20],
    ['ticks have ceased', EVEN, 100],
  ] as const)('waits for nothing where %s', async (_, intervals, sinceMs) => {
    const isWaiting = watched(paceOf(intervals, sinceMs));
    expect([await isWaiting(), vi.getTimerCount()]).toEqual([false, 0]);
  });

  it('waits for nothing once it is closed; all who waited are told then', async () => {
    const pace = paceOf(EVEN, 20);
    const waiting = [watched(pace), watched(pace)];
    pace.close();
    vi.advanceTimersToNextTimer();
    for (const isWaiting of waiting) expect(await isWaiting()).toBe(false);
    expect([await watched(pace)(), vi.getTimerCount()]).toEqual([false, 0]);
  });
});
