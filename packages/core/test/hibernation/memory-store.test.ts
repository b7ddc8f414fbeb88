import { describe, expect, it } from 'vitest';
import { recordsOf } from '../../src/conformance/store-stand.js';
import { DormouseError } from '../../src/errors.js';
import { MOST_RECORDS } from '../../src/hibernation/hibernation-store.js';
import { type MemoryStoreOptions, memoryStore } from '../../src/hibernation/memory-store.js';
import { batchOf, openedStore } from './store-fixture.js';

/** A store with so many records; where each is, by its account, 1 and on. */
async function filled(count: number, byteCount: number, options: MemoryStoreOptions = {}) {
  const { store, locations } = await openedStore(memoryStore(options));
  for (let first = 1; first <= count; first += MOST_RECORDS) {
    const batch = batchOf(recordsOf(Math.min(MOST_RECORDS, count + 1 - first), byteCount, first));
    await store.put(batch);
    for (let i = 0; i < batch.count; i++) locations.set(first + i, batch.locations[i]);
  }
  return { store, locations };
}

describe('memoryStore', () => {
  it.each<[unknown, string, RegExp]>([
    [{ chunkBytes: 1000 }, 'ERR_CONFIG_INVALID', /chunkBytes must be a power of two, 4096…16777216: got 1000/],
    [{ chunkBytes: 5000 }, 'ERR_CONFIG_INVALID', /chunkBytes must be a power of two/],
    [{ chunkBytes: 2 ** 25 }, 'ERR_CONFIG_INVALID', /chunkBytes must be a power of two/],
    [{ deflate: 'yes' }, 'ERR_CONFIG_INVALID', /deflate must be true or false: got "yes"/],
    [null, 'ERR_CONFIG_INVALID', /options must be an object/],
    [{ path: 'here' }, 'ERR_CONFIG_KEY_UNKNOWN', /unknown option of memoryStore "path"/],
  ])('refuses %j', (options, code, message) => {
    const make = () => memoryStore(options as MemoryStoreOptions);
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a manager of another contract', () => {
    const open = () => memoryStore().open({ contractVersion: 99, logger: { debug() {}, info() {}, warn() {}, error() {} }, moved() {} });
    expect(open).toThrow(/store memory is built for contract 1, the manager for 99/);
  });

  it('names account and location of a record that it does not have', async () => {
    const { store } = await filled(1, 310);
    try {
      store.read(7, 12);
      expect.unreachable();
    } catch (error) {
      expect(DormouseError.isInstance(error, 'ERR_STORE_FAILED')).toBe(true);
      expect(error).toMatchObject({ message: 'store memory has no record of account 7 at location 12', accountId: 7 });
    }
  });

  it('holds 100 000 records of 310 bytes in 3 % more than they have', async () => {
    const { store } = await filled(100_000, 310);
    const { recordBytes, heldBytes } = store.stats();
    expect(recordBytes).toBe(31_000_000);
    expect(heldBytes / recordBytes).toBeLessThan(1.03);
    await store.close();
  });

  it('holds records of which a third is noise in less than half of that, deflated', async () => {
    const { store } = await filled(32_000, 310, { deflate: true });
    expect(store.stats().heldBytes / 32_000).toBeLessThan(155);
    await store.close();
  });

  it.each([{}, { deflate: true }])('holds little more than what is left, however that lies, once it is compacted: %o', async (options) => {
    const { store, locations } = await filled(32_000, 310, options);
    const before = store.stats().heldBytes;
    for (let accountId = 1; accountId <= 32_000; accountId++) {
      if (accountId % 5 !== 0) store.delete(accountId, locations.get(accountId) as number);
    }
    while (store.compact(5));
    const { records, heldBytes } = store.stats();
    expect(records).toBe(6400);
    expect(heldBytes / before).toBeLessThan(0.25);
    await store.close();
  });

  it('gives memory back to the operating system when records are deleted, without a collection', async () => {
    const emptyBytes = process.memoryUsage.rss();
    const { store, locations } = await filled(300_000, 310);
    const fullBytes = process.memoryUsage.rss();
    expect(fullBytes - emptyBytes).toBeGreaterThan(80_000_000);
    for (const [accountId, location] of locations) store.delete(accountId, location);
    expect(store.compact(0)).toBe(false);
    expect(fullBytes - process.memoryUsage.rss()).toBeGreaterThan(80_000_000);
    expect(store.stats().heldBytes).toBeLessThan(10_000);
    await store.close();
  });

  it('compacts one chunk a step, and stops in the middle of it when time is up', async () => {
    const { store, locations } = await filled(20_000, 310);
    for (let accountId = 1; accountId <= 20_000; accountId++) {
      if (accountId % 2 === 0) store.delete(accountId, locations.get(accountId) as number);
    }
    const before = new Map(locations);
    const movedSince = () => [...locations].filter(([accountId, location]) => before.get(accountId) !== location).length;
    expect(store.compact(0)).toBe(true);
    expect(movedSince()).toBeGreaterThan(0);
    expect(movedSince()).toBeLessThanOrEqual(32);
    expect(store.compact(10_000)).toBe(true);
    expect(movedSince()).toBeLessThanOrEqual(2 * Math.ceil(1_048_576 / 316));
    await store.close();
  });
});
