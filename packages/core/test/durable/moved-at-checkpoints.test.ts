import { describe, expect, it } from 'vitest';
import { accounts } from '../manager/test-manager.js';
import { Disk, type DiskStore } from './disk-fixture.js';
import { headsOn, type KeeperManager, startKeeper } from './durable-fixture.js';

/** Records of these accounts cannot be read, until this is called. */
function spoilReads(store: DiskStore, isSpoilt: (accountId: number) => boolean): () => void {
  const read = store.read.bind(store);
  let isOver = false;
  store.read = (accountId, location) => {
    if (!isOver && isSpoilt(accountId)) throw new Error('bad sector');
    return read(accountId, location);
  };
  return () => {
    isOver = true;
  };
}

const onMap = (disk: Disk, mapId: number): number[] =>
  headsOn(disk)
    .filter((head) => head.mapId === mapId)
    .map(({ accountId }) => accountId);

/** So many that are stored, asleep. */
async function startWithSleepers(disk: Disk, count: number): Promise<{ manager: KeeperManager; store: DiskStore }> {
  const { manager, store } = await startKeeper(disk);
  for (const handle of manager.createSessionBatch(accounts(count))) handle.hibernate();
  await manager.checkpoint();
  expect(disk.records.size).toBe(count);
  return { manager, store };
}

describe('sleepers that were moved in their sleep', () => {
  it('are all on their maps when a checkpoint is done, however many there are before them whose records cannot be read', async () => {
    const disk = new Disk();
    const { manager, store } = await startWithSleepers(disk, 300);
    const mend = spoilReads(store, (accountId) => accountId <= 200);
    for (const handle of manager.sessions()) handle.mapId = 5;
    await manager.checkpoint();
    expect(onMap(disk, 5)).toEqual(accounts(100, 201));
    mend();
    await manager.updateAllSessions(1);
    expect(onMap(disk, 5)).toHaveLength(100);
    await manager.checkpoint();
    expect(onMap(disk, 5)).toEqual(accounts(300));
  });

  it('are told of at shutdown, whoever could not be read before', async () => {
    const disk = new Disk();
    const { manager, store } = await startWithSleepers(disk, 80);
    const mend = spoilReads(store, () => true);
    for (const handle of manager.sessions()) handle.groupId = 6;
    await manager.checkpoint();
    expect(headsOn(disk).every(({ groupId }) => groupId === 0)).toBe(true);
    mend();
    await manager.shutdown();
    expect(headsOn(disk).every(({ groupId }) => groupId === 6)).toBe(true);
  });

  it('are on their maps also if that was while the store took their rows', async () => {
    const disk = new Disk();
    const { manager, store } = await startKeeper(disk);
    const handles = manager.createSessionBatch(accounts(40));
    for (const handle of handles) handle.hibernate();
    store.turns = 2;
    await manager.updateAllSessions(1);
    expect(disk.records.size).toBe(0);
    for (const handle of handles) handle.mapId = 7;
    await manager.checkpoint();
    expect(onMap(disk, 7)).toEqual(accounts(40));
  });
});
