import { HEAD_BYTES, STORE_CONTRACT_VERSION } from '@dormouse/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../src/index.js';
import { Bookkeeper } from './bookkeeper.js';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

const COUNT = 9984;
const HOST = {
  contractVersion: STORE_CONTRACT_VERSION,
  logger: { debug() {}, info() {}, warn() {}, error() {} },
  moved: () => {},
};

describe.runIf(hasSqlite)('loading', () => {
  const path = hasSqlite ? newFile() : '';

  beforeAll(async () => {
    if (!hasSqlite) return;
    const keeper = await Bookkeeper.opened(() => sqliteStore(path, { thread: false, synchronous: 'normal' }));
    for (let first = 1; first <= COUNT; first += 32) await keeper.put(32, first, 0, 40);
    await keeper.store.close();
  });

  it('hands heads over by pages of 4096 at most, and others have their turn between two of them', async () => {
    const store = sqliteStore(path, { thread: false });
    await store.open(HOST);
    const pages: number[] = [];
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    await store.durable!.load((count, heads) => {
      expect(heads.length).toBe(count * HEAD_BYTES);
      pages.push(count);
    });
    isDone = true;
    expect(pages).toEqual([4096, 4096, COUNT - 8192]);
    expect(turns).toBeGreaterThanOrEqual(pages.length);
    await store.close();
  });

  it('says with each page about how many are behind it, also where ids are free', async () => {
    const sparse = newFile();
    const keeper = await Bookkeeper.opened(() => sqliteStore(sparse, { thread: false, synchronous: 'normal' }));
    for (let first = 1; first <= COUNT; first += 32) await keeper.put(32, first, 0, 40);
    for (let at = 0; at < COUNT; at += 2) keeper.delete(1 + at);
    await keeper.store.close();
    for (const [file, left] of [
      [path, COUNT],
      [sparse, COUNT / 2],
    ] as const) {
      const store = sqliteStore(file, { thread: false });
      await store.open(HOST);
      let seen = 0;
      await store.durable!.load((count, _heads, _locations, more) => {
        seen += count;
        expect(Math.abs(more! - (left - seen))).toBeLessThanOrEqual(2);
      });
      expect(seen).toBe(left);
      await store.close();
    }
  });

  it('who asks before has all of it gone through, and may load it all the same', async () => {
    const store = sqliteStore(path, { thread: false });
    await store.open(HOST);
    expect(store.stats()).toMatchObject({ records: COUNT, recordBytes: COUNT * 40 });
    let heads = 0;
    await store.durable!.load((count) => {
      heads += count;
    });
    expect([heads, store.stats().records]).toEqual([COUNT, COUNT]);
    await store.close();
  });

  it('nothing else may be asked of a store meanwhile, nor may it be loaded by two', async () => {
    const store = sqliteStore(path, { thread: false });
    await store.open(HOST);
    const loaded = Promise.resolve(store.durable!.load(() => {}));
    const refused = expect.objectContaining({ code: 'ERR_STORE_CONTRACT' });
    expect(() => store.read(1, 1)).toThrow(refused);
    expect(() => store.stats()).toThrow(refused);
    await expect((async () => store.durable!.load(() => {}))()).rejects.toEqual(refused);
    await loaded;
    expect(store.stats().records).toBe(COUNT);
    await store.close();
  });

  it('a page that cannot be taken fails it, and the store is as if nobody had loaded it', async () => {
    const store = sqliteStore(path, { thread: false });
    await store.open(HOST);
    const failing = async (): Promise<void> =>
      store.durable!.load(() => {
        throw new Error('not this one');
      });
    await expect(failing()).rejects.toThrow('not this one');
    expect(store.stats().records).toBe(COUNT);
    await store.close();
  });

  it('a batch without heads is refused, and nothing of it is there', async () => {
    const store = sqliteStore(newFile(), { thread: false });
    await store.open(HOST);
    const batch = {
      count: 1,
      bytes: new Uint8Array(10),
      ends: Uint32Array.of(10),
      accountIds: Uint32Array.of(7),
      locations: Uint32Array.of(0xffff_ffff),
    };
    for (const heads of [undefined, new Uint8Array(HEAD_BYTES - 1)]) {
      expect(() => store.put(heads === undefined ? batch : { ...batch, heads })).toThrow(
        expect.objectContaining({ code: 'ERR_STORE_CONTRACT', message: expect.stringContaining('needs the heads of 1 records') }),
      );
    }
    expect([store.stats().records, batch.locations[0]]).toEqual([0, 0xffff_ffff]);
    await store.close();
  });
});
