import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { accounts, startEcho } from './test-manager.js';

const NO_PAYLOAD = new Uint8Array(0);

/** Accounts that are awake. */
function awake(manager: Awaited<ReturnType<typeof startEcho>>): number[] {
  return [...manager.sessions()]
    .filter((handle) => !handle.isAsleep)
    .map(({ accountId }) => accountId)
    .sort((a, b) => a - b);
}

describe('pressure of sessions', () => {
  it('puts the least recently active to sleep above the high mark, down to the low one, when they have been idle for ten seconds', async () => {
    const manager = await startEcho({ maxConcurrentSessions: 20, pressureHighPercent: 90, pressureLowPercent: 80 });
    manager.createSessionBatch(accounts(20));
    for (let second = 0; second < 12; second++) {
      for (const accountId of [1, 3, 5]) manager.getSession(accountId)?.push(1, NO_PAYLOAD);
      await manager.updateAllSessions(1000);
      manager.drainOutbound(() => {});
    }
    expect(awake(manager)).toEqual([1, 3, 5, ...accounts(13, 8)]);
    expect(manager.getGlobalMetrics()).toMatchObject({ activeSessions: 16, hibernatedSessions: 4, pressureSleeps: 4 });
  });

  it('makes room for those who come', async () => {
    const clock = new ManualClock();
    const manager = await startEcho({ maxConcurrentSessions: 20, pressureHighPercent: 90, pressureLowPercent: 80, clock });
    manager.createSessionBatch(accounts(18));
    for (let second = 0; second < 12; second++) await manager.updateAllSessions(1000);
    expect(awake(manager)).toEqual(accounts(18));
    const { done } = manager.admitSessions(accounts(10, 101));
    for (let second = 0; second < 3; second++) await manager.updateAllSessions(1000);
    // Two fit; the third finds the limit reached: four sleep, down to sixteen; and so on.
    expect(await done).toMatchObject({ created: 10, failed: [] });
    expect(awake(manager).filter((accountId) => accountId > 100)).toEqual(accounts(10, 101));
    expect(manager.getActiveSessionCount()).toBeLessThanOrEqual(20);
    expect(manager.getActiveSessionCount() + manager.getHibernatedSessionCount()).toBe(28);
  });

  it('of memory puts sessions to sleep, and they wake as any sleeper does', async () => {
    const manager = await startEcho({ maxConcurrentSessions: 500 });
    manager.createSessionBatch(accounts(320));
    await manager.updateAllSessions(1000);
    const { totalBytes } = manager.getMemoryUsage();
    await manager.shutdown();
    const tight = await startEcho({ maxConcurrentSessions: 500, memoryLimitBytes: Math.round(totalBytes / 0.98) });
    tight.createSessionBatch(accounts(320));
    for (let second = 0; second < 11; second++) await tight.updateAllSessions(1000);
    const { pressureSleeps } = tight.getGlobalMetrics();
    expect(pressureSleeps).toBeLessThan(320);
    expect(tight.getHibernatedSessionCount()).toBe(pressureSleeps);
  });

  it('is none where enableAutoHibernation is false', async () => {
    const manager = await startEcho({ maxConcurrentSessions: 20, enableAutoHibernation: false });
    manager.createSessionBatch(accounts(20));
    for (let second = 0; second < 12; second++) await manager.updateAllSessions(1000);
    expect(manager.getActiveSessionCount()).toBe(20);
  });
});
