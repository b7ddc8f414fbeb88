import type { deflateRawSync, inflateRawSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { recordsOf } from '../../src/conformance/store-stand.js';
import { MOST_RECORDS } from '../../src/hibernation/hibernation-store.js';
import { memoryStore } from '../../src/hibernation/memory-store.js';
import { batchOf, openedStore } from './store-fixture.js';

/** After how many calls each of them has no memory. */
const callsLeft = vi.hoisted(() => ({ deflate: Number.POSITIVE_INFINITY, inflate: Number.POSITIVE_INFINITY }));

vi.mock('node:zlib', async (original) => {
  const zlib = await original<{ deflateRawSync: typeof deflateRawSync; inflateRawSync: typeof inflateRawSync }>();
  const counted = <A extends unknown[], R>(name: keyof typeof callsLeft, call: (...args: A) => R) => {
    return (...args: A): R => {
      if (callsLeft[name]-- <= 0) throw new RangeError('no memory');
      return call(...args);
    };
  };
  return { ...zlib, deflateRawSync: counted('deflate', zlib.deflateRawSync), inflateRawSync: counted('inflate', zlib.inflateRawSync) };
});

afterEach(() => {
  callsLeft.deflate = Number.POSITIVE_INFINITY;
  callsLeft.inflate = Number.POSITIVE_INFINITY;
});

const COUNT = 3200;
/** Calls of `compact` that are many times what it takes. */
const MANY = 1000;

/** A store of records deflated together, of which every fifth is left, and has yet to be packed with others. */
async function sparse() {
  const { store, locations } = await openedStore(memoryStore({ deflate: true, chunkBytes: 65_536 }));
  const records = new Map<number, Uint8Array>();
  for (let first = 1; first <= COUNT; first += MOST_RECORDS) {
    const some = recordsOf(MOST_RECORDS, 310, first);
    const batch = batchOf(some);
    await store.put(batch);
    for (const [index, [accountId, record]] of [...some].entries()) {
      if (accountId % 5 !== 0) {
        store.delete(accountId, batch.locations[index]);
        continue;
      }
      records.set(accountId, record);
      locations.set(accountId, batch.locations[index]);
    }
  }
  const fullBytes = store.stats().heldBytes;
  /** Compacts until it is done; returns how often it was called. */
  const compactAll = (): number => {
    let calls = 1;
    while (calls < MANY && store.compact(0)) calls++;
    return calls;
  };
  const expectAll = (): void => {
    for (const [accountId, record] of records) expect([...store.read(accountId, locations.get(accountId) as number)]).toEqual([...record]);
    expect(store.stats().records).toBe(records.size);
  };
  return { store, locations, records, fullBytes, compactAll, expectAll };
}

describe('compaction of records that are deflated together', () => {
  it('that had no memory to deflate goes on the next time with what it could not pack, and comes to its end', async () => {
    const { store, fullBytes, compactAll, expectAll } = await sparse();
    for (const calls of [0, 1, 2, 3]) {
      callsLeft.deflate = calls;
      expect(compactAll()).toBeLessThan(MANY);
    }
    callsLeft.deflate = Number.POSITIVE_INFINITY;
    expectAll();
    expect(compactAll()).toBeLessThan(MANY);
    expect(store.stats().heldBytes).toBeLessThan(fullBytes / 2);
    expectAll();
  });

  it('that had no memory to inflate packs none of what it had looked at, which may be others’ records by then', async () => {
    const { store, locations, records, compactAll, expectAll } = await sparse();
    const before = new Map(locations);
    callsLeft.inflate = 2;
    expect(store.compact(0)).toBe(false);
    callsLeft.inflate = Number.POSITIVE_INFINITY;
    expect(locations).toEqual(before);
    // Every other one has woken, changed, and fallen asleep again.
    const accountIds = [...records.keys()].filter((_, index) => index % 2 === 0);
    for (let first = 0; first < accountIds.length; first += MOST_RECORDS) {
      const changed = [...recordsOf(MOST_RECORDS, 310, COUNT + 1 + first).values()];
      const batch = batchOf(new Map(changed.map((record, index) => [accountIds[first + index], record])));
      for (const accountId of batch.accountIds) store.delete(accountId, locations.get(accountId) as number);
      await store.put(batch);
      for (const [index, accountId] of batch.accountIds.entries()) {
        records.set(accountId, changed[index]);
        locations.set(accountId, batch.locations[index]);
      }
    }
    expect(compactAll()).toBeLessThan(MANY);
    expectAll();
  });
});
