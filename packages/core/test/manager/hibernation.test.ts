import { describe, expect, it } from 'vitest';
import { startEcho } from './test-manager.js';

const MINUTE = 60_000;

describe('hibernation', () => {
  it('R-21 a session that has been idle for the threshold falls asleep when the tick ends, and is updated no more', async () => {
    const manager = await startEcho();
    const handle = manager.createSession(7);
    await manager.updateAllSessions(5 * MINUTE - 1);
    expect(handle.status).toBe('active');
    const report = await manager.updateAllSessions(1);
    expect(report.fellAsleep).toBe(1);
    expect([handle.isAsleep, handle.updateCount, manager.getActiveSessionCount(), manager.getHibernatedSessionCount()]).toEqual([
      true,
      2,
      0,
      1,
    ]);
    await manager.updateAllSessions(1);
    expect([handle.status, handle.updateCount, handle.isLive]).toEqual(['hibernated', 2, true]);
  });

  it('R-23 a packet wakes its receiver, and is there in the next update', async () => {
    const manager = await startEcho();
    const handle = manager.createSession(7);
    await manager.updateAllSessions(5 * MINUTE);
    await manager.updateAllSessions(1);
    expect(handle.push(3, Uint8Array.of(1))).toBe(0);
    expect(handle.status).toBe('active');
    await manager.updateAllSessions(1);
    expect([handle.state.updates, handle.state.heard, handle.updateCount]).toEqual([2, 1, 2]);
  });
});
