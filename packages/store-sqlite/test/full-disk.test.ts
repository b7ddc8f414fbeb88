import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DormouseError } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { sqliteStore } from '../src/index.js';
import { Bookkeeper } from './bookkeeper.js';
import { limitFiles, smallDisk } from './small-disk.js';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

const canMount = hasSqlite && smallDisk(1) !== undefined;

/** What a put or flush fails with. */
async function failureOf(underWay: () => void | Promise<void>): Promise<DormouseError> {
  try {
    await underWay();
  } catch (error) {
    if (DormouseError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('it has not failed');
}

describe.runIf(canMount).each([true, false])('on a small file system, with thread: %s', (thread) => {
  const make = () => {
    const disk = smallDisk(8)!;
    const path = join(disk.folder, 'full.db');
    return { disk, path, create: () => sqliteStore(path, { thread }) };
  };

  it('a full disk fails what is put, and nothing else; when there is room again it goes on by itself, and nothing acknowledged is lost', async () => {
    const { disk, create } = make();
    const keeper = await Bookkeeper.opened(create);
    await keeper.put(32, 1);
    const makeRoom = disk.fill();
    const failures: string[] = [];
    try {
      for (let seed = 1; seed < 6; seed++) failures.push((await failureOf(() => keeper.put(32, 20, seed, 40_000))).message);
      keeper.delete(3);
      keeper.store.durable!.note('clock', '1');
      keeper.check();
    } finally {
      makeRoom();
    }
    for (const message of failures) expect(message).toMatch(/^store sqlite cannot write to .*full\.db: database or disk is full$/);
    await keeper.put(32, 20, 9, 40_000);
    keeper.check();
    await keeper.reopen();
    keeper.check();
    expect(keeper.store.durable!.notes.get('clock')).toBe('1');
    await keeper.store.close();
  });

  it('a disk that is filled by what is put takes as much as it has room for, and each batch as a whole or not at all', async () => {
    const { disk, create } = make();
    const keeper = await Bookkeeper.opened(create);
    const reserve = join(disk.folder, 'reserve');
    writeFileSync(reserve, Buffer.alloc(1_048_576, 1));
    let failures = 0;
    for (let first = 1; failures < 3; first += 32) {
      await keeper.put(32, first, 0, 5000).catch(() => {
        failures++;
      });
      if (first % 320 === 1) keeper.check();
    }
    expect(keeper.records.size).toBeGreaterThan(300);
    keeper.check();
    await keeper.store.close();
    await expect((async () => new Bookkeeper(create).open())()).rejects.toMatchObject({ message: expect.stringContaining('disk is full') });
    rmSync(reserve);
    await keeper.reopen();
    keeper.check();
    for (const accountId of [...keeper.records.keys()]) keeper.delete(accountId);
    await keeper.store.durable!.flush();
    await keeper.put(32, 1, 0, 5000);
    keeper.check();
    await keeper.store.close();
  });

  it('what is deleted and noted while the disk is full is in the file when it is closed after there is room', async () => {
    const { disk, create } = make();
    const keeper = await Bookkeeper.opened(create);
    await keeper.put(32, 1, 0, 2000);
    await keeper.put(32, 33, 0, 2000);
    const makeRoom = disk.fill();
    for (let accountId = 1; accountId <= 60; accountId++) keeper.delete(accountId);
    keeper.store.durable!.note('long', 'x'.repeat(2_000_000));
    expect(await failureOf(() => keeper.store.durable!.flush())).toMatchObject({ code: 'ERR_STORE_FAILED' });
    makeRoom();
    await keeper.reopen();
    keeper.check();
    expect(keeper.store.durable!.notes.get('long')).toHaveLength(2_000_000);
    await keeper.store.close();
  });

  it('a store that is closed on a full disk says by number what is not in the file, and what was acknowledged is', async () => {
    const { disk, create } = make();
    const keeper = await Bookkeeper.opened(create);
    await keeper.put(32, 1);
    const makeRoom = disk.fill();
    try {
      keeper.store.durable!.note('long', 'x'.repeat(1_000_000));
      await keeper.store.close();
    } finally {
      makeRoom();
    }
    expect(keeper.logger.lines).toEqual([
      expect.stringMatching(/^error store sqlite is closed without 0 deletes and 1 notes, .*: database or disk is full$/),
    ]);
    await keeper.reopen();
    keeper.check();
    expect(keeper.store.durable!.notes.has('long')).toBe(false);
    await keeper.store.close();
  });

  it('a file on a file system that is read-only is refused by name, and so is one that is not there yet', async () => {
    const { disk, path, create } = make();
    const keeper = await Bookkeeper.opened(create);
    await keeper.put(32, 1);
    await keeper.store.close();
    disk.remount('ro');
    try {
      const inVain = new Bookkeeper(create);
      await expect((async () => inVain.open())()).rejects.toMatchObject({ code: 'ERR_STORE_FILE', message: expect.stringContaining(path) });
      const another = new Bookkeeper(() => sqliteStore(join(disk.folder, 'another.db'), { thread }));
      await expect((async () => another.open())()).rejects.toMatchObject({ code: 'ERR_STORE_FILE' });
    } finally {
      disk.remount('rw');
    }
    await keeper.reopen();
    keeper.check();
    await keeper.store.close();
  });
});

describe.runIf(hasSqlite).each([true, false])('with files that may not grow, with thread: %s', (thread) => {
  it('a put fails, and is done when they may', async (context) => {
    const path = newFile();
    const keeper = await Bookkeeper.opened(() => sqliteStore(path, { thread }));
    await keeper.put(32, 1);
    const unlimit = limitFiles(300_000);
    if (unlimit === undefined) return context.skip('this system has no prlimit');
    try {
      expect(await failureOf(() => keeper.put(32, 20, 1, 40_000))).toMatchObject({ code: 'ERR_STORE_FAILED' });
      keeper.check();
    } finally {
      unlimit();
    }
    await keeper.put(32, 20, 1, 40_000);
    keeper.check();
    await keeper.reopen();
    keeper.check();
    await keeper.store.close();
  });

  it('a file that becomes read-only while it is open fails what is put, is read as before, and is written again when it may be', async (context) => {
    const path = newFile();
    const keeper = await Bookkeeper.opened(() => sqliteStore(path, { thread }));
    await keeper.put(32, 1);
    const files = ['', '-wal', '-shm'].map((suffix) => `${path}${suffix}`);
    if (spawnSync('chattr', ['+i', ...files]).status !== 0) return context.skip('no file can be made immutable here');
    try {
      expect(await failureOf(() => keeper.put(32, 20, 1))).toMatchObject({ code: 'ERR_STORE_FAILED' });
      keeper.delete(3);
      expect(await failureOf(() => keeper.store.durable!.flush())).toMatchObject({ code: 'ERR_STORE_FAILED' });
      keeper.check();
    } finally {
      spawnSync('chattr', ['-i', ...files]);
    }
    await keeper.put(32, 20, 1);
    keeper.check();
    await keeper.reopen();
    keeper.check();
    await keeper.store.close();
  });
});
