import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { sqliteStore } from '../src/index.js';
import { Bookkeeper } from './bookkeeper.js';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

const holder = fileURLToPath(new URL('./process/holder.mjs', import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** A process that has the store open. */
async function held(path: string, thread: boolean): Promise<ChildProcess> {
  const child = spawn(process.execPath, [holder, path, String(thread)], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let errors = '';
  child.stderr?.on('data', (data) => {
    errors += data;
  });
  const isOpen = await Promise.race([once(child.stdout!, 'data').then(() => true), once(child, 'close').then(() => false)]);
  if (!isOpen) throw new Error(errors);
  return child;
}

describe.runIf(hasSqlite).each([true, false])('one manager a file, with thread: %s', (thread) => {
  const create = (path: string) => () => sqliteStore(path, { thread });
  const refusal = async (path: string) => {
    try {
      await new Bookkeeper(create(path)).open();
    } catch (error) {
      return error;
    }
    throw new Error('it was opened twice');
  };

  it('a file that another process has open is refused, with the number of the process; when that is killed with kill -9 it can be opened', async () => {
    const path = newFile();
    const child = await held(path, thread);
    expect(await refusal(path)).toMatchObject({
      code: 'ERR_STORE_LOCKED',
      message: expect.stringMatching(
        new RegExp(`^store file ${path} is open already \\(process ${child.pid}, since .*Z\\): one manager alone`),
      ),
    });
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const keeper = await Bookkeeper.opened(create(path));
    await keeper.put(32, 1);
    await keeper.reopen();
    keeper.check();
    await keeper.store.close();
  });

  it('a process is refused what this one has open, also after others here were refused it and have read it', async () => {
    const path = newFile();
    const keeper = await Bookkeeper.opened(create(path));
    await keeper.put(32, 1);
    for (let count = 0; count < 3; count++) expect(await refusal(path)).toMatchObject({ code: 'ERR_STORE_LOCKED' });
    await expect(held(path, thread)).rejects.toThrow('ERR_STORE_LOCKED');
    await keeper.put(32, 20, 1);
    keeper.check();
    await keeper.store.close();
    await held(path, thread);
  });

  it('one file is one by whatever path it is opened', async () => {
    const path = newFile();
    const keeper = await Bookkeeper.opened(create(path));
    const link = newFile();
    symlinkSync(path, link);
    expect(await refusal(link)).toMatchObject({ code: 'ERR_STORE_LOCKED' });
    await keeper.store.close();
    const byLink = await Bookkeeper.opened(create(link));
    expect(await refusal(path)).toMatchObject({ code: 'ERR_STORE_LOCKED' });
    await byLink.store.close();
    expect(existsSync(`${link}-lock`)).toBe(false);
  });

  it('a thread that ends without closing its store lets go of it', async () => {
    const path = newFile();
    const worker = new Worker(new URL('./process/holder.mjs', import.meta.url), { argv: [path, String(thread)], stdout: true });
    await once(worker.stdout, 'data');
    expect(await refusal(path)).toMatchObject({ code: 'ERR_STORE_LOCKED' });
    await worker.terminate();
    const keeper = await Bookkeeper.opened(create(path));
    await keeper.store.close();
  });
});
