import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqliteStore } from '../src/index.js';
import { Bookkeeper } from './bookkeeper.js';
import { copyOf } from './copied-file.js';
import { temporaryFolder } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

describe.runIf(hasSqlite).each([true, false])('files that vanish under an open store, with thread: %s', (thread) => {
  const opened = async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'here.db');
    const keeper = await Bookkeeper.opened(() => sqliteStore(path, { thread }));
    for (let first = 1; first < 200; first += 32) await keeper.put(32, first);
    return { folder, path, keeper };
  };
  /** What the next process finds if this one is killed now. */
  const checkKilled = async (keeper: Bookkeeper, path: string): Promise<void> => {
    const copy = copyOf(path);
    const next = new Bookkeeper(() => sqliteStore(copy, { thread }));
    await next.open();
    for (const [accountId, record] of keeper.records) next.records.set(accountId, record);
    next.check();
    await next.store.close();
  };

  it.each([
    ['the file', ['']],
    ['the log', ['-wal']],
    ['the log and its index', ['-wal', '-shm']],
    ['the index', ['-shm']],
    ['all of them', ['', '-wal', '-shm', '-lock']],
  ])(
    '%s is removed: with the next batch all is there again, and nothing is lost if the process is killed then',
    async (_what, suffixes) => {
      const { path, keeper } = await opened();
      keeper.delete(5);
      for (const suffix of suffixes) rmSync(`${path}${suffix}`);
      keeper.check();
      await keeper.put(32, 190, 1);
      keeper.check();
      await checkKilled(keeper, path);
      expect(keeper.logger.lines).toHaveLength(1);
      expect(keeper.logger.lines[0]).toMatch(/^warn (the log of )?store file .*here\.db had vanished/);
      await keeper.put(32, 300);
      await keeper.reopen();
      keeper.check();
      await keeper.store.close();
    },
  );

  it('a flush finds out too, with nothing to write', async () => {
    const { path, keeper } = await opened();
    rmSync(path);
    await keeper.store.durable!.flush();
    await checkKilled(keeper, path);
    keeper.check();
    await keeper.store.close();
  });

  it('what has been put in its place is kept under another name', async () => {
    const { folder, path, keeper } = await opened();
    writeFileSync(`${path}-other`, 'not ours');
    renameSync(`${path}-other`, path);
    await keeper.put(32, 190, 1);
    await checkKilled(keeper, path);
    const found = readdirSync(folder).filter((name) => /^here\.db-found-\d+$/.test(name));
    expect(found).toHaveLength(1);
    expect(keeper.logger.lines[0]).toContain(found[0]);
    await keeper.reopen();
    keeper.check();
    await keeper.store.close();
  });

  it('an older copy that is put in place of file and log is not taken for them', async () => {
    const { path, keeper } = await opened();
    const copy = copyOf(path);
    for (let seed = 1; seed < 20; seed++) await keeper.put(32, 1, seed);
    for (const suffix of ['', '-wal']) renameSync(`${copy}${suffix}`, `${path}${suffix}`);
    await keeper.put(1, 40, 99);
    keeper.check();
    await checkKilled(keeper, path);
    await keeper.reopen();
    keeper.check();
    await keeper.store.close();
  });

  it('its folder is gone: puts fail until it is there again, records are read meanwhile, and then all of them are written', async () => {
    const { folder, path, keeper } = await opened();
    renameSync(folder, `${folder}-elsewhere`);
    await expect((async () => keeper.put(32, 190, 1))()).rejects.toMatchObject({ code: 'ERR_STORE_FAILED' });
    keeper.check();
    rmSync(`${folder}-elsewhere`, { recursive: true });
    await expect((async () => keeper.store.durable!.flush())()).rejects.toMatchObject({ code: 'ERR_STORE_FAILED' });
    keeper.check();
    mkdirSync(folder);
    await keeper.put(32, 190, 1);
    keeper.check();
    await checkKilled(keeper, path);
    await keeper.reopen();
    keeper.check();
    await keeper.store.close();
  });

  it('a process that died while it wrote the file anew leaves it whole under another name: the next one has it', async () => {
    const { path, keeper } = await opened();
    await keeper.store.close();
    renameSync(path, `${path}-rewritten`);
    keeper.store = sqliteStore(path, { thread });
    await keeper.open();
    keeper.check();
    await keeper.store.close();
  });

  it('the lock is removed and taken by another: puts are refused by name, and go on when it has gone', async () => {
    const { path, keeper } = await opened();
    rmSync(`${path}-lock`);
    const another = await Bookkeeper.opened(() => sqliteStore(path, { thread: false }));
    await expect((async () => keeper.put(1, 1, 7))()).rejects.toMatchObject({ code: 'ERR_STORE_LOCKED' });
    await another.store.close();
    await keeper.put(1, 1, 7);
    await keeper.reopen();
    keeper.check();
    await keeper.store.close();
  });
});
