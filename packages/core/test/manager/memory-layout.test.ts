import type { SessionManager } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import type { echo } from './behaviors.js';
import { accounts, startEcho } from './test-manager.js';

const BLOCK = 64;

/** Bytes reserved for one block of `echo` sessions. */
async function blockBytes(): Promise<number> {
  return (await startEcho({ poolSize: 1 })).getMemoryUsage().reservedBytes;
}

/** Accounts block by block, as sessions lie. */
function accountsByBlock(manager: SessionManager<typeof echo>): number[][] {
  const slots = [...manager.sessions()].map(({ accountId }) => accountId);
  return Array.from({ length: Math.ceil(slots.length / BLOCK) }, (_, block) => slots.slice(block * BLOCK, (block + 1) * BLOCK));
}

describe('R-26 optimizeMemoryLayout', () => {
  it('lays the sessions of each map and group side by side', async () => {
    const manager = await startEcho({ poolSize: 1, enableAutoDefragmentation: false });
    manager.createSessionBatch(accounts(1280), (accountId) => ({ mapId: accountId % 5, groupId: accountId % 10 }));
    const digest = manager.stateDigest();
    const report = await manager.optimizeMemoryLayout();
    expect([report.movedSessions, report.droppedBlocks]).toEqual([1280, 20]);
    expect(manager.stateDigest()).toBe(digest);
    // 128 sessions a group, which is of one map: two blocks each.
    const groups = accountsByBlock(manager).map((block) => [...new Set(block.map((accountId) => accountId % 10))]);
    expect(groups.map(({ length }) => length)).toEqual(Array(20).fill(1));
    expect(await manager.optimizeMemoryLayout()).toMatchObject({ movedSessions: 0, droppedBlocks: 0 });
  });

  it('gives back what rings hold no more', async () => {
    const manager = await startEcho({ poolSize: 1, enableAutoDefragmentation: false });
    manager.createSessionBatch(accounts(640), (accountId) => ({ mapId: accountId % 10 }));
    for (const handle of manager.sessions()) for (let i = 0; i < 3; i++) handle.push(1, new Uint8Array(4000));
    await manager.updateAllSessions(100);
    manager.drainOutbound(() => {});
    const before = manager.getMemoryUsage().ringBytes;
    expect(before).toBeGreaterThan(640 * 16_000);
    const { bytesGivenBack } = await manager.optimizeMemoryLayout();
    expect(manager.getMemoryUsage().ringBytes).toBe(0);
    expect(bytesGivenBack).toBeGreaterThanOrEqual(before);
  });
});

describe('R-26 optimizeMemoryLayout where the pool has all the blocks that there can be', () => {
  /** 100 sessions, by turns on two maps. */
  async function startMixed(sessionCeiling: number) {
    const settings = { poolSize: sessionCeiling, sessionCeiling, maxConcurrentSessions: sessionCeiling, enableAutoDefragmentation: false };
    const manager = await startEcho(settings);
    manager.createSessionBatch(accounts(100), (accountId) => ({ mapId: accountId % 2 }));
    return manager;
  }

  it('leaves sessions where they are when they are in each of them, and all are updated', async () => {
    const manager = await startMixed(128);
    expect(await manager.optimizeMemoryLayout()).toMatchObject({ movedSessions: 0, droppedBlocks: 0 });
    await manager.updateAllSessions(100);
    manager.createSessionBatch(Array.from({ length: 28 }, (_, i) => 101 + i));
    await manager.updateAllSessions(100);
    expect([...manager.sessions()].map(({ updateCount }) => updateCount)).toEqual([...Array(100).fill(2), ...Array(28).fill(1)]);
    expect(manager.getMemoryUsage().reservedBytes).toBe(2 * (await blockBytes()));
  });

  it('lays them into those that nobody has touched, and all are updated', async () => {
    const manager = await startMixed(256);
    expect(await manager.optimizeMemoryLayout()).toMatchObject({ movedSessions: 100, droppedBlocks: 2 });
    await manager.updateAllSessions(100);
    const handles = [...manager.sessions()];
    expect(handles.map(({ updateCount }) => updateCount)).toEqual(Array(100).fill(1));
    // A block's worth, that is one map's and the first of the other's; then the others.
    expect(new Set(handles.slice(36, 86).map(({ mapId }) => mapId)).size).toBe(1);
    expect(manager.getMemoryUsage().reservedBytes).toBe(4 * (await blockBytes()));
  });

  it('lays them into new ones once those that were used and are empty have been let go of', async () => {
    const manager = await startMixed(256);
    const others = manager.createSessionBatch(Array.from({ length: 156 }, (_, i) => 101 + i));
    for (const other of others) other.release();
    const { movedSessions } = await manager.optimizeMemoryLayout();
    await manager.updateAllSessions(100);
    expect([movedSessions, ...[...manager.sessions()].map(({ updateCount }) => updateCount)]).toEqual([100, ...Array(100).fill(1)]);
  });
});
