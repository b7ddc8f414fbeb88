import { SessionManager } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { echo, tally } from './behaviors.js';
import { accounts, failure, startEcho, startWith } from './test-manager.js';

const WORD = new Uint8Array(4);

describe('R-08 updateAllSessions', () => {
  it('updates every session once and reports what it did', async () => {
    const manager = await startEcho({ startTimeMs: 1000 });
    const handles = manager.createSessionBatch(accounts(130));
    handles[7].push(5, WORD);
    handles[7].push(6, WORD);
    const report = await manager.updateAllSessions(250);
    expect(report).toMatchObject({ tick: 1, nowMs: 1250, diffMs: 250, sessions: 130, batches: 3, packetsIn: 2, packetsOut: 0 });
    expect(report.faults).toEqual([]);
    expect(report.refused).toEqual([]);
    expect(handles.every((handle) => handle.state.updates === 1 && handle.updateCount === 1)).toBe(true);
  });

  it('reports times whose parts make up the whole', async () => {
    const manager = await startEcho();
    manager.createSessionBatch(accounts(10));
    const { ingestUs, updateUs, egressUs, maintenanceUs, tickUs } = await manager.updateAllSessions(100);
    expect(Math.min(ingestUs, updateUs, egressUs, maintenanceUs)).toBeGreaterThanOrEqual(0);
    expect(ingestUs + updateUs + egressUs + maintenanceUs).toBeCloseTo(tickUs, 3);
  });

  it('is done when it returns, on a scheduler that is', async () => {
    const manager = await startEcho();
    const handle = manager.createSession(1);
    const ticking = manager.updateAllSessions(100);
    expect(handle.state.updates).toBe(1);
    await ticking;
  });

  it('ticks without sessions, asking nothing of the scheduler', async () => {
    const scheduler = serialScheduler();
    const manager = await startWith({ behavior: echo, scheduler });
    const report = await manager.updateAllSessions(100);
    expect(report).toMatchObject({ tick: 1, sessions: 0, batches: 0 });
    expect(scheduler.calls).toEqual(['start']);
  });

  it('counts ticks and simulated time on, whatever the diffs', async () => {
    const manager = await startEcho();
    expect(manager.tick).toEqual({ number: 0, nowMs: 0, diffMs: 0 });
    await manager.updateAllSessions(0);
    await manager.updateAllSessions(0.5);
    await manager.updateAllSessions(3_600_000);
    expect(manager.tick).toEqual({ number: 3, nowMs: 3_600_000.5, diffMs: 3_600_000 });
  });

  it.each([-1, 3_600_001, Number.NaN, Number.POSITIVE_INFINITY, '100', undefined, 10n])(
    'refuses a diff of %s, and has not ticked',
    async (diff) => {
      const manager = await startEcho();
      const shown = typeof diff === 'string' ? '"100"' : typeof diff === 'bigint' ? '10n' : String(diff);
      await expect(manager.updateAllSessions(diff as number)).rejects.toEqual(
        failure('ERR_INVALID_ARGUMENT', `diffMs must be 0…3600000: got ${shown}`),
      );
      expect(manager.tick.number).toBe(0);
    },
  );

  it('rejects a scheduler that fails, at once or later, and the next tick runs', async () => {
    for (const fail of [() => Promise.reject(new Error('no more')), throwing('no more')]) {
      const scheduler = serialScheduler();
      const parallelFor = scheduler.parallelFor.bind(scheduler);
      scheduler.parallelFor = fail;
      const manager = await startWith({ behavior: echo, scheduler });
      const handle = manager.createSession(1);
      const error = await manager.updateAllSessions(100).catch((cause) => cause);
      expect(error).toEqual(failure('ERR_SCHEDULER_FAILED', 'tick 1: scheduler test failed: no more'));
      expect(error.cause).toEqual(new Error('no more'));
      scheduler.parallelFor = parallelFor;
      expect((await manager.updateAllSessions(100)).tick).toBe(2);
      expect(handle.state.updates).toBe(1);
    }
  });

  it('takes whatever is no promise for a scheduler that is done', async () => {
    const scheduler = serialScheduler();
    const parallelFor = scheduler.parallelFor.bind(scheduler);
    for (const result of [null, 3, {}]) {
      scheduler.parallelFor = ((count: number, epoch: number) => {
        parallelFor(count, epoch);
        return result;
      }) as never;
      const manager = await startWith({ behavior: echo, scheduler });
      const handle = manager.createSession(1);
      await manager.updateAllSessions(100);
      await manager.updateAllSessions(100);
      expect(handle.state.updates).toBe(2);
      await manager.shutdown();
    }
  });

  it('gives the scheduler rounds numbered from 1 without gaps, ticks without sessions left out', async () => {
    const epochs: number[] = [];
    const scheduler = serialScheduler();
    const parallelFor = scheduler.parallelFor.bind(scheduler);
    scheduler.parallelFor = (count, epoch) => {
      epochs.push(epoch);
      return parallelFor(count, epoch);
    };
    const manager = await startWith({ behavior: echo, scheduler });
    await manager.updateAllSessions(100);
    manager.createSession(1);
    await manager.updateAllSessions(100);
    manager.releaseSession(1);
    await manager.updateAllSessions(100);
    manager.createSession(1);
    await manager.updateAllSessions(100);
    expect(epochs).toEqual([1, 2]);
  });
});

describe('R-09 behaviours', () => {
  it('updateBatch sees each active session once, in runs that leave gaps out', async () => {
    const manager = await startWith({ behavior: tally, scheduler: serialScheduler() });
    const handles = manager.createSessionBatch(accounts(150));
    for (const gap of [3, 64, 65, 149]) manager.releaseSession(gap + 1);
    await manager.updateAllSessions(100);
    await manager.updateAllSessions(100);
    const live = handles.filter((handle) => handle.isLive);
    expect(live).toHaveLength(146);
    expect(live.every((handle) => handle.state.updates === 2)).toBe(true);
    const calls = (account: number) => manager.getSession(account)!.state.calls;
    // Rows 0…2 and 4…63 of the first block, rows 2…63 of the second (batches are of 64), the rest of the third.
    expect([1, 5, 67, 129].map(calls)).toEqual([2, 2, 2, 2]);
    expect(live.reduce((sum, { state }) => sum + state.calls, 0)).toBe(8);
  });

  it('two behaviours in one manager keep their states and their blocks apart', async () => {
    const manager = await SessionManager.start({ behaviors: [echo, tally], scheduler: serialScheduler(), logger: false });
    for (let account = 1; account <= 100; account++) {
      manager.createSession(account, { behavior: account % 2 === 0 ? tally : echo });
    }
    const report = await manager.updateAllSessions(100);
    expect(report).toMatchObject({ sessions: 100, batches: 2 });
    for (const handle of manager.sessions()) {
      expect(handle.behavior).toBe(handle.accountId % 2 === 0 ? tally : echo);
      expect(handle.state.updates).toBe(1);
    }
    expect(manager.createSession(500).behavior).toBe(echo);
    await manager.shutdown();
  });

  it('a behaviour that is not one of the manager’s is refused by name, and nothing is created', async () => {
    const manager = await startEcho();
    expect(() => manager.createSession(1, { behavior: tally as never })).toThrow(
      failure('ERR_BEHAVIOR_UNKNOWN', "behaviour tally is not one of this manager's behaviours: echo"),
    );
    expect(manager.getActiveSessionCount()).toBe(0);
  });
});

function throwing(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}
