import type { HibernationStore, RecordBatch } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { describeHibernationStore, type StoreSetup } from '../../src/conformance/store-suite.js';
import { failuresAmong, type SuiteTest } from '../conformance/failures-of.js';
import { Disk, DiskStore } from './disk-fixture.js';

const disks = new WeakMap<HibernationStore, Disk>();

/** The functions of a suite's setup for a store over a disk, with one thing wrong. */
function setupOf(turns = 0, change: (store: DiskStore, disk: Disk) => object = () => ({})) {
  const onDisk = (disk: Disk): HibernationStore => {
    const store = new DiskStore(disk);
    store.turns = turns;
    disks.set(store, disk);
    return Object.assign(store, change(store, disk));
  };
  const diskOf = (store: HibernationStore): Disk => disks.get(store) ?? new Disk();
  return {
    create: () => onDisk(new Disk()),
    reopen: (store) => onDisk(diskOf(store)),
    afterKill: (store) => {
      (store as DiskStore).kill();
      return onDisk(diskOf(store));
    },
    breakPuts: (store) => {
      (store as DiskStore).putError = new Error('full');
      return () => {
        (store as DiskStore).putError = undefined;
      };
    },
    deadlineMs: 1000,
  } as const satisfies Partial<StoreSetup>;
}

async function failuresOf(setup: Omit<StoreSetup, 'describe' | 'it' | 'name'>, only = /./): Promise<Map<string, string>> {
  const tests: SuiteTest[] = [];
  describeHibernationStore({ describe: (_, body) => body(), it: (name, body) => void tests.push({ name, body }), name: 'test', ...setup });
  return failuresAmong(tests, only);
}

for (const turns of [0, 2]) describeHibernationStore({ describe, it, name: `a store over a disk, ${turns} turns`, ...setupOf(turns) });

/** What it would do were nothing wrong. */
const { put, delete: remove, close } = DiskStore.prototype;

type Durable = DiskStore['durable'];

/** With other members of `durable`. */
function durably(change: (durable: Durable, store: DiskStore, disk: Disk) => Partial<Durable>) {
  return (store: DiskStore, disk: Disk) => {
    const { durable } = store;
    return { durable: { ...durable, notes: disk.notes, ...change(durable, store, disk) } };
  };
}

describe('the suite of stores that are durable', () => {
  it.each<[string, (store: DiskStore, disk: Disk) => object, RegExp, RegExp]>([
    ['is not durable', () => ({ durable: undefined }), /^says by durable/, /has no durable/],
    [
      'forgets heads',
      (store) => ({ put: (batch: RecordBatch) => put.call(store, { ...batch, heads: new Uint8Array(2000) }) }),
      /^has nothing but what it had/,
      /a head of account 0|two heads of account 0/,
    ],
    [
      'writes to the heads of a batch',
      (store) => ({
        put(batch: RecordBatch) {
          put.call(store, batch);
          batch.heads?.fill(0);
        },
      }),
      /^has nothing but what it had/,
      /put has written to the heads of its batch/,
    ],
    [
      'has the heads of a batch in another order',
      (store) => ({
        put: (batch: RecordBatch) => put.call(store, { ...batch, heads: new Uint8Array(batch.heads?.slice().reverse() ?? []) }),
      }),
      /^hands over the heads of 10 000/,
      /head of account/,
    ],
    [
      'keeps the heads that it had first when it replaces',
      (store, disk) => ({
        put(batch: RecordBatch) {
          const heads = batch.heads?.slice();
          for (let i = 0; i < batch.count; i++) heads?.set(disk.records.get(batch.locations[i])?.head ?? [], i * 32);
          return put.call(store, { ...batch, ...(heads !== undefined && { heads }) });
        },
      }),
      /^has one record of an account/,
      /the head of account \d+/,
    ],
    [
      'loads twice',
      durably((durable) => ({
        load: (page) =>
          durable.load((...some) => {
            page(...some);
            page(...some);
          }),
      })),
      /^has nothing but what it had/,
      /two heads of account/,
    ],
    [
      'loads all in one page',
      durably((durable, _store, disk) => ({
        load(page) {
          durable.load(() => {});
          const all = [...disk.records];
          const heads = new Uint8Array(Buffer.concat(all.map(([, { head }]) => head)));
          if (all.length > 0)
            page(
              all.length,
              heads,
              Uint32Array.from(all, ([location]) => location),
            );
        },
      })),
      /^hands over the heads of 10 000/,
      /heads in a page must be 1…4096: got 10000/,
    ],
    [
      'leaves out the last page',
      durably((durable) => ({ load: (page) => durable.load((count, ...rest) => (count === 4096 ? page(count, ...rest) : undefined)) })),
      /^has nothing but what it had/,
      /the record of account \d+ is lost/,
    ],
    [
      'tells of one location for another',
      durably((durable) => ({
        load: (page) => durable.load((count, heads, places) => page(count, heads, places.slice(0, count).toReversed())),
      })),
      /^has nothing but what it had/,
      /no record of account \d+/,
    ],
    [
      'is done loading and has handed over nothing',
      durably((durable) => ({ load: () => durable.load(() => {}) })),
      /^has nothing but what it had/,
      /is lost/,
    ],
    [
      'never is done loading',
      durably(() => ({ load: () => new Promise(() => {}) })),
      /^has nothing but what it had/,
      /load: no answer within 1000 ms/,
    ],
    ['loses notes', durably(() => ({ note() {} })), /^has every note/, /the note clock is undefined/],
    [
      'keeps the first text of a note',
      durably((durable, _store, disk) => ({ note: (key, text) => void (disk.notes.has(key) || durable.note(key, text)) })),
      /^has every note/,
      /the note clock is \{"tick":1\}, and was \{"tick":39\}/,
    ],
    [
      'has two records of an account',
      (store) => ({
        put(batch: RecordBatch) {
          batch.locations.fill(0xffff_ffff);
          return put.call(store, batch);
        },
        stats: () => ({ records: 1, recordBytes: 0, heldBytes: 0 }),
      }),
      /^has one record of an account/,
      /stats\(\)\.record|two heads of account/,
    ],
    [
      'has again what was deleted',
      (store, disk) => ({
        delete(accountId: number, location: number) {
          const entry = disk.records.get(location);
          remove.call(store, accountId, location);
          if (entry !== undefined) queueMicrotask(() => disk.records.set(location, entry));
        },
        close() {
          store.kill();
        },
      }),
      /^has no longer what was deleted/,
      /has no record/,
    ],
    [
      'says that it has flushed, and has not',
      (store, disk) => ({
        ...durably(() => ({ flush() {} }))(store, disk),
        close: () => store.kill(),
      }),
      /^has no longer what was deleted|^has every note/,
      /has no record|the note clock is undefined/,
    ],
    ['never is done flushing', durably(() => ({ flush: () => new Promise(() => {}) })), /^has every note/, /flush: no answer within/],
    [
      'writes all when it is closed, and nothing before',
      (store, disk) => ({
        put(batch: RecordBatch) {
          const { records, notes } = disk;
          put.call(store, batch);
          Object.assign(disk, { records, notes });
        },
      }),
      /^has what was put when the process is killed/,
      /the record of account \d+ is lost/,
    ],
    [
      'writes nothing when it is closed, which it had put',
      (store, disk) => ({
        put(batch: RecordBatch) {
          const { records } = disk;
          put.call(store, batch);
          Object.assign(disk, { records });
        },
        close: () => store.kill(),
      }),
      /^has what was put when it is closed/,
      /is lost/,
    ],
    [
      'stores half of a batch that fails',
      (store) => ({
        put(batch: RecordBatch) {
          const { putError } = store;
          store.putError = undefined;
          put.call(store, putError === undefined ? batch : { ...batch, count: 16, locations: batch.locations.slice() });
          store.putError = putError;
          if (putError !== undefined) throw putError;
        },
      }),
      /^has after a put that failed/,
      /the head of account \d+|which has no record/,
    ],
    [
      'leaves a handle behind each time',
      (store) => ({
        close() {
          close.call(store);
          setTimeout(() => {}, 3000);
        },
      }),
      /^30 times that it is opened/,
      /left behind: .*Timeout/,
    ],
    [
      'has another durable when it is closed',
      (store) => ({
        close() {
          close.call(store);
          Object.assign(store, { durable: { ...store.durable } });
        },
      }),
      /^says by durable/,
      /the same object when it is closed/,
    ],
    [
      'counts bytes backwards',
      durably(() => ({ disk: () => ({ fileBytes: -1, readBytes: 0, writtenBytes: 0 }) })),
      /^says by durable/,
      /disk\(\)\.fileBytes must be bytes: got -1/,
    ],
  ])('catches one that %s', async (_name, change, only, reason) => {
    const failed = await failuresOf(setupOf(0, change), only);
    expect(failed.size).toBeGreaterThan(0);
    for (const failure of failed.values()) expect(failure).toMatch(reason);
  });

  it('is not told of by one that leaves out reopen', async () => {
    const { create } = setupOf();
    expect([...(await failuresOf({ create }, /^declares/)).values()]).toEqual([
      expect.stringContaining('give describeHibernationStore reopen'),
    ]);
  });

  it('tries what a kill leaves only where it is told how', async () => {
    const { create, reopen } = setupOf();
    const names: string[] = [];
    describeHibernationStore({ describe: (_, body) => body(), it: (name) => void names.push(name), name: 'disk', create, reopen });
    expect(names.filter((name) => name.includes('killed'))).toEqual([]);
    expect(names.filter((name) => name.includes('opened again')).length).toBeGreaterThan(2);
  });
});
