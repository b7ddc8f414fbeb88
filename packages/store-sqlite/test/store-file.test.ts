import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqliteStore } from '../src/index.js';
import { nodeSqlite } from '../src/node-sqlite.js';
import { openForReading } from '../src/store-file.js';
import { Bookkeeper } from './bookkeeper.js';
import { newFile, temporaryFolder } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

/** What opening a store comes to. */
async function refusalOf(path: string, thread: boolean): Promise<unknown> {
  const keeper = new Bookkeeper(() => sqliteStore(path, { thread }));
  try {
    await keeper.open();
  } catch (error) {
    return error;
  }
  await keeper.store.close();
  throw new Error('it was opened');
}

/** Has a SQLite file be changed by hand. */
function change(path: string, sql: string): void {
  const { DatabaseSync } = nodeSqlite();
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

describe.runIf(hasSqlite).each([true, false])('a file that is no store, with thread: %s', (thread) => {
  it.each([
    [
      'some text',
      (path: string) => writeFileSync(path, 'not a database, but long enough to be taken for one'.repeat(100)),
      'is no SQLite file',
    ],
    [
      'a SQLite file of another program',
      (path: string) => change(path, 'PRAGMA application_id = 0x12345678; CREATE TABLE t (x)'),
      `is a SQLite file, but no store: its application id is 0x12345678, a store's 0x446d7365`,
    ],
    [
      'a SQLite file of no program',
      (path: string) => change(path, 'CREATE TABLE t (x)'),
      `is a SQLite file, but no store: its application id is 0x00000000, a store's 0x446d7365`,
    ],
    ['a folder', (path: string) => mkdirSync(path), 'is a folder'],
  ])('%s is refused with what was found, and left as it is', async (_what, make, message) => {
    const path = newFile();
    make(path);
    const before = statSync(path);
    expect(await refusalOf(path, thread)).toMatchObject({ code: 'ERR_STORE_FILE', message: `store file ${path} ${message}` });
    expect(statSync(path)).toMatchObject({ size: before.size, mtimeMs: before.mtimeMs });
    // Nothing is left beside what is somebody else's.
    expect(['-lock', '-wal', '-shm'].filter((suffix) => existsSync(`${path}${suffix}`))).toEqual([]);
  });

  it('a store of a later version is refused with both versions, and opens when it is one of this version again', async () => {
    const path = newFile();
    const keeper = await Bookkeeper.opened(() => sqliteStore(path, { thread }));
    await keeper.put(3, 1);
    await keeper.store.close();
    change(path, 'PRAGMA user_version = 2');
    expect(await refusalOf(path, thread)).toMatchObject({
      code: 'ERR_STORE_FILE',
      message: `store file ${path} has schema version 2, this @dormouse/store-sqlite knows 1: use the version that wrote it, or a later one`,
    });
    change(path, 'PRAGMA user_version = 1');
    keeper.store = sqliteStore(path, { thread });
    await keeper.open();
    keeper.check();
    await keeper.store.close();
  });

  it('one in a folder that is not there is refused by the name of the folder', async () => {
    const folder = join(temporaryFolder(), 'nowhere');
    const path = join(folder, 'x.db');
    expect(await refusalOf(path, thread)).toMatchObject({ code: 'ERR_STORE_FILE', message: expect.stringContaining(folder) });
  });

  it('an empty file becomes a store', async () => {
    const path = newFile();
    writeFileSync(path, '');
    const keeper = await Bookkeeper.opened(() => sqliteStore(path, { thread }));
    await keeper.put(3, 1);
    await keeper.reopen();
    keeper.check();
    await keeper.store.close();
  });

  it('a record whose head is another’s, or is cut off, fails the start: nothing is read wrongly', async () => {
    const path = newFile();
    const keeper = await Bookkeeper.opened(() => sqliteStore(path, { thread }));
    await keeper.put(3, 1);
    await keeper.store.close();
    for (const damage of [
      'UPDATE record SET place = (SELECT place FROM record WHERE id = 1) WHERE id = 2',
      `UPDATE record SET place = x'00' WHERE id = 3`,
      'UPDATE record SET place = zeroblob(44) WHERE id = 1',
    ]) {
      const before = newFile();
      execFileSync('cp', [path, before]);
      change(before, damage);
      const damaged = new Bookkeeper(() => sqliteStore(before, { thread }));
      await expect((async () => damaged.open())()).rejects.toMatchObject({
        code: 'ERR_STORE_FILE',
        message: expect.stringContaining('is damaged'),
      });
      await damaged.store.close();
    }
  });
});

describe.runIf(hasSqlite)('what is in the file', () => {
  it('can be looked at while it is open, each session in a row with its kind, map, group, shape and time', async () => {
    const path = newFile();
    const store = sqliteStore(path);
    const keeper = await Bookkeeper.opened(() => store);
    const heads = new Uint8Array(32);
    const view = new DataView(heads.buffer, 0, 32);
    view.setUint32(0, 4_000_000_000, true);
    view.setUint32(8, 571, true);
    view.setUint32(12, 0xffff_ffff, true);
    view.setUint32(24, 1_700_000_000, true);
    heads.set([7, 1], 28);
    await store.put({
      count: 1,
      bytes: new Uint8Array(300),
      ends: Uint32Array.of(300),
      accountIds: Uint32Array.of(4_000_000_000),
      locations: Uint32Array.of(0xffff_ffff),
      heads,
    });
    const database = openForReading(path, 1000);
    expect(
      database
        .prepare('SELECT * FROM session')
        .all()
        .map((row) => ({ ...row })),
    ).toEqual([
      {
        account: 4_000_000_000,
        kind: 'active',
        shape: 7,
        map: 571,
        group: 0xffff_ffff,
        stored_at: '2023-11-14 22:13:20',
        bytes: 300,
        id: 1,
      },
    ]);
    database.close();
    await keeper.store.close();
  });

  it.each([true, false])('takes less room when most of it is gone and it has been compacted, with thread: %s', async (thread) => {
    const path = newFile();
    const keeper = await Bookkeeper.opened(() => sqliteStore(path, { thread }));
    for (let first = 1; first <= 20_000; first += 32) await keeper.put(32, first, 0, 500);
    await keeper.reopen();
    const most = statSync(path).size;
    for (let accountId = 1; accountId <= 20_000; accountId++) if (accountId % 50 !== 0) keeper.delete(accountId);
    await keeper.store.durable!.flush();
    // With a thread a step is done meanwhile, and seen to when the next commit is.
    for (let round = 0; round < 1000; round++) {
      keeper.store.compact(5);
      if (round % 10 === 0) await keeper.store.durable!.flush();
    }
    keeper.check();
    await keeper.reopen();
    keeper.check();
    expect(statSync(path).size).toBeLessThan(most / 3);
    await keeper.store.close();
  });

  it('says what it has read and written', async () => {
    const path = newFile();
    const keeper = await Bookkeeper.opened(() => sqliteStore(path, { synchronous: 'normal' }));
    for (let first = 1; first <= 5000; first += 32) await keeper.put(32, first);
    await keeper.store.durable!.flush();
    const { fileBytes, readBytes, writtenBytes } = keeper.store.durable!.disk();
    expect(fileBytes).toBeGreaterThan(5000 * 200);
    expect(writtenBytes).toBeGreaterThan(5000 * 200 * 2);
    expect(writtenBytes).toBeLessThan(5000 * 200 * 20);
    expect(readBytes).toBe(0);
    keeper.check();
    expect(keeper.store.durable!.disk().readBytes).toBeGreaterThanOrEqual(5000 * 200);
    await keeper.store.close();
    expect(keeper.store.durable!.disk()).toEqual({ fileBytes: 0, readBytes: 0, writtenBytes: 0 });
  });
});
