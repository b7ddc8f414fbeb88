import { defineBehavior, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { MapStore } from '../hibernation/map-store.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { accounts, startWith } from './test-manager.js';

const sparse = defineBehavior(import.meta.url, {
  name: 'sparse',
  state: { values: u32({ length: 100 }) },
  create({ state, accountId }) {
    for (let index = 0; index < 100; index += 10) state.values.set(index, accountId * 1000 + index);
    state.values.set(99, 1);
  },
  update() {},
});

/** So many of them asleep and stored; fewer than 64 are encoded by the host alone. */
async function asleep(store: MapStore, count: number) {
  const manager = await startWith({
    behavior: sparse,
    scheduler: serialScheduler(),
    store,
    enableAutoHibernation: false,
  });
  manager.createSessionBatch(accounts(count));
  for (const accountId of accounts(count)) manager.hibernateSession(accountId);
  await manager.defragmentMemory();
  expect(store.entries.size).toBe(count);
  return manager;
}

describe('zeros in the fields of sleepers', () => {
  it.each([10, 200])('are in none of %i records, unless the store compresses them itself', async (count) => {
    const packed = new MapStore();
    const plain = Object.assign(new MapStore(), { compresses: true });
    const managers = [await asleep(packed, count), await asleep(plain, count)];
    for (const { record } of packed.entries.values()) expect(record.length).toBeLessThan(200);
    for (const { record } of plain.entries.values()) expect(record.length).toBeGreaterThan(400);
    for (const manager of managers) {
      for (const accountId of accounts(count)) {
        const handle = manager.getSession(accountId);
        expect(manager.reactivateSession(accountId)).toBe(true);
        expect(Array.from({ length: 100 }, (_, index) => handle?.state.values.get(index))).toEqual(
          Array.from({ length: 100 }, (_, index) => (index === 99 ? 1 : index % 10 === 0 ? accountId * 1000 + index : 0)),
        );
      }
    }
  });
});
