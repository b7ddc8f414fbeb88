import { describe, expect, it } from 'vitest';
import { threadsOf, usualWorkers } from '../src/threads.js';

const supports = async (...args: Parameters<typeof threadsOf>) => (await threadsOf(...args)).scheduler.supports;

describe('the threads of a run', () => {
  it('are as many workers as there are cores, and not more than four; one less where the main thread runs bots too', () => {
    expect([1, 2, 3, 4, 5, 64].map((cores) => usualWorkers(cores, false))).toEqual([1, 2, 3, 4, 4, 4]);
    expect([1, 2, 3, 4, 5, 64].map((cores) => usualWorkers(cores, true))).toEqual([1, 1, 2, 3, 4, 4]);
  });

  it('are those that were asked for, and none with the inline scheduler', async () => {
    expect((await threadsOf({ scheduler: 'tinypool', workers: 7 })).workerThreads).toBe(7);
    expect((await threadsOf({ scheduler: 'tinypool', workers: 0 })).workerThreads).toBeGreaterThan(0);
    expect((await threadsOf({ scheduler: 'inline' })).workerThreads).toBe(0);
  });

  it.each(['tinypool', 'poolifier', 'threads'])('of %s leave the main thread alone unless it is to join', async (scheduler) => {
    expect(await supports({ scheduler })).toMatchObject({ workers: true, callerParticipates: false });
    expect(await supports({ scheduler, caller: 'idle' })).toMatchObject({ callerParticipates: false });
    expect(await supports({ scheduler, caller: 'joins' })).toMatchObject({ callerParticipates: true });
  });

  it('that a scheduler cannot have are refused by the option that asks for them', async () => {
    const refused = (message: string) => expect.objectContaining({ code: 'ERR_SCHEDULER_UNSUPPORTED', message });
    await expect(threadsOf({ scheduler: 'inline', workers: 2 })).rejects.toEqual(
      refused('--workers 2: scheduler inline has no worker threads'),
    );
    await expect(threadsOf({ scheduler: 'inline', caller: 'idle' })).rejects.toEqual(
      refused('--caller idle: with scheduler inline the main thread always runs bots'),
    );
    await expect(threadsOf({ scheduler: 'inline', caller: 'joins' })).resolves.toMatchObject({ workerThreads: 0 });
  });
});
