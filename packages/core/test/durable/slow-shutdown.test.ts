import { expect, it } from 'vitest';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { accounts } from '../manager/test-manager.js';
import { Disk, DiskStore } from './disk-fixture.js';
import { startKeeper, turn } from './durable-fixture.js';

/** A manager on a clock that stands still, with so many sessions that are stored, and have changed since; what it logs as errors. */
async function changed(count: number) {
  const disk = new Disk();
  const clock = new ManualClock();
  const errors: string[] = [];
  const logger = { debug() {}, info() {}, warn() {}, error: (message: string) => void errors.push(message) };
  const { manager, store } = await startKeeper(disk, {}, { clock, logger });
  const handles = manager.createSessionBatch(accounts(count));
  await manager.checkpoint();
  for (const handle of handles) handle.state.value = 7;
  return { disk, clock, errors, manager, store };
}

/** The state of each session that comes back from a disk. */
async function valuesOn(disk: Disk): Promise<(number | undefined)[]> {
  const { manager } = await startKeeper(disk, {}, { resume: true });
  expect(manager.resumed).toMatchObject({ active: disk.records.size, refused: 0 });
  return [...disk.byAccount().keys()].map((accountId) => manager.getSession(accountId)?.state.value);
}

it('a batch that a store takes after it was waited for in vain is what it was given', async () => {
  const { disk, clock, errors, manager, store } = await changed(40);
  let open: () => void = () => {};
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  store.put = (batch) => isOpen.then(() => DiskStore.prototype.put.call(store, batch));
  store.close = () => isOpen.then(() => turn()).then(() => DiskStore.prototype.close.call(store));
  const stopping = manager.shutdown();
  while (errors.length === 0) {
    await turn();
    clock.advance(1000);
  }
  expect(errors[0]).toContain('40 sessions are not in store disk as they were at the end: store disk has been at one batch for 5 s');
  open();
  await stopping;
  expect(await valuesOn(disk)).toEqual([...Array(32).fill(7), ...accounts(8, 33).map((accountId) => accountId * 100)]);
});

it('a manager does not go on writing for longer than half a minute', async () => {
  const { disk, clock, errors, manager, store } = await changed(300);
  let isStopped = false;
  store.put = (batch) =>
    new Promise(
      (resolve) => void clock.setTimeout(() => resolve(isStopped ? undefined : DiskStore.prototype.put.call(store, batch)), 4000),
    );
  const beganMs = clock.now();
  const stopping = manager.shutdown().then(() => {
    isStopped = true;
  });
  while (!isStopped) {
    await turn();
    if (errors.length === 0) clock.advance(1000);
  }
  await stopping;
  expect(clock.now() - beganMs).toBeLessThanOrEqual(35_000);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain('44 sessions are not in store disk as they were at the end: store disk has not taken all of it within 30 s');
  expect((await valuesOn(disk)).filter((value) => value === 7)).toHaveLength(256);
});
