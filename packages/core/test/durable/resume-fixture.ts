import { expect } from 'vitest';
import { asleep, type Doings, MINUTE, startSleepy } from '../manager/sleeping.js';
import { setClock } from './disk-edits.js';
import { Disk, DiskStore } from './disk-fixture.js';

type Settings = Parameters<typeof startSleepy>[1];

export async function startOn(disk: Disk, settings: Settings = {}, doings: Doings = {}) {
  const store = new DiskStore(disk);
  const { manager } = await startSleepy(doings, { store, checkpointEveryMs: 0, ...settings });
  return { manager, store };
}

export const resumeOn = (disk: Disk, settings: Settings = {}, doings: Doings = {}) => startOn(disk, { resume: true, ...settings }, doings);

/** A disk with sessions that sleep, each with its account as `mark`, left by a process that was killed. */
export async function diskWith(...accountIds: number[]): Promise<Disk> {
  const disk = new Disk();
  const { manager, store } = await startOn(disk);
  await asleep(manager, ...accountIds);
  store.kill();
  await manager.shutdown();
  expect(disk.records.size).toBe(accountIds.length);
  setClock(disk, { tick: 1, nowMs: 5 * MINUTE, incarnations: accountIds.length });
  return disk;
}
