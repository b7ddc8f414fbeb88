import { defineBehavior, type IScheduler, type SessionManagerOptions, u32 } from '@dormouse/core';
import { ManualClock } from '@dormouse/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { FakeStore } from './fake-store.js';
import { BLOCK, startSparse } from './sparse-manager.js';
import { accounts, startDeferred, startEcho, startWith } from './test-manager.js';

/** Bytes reserved for one block of `echo` sessions. */
async function blockBytes(): Promise<number> {
  return (await startEcho({ poolSize: 1 })).getMemoryUsage().reservedBytes;
}

describe('R-25 defragmentMemory', () => {
  it('moves sessions together so that they need as few blocks as can be, and lets go of the others', async () => {
    const { manager, left } = await startSparse(20, 8);
    // Too long for a cell: in the blocks' own memory.
    for (const handle of left) handle.push(1, new Uint8Array(60));
    const bytes = await blockBytes();
    expect(manager.getMemoryUsage().reservedBytes).toBe(20 * bytes);
    const report = await manager.defragmentMemory();
    expect(report).toMatchObject({ droppedBlocks: 17, movedSessions: 17 * 8 });
    expect(report.bytesGivenBack).toBeGreaterThan(17 * 4096);
    expect(report.slices).toBeGreaterThan(0);
    expect(manager.getMemoryUsage().reservedBytes).toBe(3 * bytes);
    expect(left.map(({ accountId, isLive, status }) => [accountId, isLive, status])).toEqual(
      left.map(({ accountId }) => [accountId, true, 'active']),
    );
    expect(await manager.defragmentMemory()).toMatchObject({ droppedBlocks: 0, movedSessions: 0, bytesGivenBack: 0 });
  });

  it('leaves handles, states, unread packets and the digest as they were', async () => {
    const { manager, left } = await startSparse(20, 8);
    const digest = manager.stateDigest();
    await manager.defragmentMemory();
    expect(manager.stateDigest()).toBe(digest);
    await manager.updateAllSessions(100);
    const heard: number[] = [];
    manager.drainOutbound((accountId, packet) => {
      heard.push(accountId);
      expect([...packet.toBytes()]).toEqual([accountId & 255]);
    });
    expect(heard.sort((a, b) => a - b)).toEqual(left.map(({ accountId }) => accountId));
  });

  it('hands out packets that wait in the rings of those it moves', async () => {
    const { manager, left } = await startSparse(20, 8);
    await manager.updateAllSessions(100);
    await manager.defragmentMemory();
    expect(manager.drainOutbound(() => {})).toBe(left.length);
  });

  it('leaves a pool of its first size, in blocks that nobody has touched', async () => {
    const manager = await startEcho({ poolSize: 1000, poolGrowth: 100, enableAutoDefragmentation: false });
    manager.createSessionBatch(accounts(5000));
    for (const handle of manager.sessions()) handle.push(1, new Uint8Array(8000));
    expect(manager.pool.capacity).toBe(5000);
    manager.releaseSessionBatch(accounts(4990));
    await manager.defragmentMemory();
    expect(manager.pool).toEqual({ allocatedCount: 10, availableCount: 990, capacity: 1000 });
    const bytes = await blockBytes();
    const { reservedBytes, ringBytes } = manager.getMemoryUsage();
    expect([reservedBytes, ringBytes < bytes]).toEqual([16 * bytes, true]);
    manager.createSessionBatch(accounts(990));
    expect(manager.getMemoryUsage().reservedBytes).toBe(16 * bytes);
  });

  it('keeps what the pool has grown by as long as sessions use it', async () => {
    const manager = await startEcho({ poolSize: 64, poolGrowth: 100, enableAutoDefragmentation: false });
    manager.createSessionBatch(accounts(1000));
    expect(manager.pool.capacity).toBe(1064);
    manager.releaseSessionBatch(accounts(800));
    await manager.defragmentMemory();
    expect(manager.pool).toEqual({ allocatedCount: 200, availableCount: 64, capacity: 264 });
  });

  it('uses the numbers of dropped blocks again, lowest first, so that the table does not grow', async () => {
    const manager = await startEcho({ poolSize: 1, enableAutoDefragmentation: false });
    for (let round = 0; round < 3; round++) {
      manager.createSessionBatch(accounts(640));
      manager.releaseSessionBatch(accounts(640));
      await manager.defragmentMemory();
    }
    // Columns of ten blocks in each of three regions, and what is written densely; no block is left.
    expect(manager.getMemoryUsage().tableBytes).toBe((5 + 5 + 2) * 4096 + 5 * 4096);
    expect(manager.getMemoryUsage().stateBytes).toBe(0);
  });

  it('moves each behaviour’s sessions among their own blocks', async () => {
    const other = defineBehavior(import.meta.url, { name: 'other', state: { x: u32() }, update() {} });
    const manager = await startWith({
      behaviors: [echo, other],
      scheduler: serialScheduler(),
      sessionCeiling: 65_536,
      poolSize: 1,
      enableAutoDefragmentation: false,
    });
    const handles = manager.createSessionBatch(accounts(1280), (accountId) => ({ behavior: accountId % 2 === 0 ? echo : other }));
    for (const handle of handles) if (handle.is(other)) handle.state.x = handle.accountId;
    const left = handles.filter(({ accountId }) => accountId % 10 < 2);
    for (const handle of handles) if (handle.accountId % 10 >= 2) handle.release();
    const { movedSessions, droppedBlocks } = await manager.defragmentMemory();
    // 128 of each, in ten blocks, need two.
    expect([movedSessions > 0, droppedBlocks]).toEqual([true, 16]);
    for (const handle of left) expect(handle.is(other) ? handle.state.x : handle.accountId).toBe(handle.accountId);
  });

  it('keeps quarantined sessions and their faults', async () => {
    let isFaulty = true;
    const frail = defineBehavior(import.meta.url, {
      name: 'frail',
      state: { x: u32() },
      update(session) {
        if (isFaulty && session.accountId > 600) throw new Error('no');
      },
    });
    const manager = await startWith({
      behavior: frail,
      scheduler: serialScheduler(),
      poolSize: 1,
      quarantineAfter: 2,
      enableAutoDefragmentation: false,
    });
    const handles = manager.createSessionBatch(accounts(640));
    await manager.updateAllSessions(100);
    manager.releaseSessionBatch(accounts(599));
    await manager.defragmentMemory();
    await manager.updateAllSessions(100);
    expect(handles.slice(599).map(({ status }) => status)).toEqual(['active', ...Array(40).fill('quarantined')]);
    isFaulty = false;
    manager.createSessionBatch(accounts(64));
    manager.releaseSessionBatch(accounts(30));
    await manager.defragmentMemory();
    expect(handles.slice(600).map((handle) => [handle.status, handle.updateCount])).toEqual(Array(40).fill(['quarantined', 2]));
    expect(manager.reviveSession(640)).toBe(true);
    await manager.updateAllSessions(100);
    expect(handles[639].updateCount).toBe(3);
  });

  it('waits for the tick in flight, then comes to its end though no other tick is asked for', async () => {
    const { manager, scheduler } = await startDeferred({ poolSize: BLOCK, enableAutoDefragmentation: false });
    manager.createSessionBatch(accounts(1280));
    manager.releaseSessionBatch(accounts(1200));
    const bytes = manager.getMemoryUsage().reservedBytes;
    const tick = (async () => {
      await manager.updateAllSessions(100);
    })();
    const done = manager.defragmentMemory();
    await new Promise(setImmediate);
    expect(manager.getMemoryUsage().reservedBytes).toBe(bytes);
    scheduler.open();
    await tick;
    // Who waits for a tick waits for no slice behind it.
    expect(manager.getMemoryUsage().reservedBytes).toBe(bytes);
    expect((await done).droppedBlocks).toBe(18);
  });

  it('comes to its end while the host ticks as fast as it can, in slices, and none of its ticks is refused', async () => {
    const { manager } = await startSparse(60, 2, { maintenanceSliceMs: 0.1 });
    let isDone = false;
    const done = manager.defragmentMemory().finally(() => {
      isDone = true;
    });
    let ticks = 0;
    while (!isDone) {
      await manager.updateAllSessions(10);
      manager.drainOutbound(() => {});
      if (++ticks % 10 === 0) await new Promise(setImmediate);
    }
    const { slices, droppedBlocks, longestOnTickUs, longestSliceUs } = await done;
    expect([slices > 1, droppedBlocks]).toEqual([true, 30]);
    expect([longestOnTickUs > 0, longestOnTickUs <= longestSliceUs]).toEqual([true, true]);
  });

  it('takes nothing of the ticks of a host that pauses between two', async () => {
    const { manager } = await startSparse(60, 2, { maintenanceSliceMs: 0.1 });
    let isDone = false;
    const done = manager.defragmentMemory().finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await manager.updateAllSessions(10);
      manager.drainOutbound(() => {});
      await new Promise(setImmediate);
    }
    const { slices, droppedBlocks, longestOnTickUs } = await done;
    expect([slices > 1, droppedBlocks, longestOnTickUs]).toEqual([true, 30, 0]);
  });

  it('asked for twice is done twice, one behind the other', async () => {
    const { manager } = await startSparse(20, 8);
    const [first, second] = await Promise.all([manager.defragmentMemory(), manager.defragmentMemory()]);
    expect([first.droppedBlocks, second.droppedBlocks]).toEqual([17, 0]);
  });

  it('resolves with what it has done when the manager is shut down', async () => {
    const { manager } = await startSparse(60, 2, { maintenanceSliceMs: 0.1 });
    const done = manager.defragmentMemory();
    await manager.shutdown();
    expect((await done).droppedBlocks).toBeLessThanOrEqual(30);
    await expect(manager.defragmentMemory()).rejects.toThrow(expect.objectContaining({ code: 'ERR_MANAGER_STOPPED' }));
  });

  it('comes to its end though the store always has more to compact, and gives nothing back', async () => {
    const store = new FakeStore();
    const compact = vi.spyOn(store, 'compact').mockReturnValue(true);
    const manager = await startEcho({ store, enableAutoDefragmentation: false, maintenanceSliceMs: 100 });
    expect(await manager.defragmentMemory()).toMatchObject({ bytesGivenBack: 0 });
    expect(compact).toHaveBeenCalledTimes(10_000);
  });

  it('moves sleepers that the store does not take, and they wake with all they had', async () => {
    const { manager, left } = await startSparse(20, 8);
    await manager.updateAllSessions(100);
    manager.drainOutbound(() => {});
    const sent = left.map(({ packetsOut }) => packetsOut);
    for (const { accountId } of left) expect(manager.hibernateSession(accountId)).toBe(true);
    await manager.defragmentMemory();
    expect(manager.getHibernatedSessionCount()).toBe(left.length);
    for (const { accountId } of left) manager.reactivateSession(accountId);
    expect(left.map(({ status, packetsOut }) => [status, packetsOut])).toEqual(sent.map((packetsOut) => ['active', packetsOut]));
  });
});

describe('R-25 every defragmentationIntervalMs', () => {
  async function startTimed(settings: Partial<SessionManagerOptions<typeof echo>>) {
    const clock = new ManualClock();
    const { manager } = await startSparse(20, 8, { clock, defragmentationIntervalMs: 60_000, ...settings } as object);
    const bytes = manager.getMemoryUsage().reservedBytes / 20;
    const blocks = (): number => manager.getMemoryUsage().reservedBytes / bytes;
    const tick = async (): Promise<number> => {
      // In slices: whether it takes one or ten depends on the machine.
      for (let ticks = 0; ticks < 300; ticks++) await manager.updateAllSessions(10);
      return blocks();
    };
    return { manager, clock, tick, blocks };
  }

  it('blocks are emptied by the ticks that come when the time has', async () => {
    const { clock, tick } = await startTimed({ enableAutoDefragmentation: true });
    clock.advance(59_999);
    expect(await tick()).toBe(20);
    clock.advance(1);
    expect(await tick()).toBe(3);
  });

  it('blocks are emptied behind them where the host pauses between two', async () => {
    const { manager, clock, blocks } = await startTimed({ enableAutoDefragmentation: true });
    clock.advance(60_000);
    await manager.updateAllSessions(10);
    expect(blocks()).toBe(20);
    for (let turn = 0; turn < 300; turn++) {
      await new Promise(setImmediate);
      await manager.updateAllSessions(10);
    }
    expect(blocks()).toBe(3);
  });

  it('nothing moves where enableAutoDefragmentation is false', async () => {
    const { clock, tick } = await startTimed({ enableAutoDefragmentation: false });
    clock.advance(3_600_000);
    expect(await tick()).toBe(20);
  });
});

describe('R-26 collectGarbage', () => {
  it('collects what was dropped, which counts as held until then', async () => {
    const { manager } = await startSparse(20, 8);
    const { bytesGivenBack } = await manager.defragmentMemory();
    expect(manager.getMemoryUsage().droppedBytes).toBe(bytesGivenBack);
    await manager.collectGarbage();
    expect(manager.getMemoryUsage().droppedBytes).toBe(0);
  });

  it('rouses the scheduler’s threads only where there are some, and resolves whatever the scheduler can do', async () => {
    let roused = 0;
    const scheduler: IScheduler = serialScheduler({ rouse: () => roused++ });
    const manager = await startEcho({ scheduler } as object);
    await Promise.all([manager.collectGarbage(), manager.collectGarbage()]);
    expect(roused).toBe(0);
  });

  it('waits for the tick in flight', async () => {
    const { manager, scheduler } = await startDeferred();
    manager.createSession(1);
    const tick = manager.updateAllSessions(100);
    let isDone = false;
    const done = manager.collectGarbage().then(() => {
      isDone = true;
    });
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    scheduler.open();
    await tick;
    await done;
  });
});
