import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { failure } from '../manager/test-manager.js';
import { after, fakeCrew } from './fake-crew.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Two threads, of which one is lost; the next `failures` launches fail. */
async function losingOne(failures: number) {
  const told: unknown[] = [];
  const listener = (message: unknown): void => void told.push(message);
  subscribe('dormouse:thread:failed', listener);
  onTestFinished(() => void unsubscribe('dormouse:thread:failed', listener));
  const { crew, seats, conducts, launches, log } = fakeCrew();
  await crew.resize(2);
  for (let failing = 0; failing < failures; failing++) conducts.push('launch fails');
  seats[1].become('gone');
  await vi.advanceTimersByTimeAsync(0);
  crew.reap();
  await vi.advanceTimersByTimeAsync(0);
  return { crew, conducts, launches, log, told };
}

describe('threads that are lost', () => {
  it('and cannot be replaced while others are left are tried again, after pauses that grow, until that works: told once', async () => {
    const { crew, launches, log, told } = await losingOne(6);
    // Three at once; the others 1, 2 and 4 s apart.
    for (const [ms, count] of [
      [0, 5],
      [999, 5],
      [1, 6],
      [1999, 6],
      [1, 7],
      [3999, 7],
      [1, 8],
      [7999, 8],
    ]) {
      await vi.advanceTimersByTimeAsync(ms);
      expect([launches(), crew.missing, crew.failure, crew.runners]).toEqual([count, 1, undefined, [1]]);
    }
    await vi.advanceTimersByTimeAsync(1);
    expect([launches(), crew.missing, crew.runners]).toEqual([9, 0, [1, 2]]);
    const message = 'fake: no thread could be started in the place of one that was lost: no thread to be had';
    expect(told).toEqual([{ scheduler: 'fake', error: failure('ERR_THREAD_GONE', message) }]);
    expect((told[0] as { error: Error }).error.cause).toEqual(new RangeError('no thread to be had'));
    expect(log.slice(1)).toEqual([`${message}; it is tried again`, 'fake starts threads again']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('and are tried again wait a minute at most between two tries', async () => {
    const { launches } = await losingOne(20);
    await vi.advanceTimersByTimeAsync((1 + 2 + 4 + 8 + 16 + 32) * 1000);
    expect(launches()).toBe(2 + 3 + 6);
    await vi.advanceTimersByTimeAsync(60_000 * 4);
    expect(launches()).toBe(2 + 3 + 6 + 4);
  });

  it('of which several could not be replaced are all replaced once one could', async () => {
    const { crew, seats, conducts } = fakeCrew();
    await crew.resize(4);
    for (let failing = 0; failing < 5; failing++) conducts.push('launch fails');
    for (const seat of seats.slice(1)) seat.become('gone');
    await vi.advanceTimersByTimeAsync(0);
    crew.reap();
    await vi.advanceTimersByTimeAsync(0);
    expect([crew.runners, crew.missing]).toEqual([[1], 3]);
    await vi.advanceTimersByTimeAsync(1000);
    expect([crew.runners, crew.missing]).toEqual([[1, 2, 3, 4], 0]);
  });

  it('are tried at once by a change of their number; if that fails, the one that is missing is tried again later', async () => {
    const { crew, launches, conducts } = await losingOne(3);
    conducts.push('launch fails', 'launch fails');
    expect(await after(0, crew.resize(3))).toEqual(new RangeError('no thread to be had'));
    expect([launches(), crew.missing, crew.runners]).toEqual([7, 1, [1]]);
    await vi.advanceTimersByTimeAsync(1000);
    expect([launches(), crew.missing, crew.runners]).toEqual([8, 0, [1, 2]]);
  });

  it('are tried no more when the crew has been stopped', async () => {
    const { crew, launches } = await losingOne(3);
    expect(await after(2000, crew.stop())).toBe(undefined);
    expect([launches(), vi.getTimerCount()]).toEqual([5, 0]);
  });
});
