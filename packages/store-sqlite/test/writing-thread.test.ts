import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { nodeSqlite } from '../src/node-sqlite.js';
import { SqliteStore } from '../src/sqlite-store.js';
import { ThreadWriting } from '../src/thread-writing.js';
import { Bookkeeper } from './bookkeeper.js';
import { slowDisk } from './small-disk.js';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

const SETTINGS = { synchronous: 'full', busyMs: 60_000 } as const;
const MORTAL = new URL('./threads/mortal-writer.mjs', import.meta.url);

function onThread(path: string, module?: URL): SqliteStore {
  return new SqliteStore(path, (file) => new ThreadWriting(file, SETTINGS, module));
}

describe.runIf(hasSqlite)('a writing thread that dies', () => {
  it.each([
    ['die before', 'exit code 7'],
    ['die after', 'exit code 8'],
    ['die of an error', 'an error of its own'],
  ])(
    '%s: its put fails, another thread is started for the next, nothing acknowledged is lost and no account is there twice',
    async (how, reason) => {
      const path = newFile();
      const keeper = await Bookkeeper.opened(() => onThread(path, MORTAL));
      await keeper.put(32, 1);
      keeper.delete(7);
      keeper.store.durable!.note(how, 'now');
      await expect(keeper.put(32, 20, 1)).rejects.toMatchObject({ code: 'ERR_STORE_FAILED', message: expect.stringContaining(reason) });
      // Whatever has become of the batch: those that it was to replace have a record, and the deleted one has none.
      for (const accountId of [1, 19, 20, 32]) expect(keeper.store.read(accountId, keeper.locations.get(accountId)!).length).toBe(200);
      expect(() => keeper.store.read(7, 7)).toThrow('no record of account 7');
      expect(keeper.store.stats().records).toBe(31);
      // It would kill the next one, too.
      keeper.store.durable!.note(how, 'no longer');
      await keeper.put(32, 25, 2);
      await keeper.put(5, 20, 2);
      keeper.check();
      await keeper.reopen();
      keeper.check();
      expect(keeper.store.durable!.notes.get(how)).toBe('no longer');
      await keeper.store.close();
    },
  );
});

describe.runIf(hasSqlite)('a slow disk', () => {
  it('a put waits for whoever has the file locked, and the event loop goes round meanwhile; records are read', async () => {
    const path = newFile();
    const keeper = await Bookkeeper.opened(() => onThread(path));
    await keeper.put(32, 1);
    const { DatabaseSync } = nodeSqlite();
    const other: DatabaseSync = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    let isDone = false;
    const put = keeper.put(32, 20, 1).finally(() => {
      isDone = true;
    });
    for (let turn = 0; turn < 10_000; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    keeper.check();
    other.exec('ROLLBACK');
    other.close();
    await put;
    keeper.check();
    await keeper.store.close();
  });

  it('a put waits for a file system that is frozen, and the event loop goes round meanwhile', async (context) => {
    const disk = slowDisk();
    if (disk === undefined) return context.skip('no file system can be frozen here');
    const path = `${disk.folder}/slow.db`;
    const keeper = await Bookkeeper.opened(() => onThread(path));
    await keeper.put(32, 1);
    const thaw = await disk.freeze();
    let isDone = false;
    const put = keeper.put(32, 20, 1).finally(() => {
      isDone = true;
    });
    try {
      for (let turn = 0; turn < 10_000; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(isDone).toBe(false);
      keeper.check();
    } finally {
      await thaw();
    }
    await put;
    await keeper.reopen();
    keeper.check();
    await keeper.store.close();
  });
});
