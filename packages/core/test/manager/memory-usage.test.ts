import { defineBehavior, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { accounts, startEcho, startWith } from './test-manager.js';

describe('R-27 memory usage', () => {
  it('adds up, and grows with sessions and with what goes through their rings', async () => {
    const manager = await startEcho({ memoryLimitBytes: 1_000_000_000 });
    const empty = manager.getMemoryUsage();
    expect(empty.stateBytes + empty.ringBytes + empty.serviceBytes).toBe(0);
    expect(empty.reservedBytes).toBeGreaterThan(1000 * 32_768);
    let before = empty;
    for (const count of [1, 64, 65, 640, 1000]) {
      manager.createSessionBatch(accounts(count - manager.getActiveSessionCount(), manager.getActiveSessionCount() + 1));
      const { totalBytes, stateBytes, ringBytes, serviceBytes, tableBytes, indexBytes, storeBytes } = manager.getMemoryUsage();
      // Nobody uses a service, so none costs a page.
      expect([totalBytes, serviceBytes]).toEqual([stateBytes + ringBytes + tableBytes + indexBytes + storeBytes, 0]);
      expect(totalBytes).toBeGreaterThanOrEqual(before.totalBytes);
      before = manager.getMemoryUsage();
    }
    expect(before.totalBytes).toBeGreaterThan(empty.totalBytes);
    for (const handle of manager.sessions()) handle.push(1, new Uint8Array(2000));
    const pushed = manager.getMemoryUsage();
    expect(pushed.ringBytes - before.ringBytes).toBeGreaterThanOrEqual(1000 * 2000);
    await manager.updateAllSessions(100);
    expect(manager.getMemoryUsage().ringBytes).toBeGreaterThanOrEqual(pushed.ringBytes * 1.9);
    expect(manager.getTotalMemoryUsage()).toBe(manager.getMemoryUsage().totalBytes);
    expect(manager.getMemoryUsagePercent()).toBe(manager.getTotalMemoryUsage() / 10_000_000);
  });

  it('the pool’s share is that of slots nobody uses', async () => {
    const manager = await startWith({ behavior: echo, scheduler: serialScheduler(), poolSize: 128 });
    manager.createSessionBatch(accounts(128));
    expect(manager.getMemoryUsage().poolBytes).toBe(0);
    manager.releaseSessionBatch(accounts(64));
    const half = manager.getMemoryUsage();
    expect(half.poolBytes).toBe(Math.round((half.stateBytes + half.ringBytes + half.tableBytes) / 2));
    manager.releaseSessionBatch(accounts(64, 65));
    const none = manager.getMemoryUsage();
    expect(none.poolBytes).toBe(none.stateBytes + none.ringBytes + none.tableBytes);
    expect(none.totalBytes).toBe(half.totalBytes);
  });

  it('counts what sessions publish twice, from the first tick on that has shown it, and who is where with the index', async () => {
    const fields = (published: boolean) => ({ path: u32({ length: 64, published }) });
    const open = defineBehavior(import.meta.url, { name: 'open', state: fields(true), update() {} });
    const closed = defineBehavior(import.meta.url, { name: 'closed', state: fields(false), update() {} });
    const [manager, other] = [
      await startWith({ behavior: open, scheduler: serialScheduler() }),
      await startWith({ behavior: closed, scheduler: serialScheduler() }),
    ];
    for (const each of [manager, other]) each.createSessionBatch(accounts(128));
    expect(manager.getMemoryUsage().stateBytes).toBe(other.getMemoryUsage().stateBytes);
    for (const each of [manager, other]) await each.updateAllSessions(100);
    expect(manager.getMemoryUsage().stateBytes).toBe(other.getMemoryUsage().stateBytes * 2);
    expect(other.getMemoryUsage().stateBytes).toBe(128 * 64 * 4);
    expect(manager.getMemoryUsage().indexBytes).toBe(other.getMemoryUsage().indexBytes + 4096);
  });

  it('is measured against what the process may use, unless a limit is given', async () => {
    const manager = await startEcho();
    expect(manager.config.memoryLimitBytes).toBeGreaterThan(0);
    manager.createSession(1);
    expect(manager.getMemoryUsagePercent()).toBeGreaterThan(0);
    expect(manager.getMemoryUsagePercent()).toBeLessThan(100);
  });
});
