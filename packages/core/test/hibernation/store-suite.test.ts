import { describe, expect, it } from 'vitest';
import { describeHibernationStore, type StoreSetup } from '../../src/conformance/store-suite.js';
import type { HibernationStore, RecordBatch } from '../../src/hibernation/hibernation-store.js';
import { failuresAmong, type SuiteTest } from '../conformance/failures-of.js';
import { fill, MapStore } from './map-store.js';

/** Runs the suite with functions of its own in place of a test runner’s; returns what failed, by name, with the reason. */
async function failuresOf(setup: Omit<StoreSetup, 'describe' | 'it' | 'name'>, only = /./): Promise<Map<string, string>> {
  const tests: SuiteTest[] = [];
  describeHibernationStore({ describe: (_, body) => body(), it: (name, body) => void tests.push({ name, body }), name: 'test', ...setup });
  return failuresAmong(tests, only);
}

/** A store with one thing wrong. */
function wrong(change: Partial<MapStore> | ((store: MapStore) => Partial<MapStore>), turns = 0): () => HibernationStore {
  return () => {
    const store = new MapStore(turns);
    return Object.assign(store, typeof change === 'function' ? change(store) : change);
  };
}

/** What it would do were nothing wrong. */
const { put, storeLater, delete: remove, stats, compact, close } = MapStore.prototype;

describe('the suite of stores', () => {
  it.each([0, 1, 5])('passes one that keeps the contract, and takes %i turns of the event loop to put', async (turns) => {
    expect(await failuresOf({ create: () => new MapStore(turns), breakPuts: fill })).toEqual(new Map());
  });

  it('passes one that opens and closes later', async () => {
    const create = wrong((store) => ({
      open: async (host) => MapStore.prototype.open.call(store, host),
      close: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        close.call(store);
      },
    }));
    expect(await failuresOf({ create: async () => create() }, /./)).toEqual(new Map());
  });

  it.each<[string, () => HibernationStore, RegExp, RegExp]>([
    ['is of another contract', wrong({ contractVersion: 99 }), /^declares/, /99 !== 1/],
    ['has no name', wrong({ name: '' }), /^declares/, /did not match/],
    [
      'says that it compresses, and does not',
      wrong({ compresses: true }),
      /^says whether it compresses/,
      /heldBytes is 1500000 of 1500000/,
    ],
    [
      'forgets the last of 32 records',
      wrong((store) => ({ store: (batch) => MapStore.prototype.store.call(store, { ...batch, count: Math.min(batch.count, 31) }) })),
      /^gives back what was put/,
      /a location must be a u32 below NO_LOCATION/,
    ],
    [
      'keeps the memory of a batch instead of what is in it',
      wrong((store) => ({ store: (batch) => keepMemory(store, batch) })),
      /^gives back what was put/,
      /the record of account 100 is not what was put/,
    ],
    [
      'is done with a put before it can be read',
      wrong((store) => ({ put: (batch) => void storeLater.call(store, copyOf(batch)).catch(() => {}) }), 1),
      /^gives back what was put/,
      /a location must be|no record of account/,
    ],
    [
      'writes to the bytes of a batch',
      wrong((store) => ({
        put(batch) {
          put.call(store, batch);
          batch.bytes[0] ^= 1;
        },
      })),
      /^gives back what was put/,
      /put has written to the bytes of its batch/,
    ],
    [
      'cuts records at 64 KiB',
      wrong((store) => ({ read: (...where) => MapStore.prototype.read.apply(store, where).subarray(0, 65_535) })),
      /^keeps records of 1 byte to 300 000/,
      /bytes of the record of account \d+/,
    ],
    [
      'keeps the old record beside the new one',
      wrong((store) => ({ store: (batch) => addOnly(store, batch) })),
      /^replaces the record/,
      /stats\(\)\.records/,
    ],
    ['deletes nothing', wrong({ delete() {} }), /^forgets what is deleted/, /which has none at/],
    [
      'deletes whatever is there',
      wrong((store) => ({ delete: (_, location) => void store.entries.delete(location) })),
      /^takes no notice/,
      /no record of account 8/,
    ],
    [
      'gives whatever is there',
      wrong((store) => ({ read: (_, location) => store.entries.get(location)?.record ?? new Uint8Array(0) })),
      /^gives no record of an account that has none/,
      /gives a record of account 11/,
    ],
    [
      'does not tell that it has moved a record',
      wrong((store) => ({ compact: () => compactSilently(store) })),
      /^tells where a record is/,
      /no record of account/,
    ],
    [
      'loses the record that it moves',
      wrong((store) => ({
        compact(budgetMs) {
          const hasMore = compact.call(store, budgetMs);
          const [last] = [...store.entries.keys()].slice(-1);
          if (hasMore) store.entries.delete(last);
          return hasMore;
        },
      })),
      /^tells where a record is/,
      /no record of account/,
    ],
    ['always has more to compact', wrong({ compact: () => true }), /^holds nothing|^gives back what its records took/, /to do/],
    [
      'never gives memory back',
      wrong((store) => ({ stats: () => ({ ...stats.call(store), heldBytes: 5_000_000 }) })),
      /^gives back what its records took/,
      /heldBytes is 5000000 without records/,
    ],
    [
      'miscounts now and then',
      wrong((store) => ({ stats: () => ({ ...stats.call(store), records: store.entries.size - (store.next % 977 === 976 ? 1 : 0) }) })),
      /^holds what a map would hold/,
      /stats\(\)\.records/,
    ],
    ['works though it was closed', wrong({ requireOpen() {} }), /^refuses what comes before open/, /put\(\) before open/],
    [
      'closes once only',
      wrong((store) => ({
        close() {
          store.requireOpen();
          close.call(store);
        },
      })),
      /^closes more than once/,
      /not open/,
    ],
    [
      'leaves a timer behind',
      wrong((store) => ({
        close() {
          close.call(store);
          setTimeout(() => {}, 2000);
        },
      })),
      /^100 opens and closes/,
      /left behind: .*Timeout/,
    ],
    ['never answers', wrong({ put: () => new Promise<void>(() => {}) }), /^gives back what was put/, /put: no answer within 200 ms/],
    [
      'stores half of a batch when it is full',
      wrong((store) => ({
        store(batch) {
          MapStore.prototype.store.call(
            { ...store, isFull: false, delete: remove, __proto__: store },
            { ...copyOf(batch), count: store.isFull ? 16 : batch.count },
          );
          MapStore.prototype.store.call(store, batch);
        },
      })),
      /^stores all of a batch or none/,
      /stats\(\)\.records|not what was put|bytes of the record|no record/,
    ],
  ])('catches one that %s', async (_name, create, only, reason) => {
    const failed = await failuresOf({ create, breakPuts: fill, deadlineMs: 200 }, only);
    expect(failed.size).toBeGreaterThan(0);
    for (const failure of failed.values()) expect(failure).toMatch(reason);
  });
});

function copyOf(batch: RecordBatch): RecordBatch {
  return {
    count: batch.count,
    bytes: batch.bytes.slice(),
    ends: batch.ends.slice(),
    accountIds: batch.accountIds.slice(),
    locations: batch.locations.slice(),
  };
}

function keepMemory(store: MapStore, batch: RecordBatch): void {
  const { count, bytes, ends, accountIds, locations } = batch;
  MapStore.prototype.store.call(store, batch);
  for (let i = 0; i < count; i++) {
    store.entries.set(locations[i], { accountId: accountIds[i], record: bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i]) });
  }
}

function addOnly(store: MapStore, batch: RecordBatch): void {
  batch.locations.fill(0xffff_ffff);
  MapStore.prototype.store.call(store, batch);
}

function compactSilently(store: MapStore): boolean {
  const { host } = store;
  store.host = undefined;
  const hasMore = compact.call(store, 1);
  store.host = host;
  return hasMore;
}
