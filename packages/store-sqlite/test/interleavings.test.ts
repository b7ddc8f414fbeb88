import { describe, expect, it, vi } from 'vitest';
import type { Commit, CommitOutcome } from '../src/file-writer.js';
import { SqliteStore } from '../src/sqlite-store.js';
import { DirectWriting, type Writing } from '../src/writing.js';
import { Bookkeeper } from './bookkeeper.js';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

const SETTINGS = { synchronous: 'full', busyMs: 1000 } as const;

/** What a commit may come to: it is in the file and is told; it is not; it is, and is not told, as when a thread dies. */
type Outcome = 'done' | 'failed' | 'lost';

/** Writes when it is told to, as a thread would at any time. */
class SteppedWriting implements Writing {
  readonly #direct: DirectWriting;
  readonly #asked: ((outcome: Outcome) => void)[] = [];

  constructor(file: string) {
    this.#direct = new DirectWriting(file, SETTINGS);
  }

  get asked(): number {
    return this.#asked.length;
  }

  async step(outcome: Outcome = 'done'): Promise<void> {
    this.#asked.shift()!(outcome);
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  async open(): Promise<void> {
    this.#direct.open();
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return new Promise((resolve, reject) => {
      this.#asked.push((outcome) => {
        if (outcome === 'failed') return reject(new Error('the disk has failed'));
        const done = this.#direct.commit(commit);
        if (outcome === 'lost') reject(new Error('the thread has died'));
        else resolve(done);
      });
    });
  }

  async vacuum(budgetMs: number) {
    return this.#direct.vacuum(budgetMs);
  }

  async close(): Promise<void> {
    this.#direct.close();
  }
}

async function stepped() {
  const path = newFile();
  const writings: SteppedWriting[] = [];
  const keeper = await Bookkeeper.opened(
    () =>
      new SqliteStore(path, (file) => {
        const writing = new SteppedWriting(file);
        writings.push(writing);
        return writing;
      }),
  );
  const writing = writings[0];
  const put = keeper.put(32, 1);
  await writing.step();
  await put;
  /** Closed, and what was written is what was acknowledged. */
  const checkFile = async (): Promise<void> => {
    const closed = keeper.store.close();
    if (writing.asked > 0) await writing.step();
    await closed;
    keeper.store = new SqliteStore(path, (file) => new DirectWriting(file, SETTINGS));
    await keeper.open();
    keeper.check();
    await keeper.store.close();
  };
  return { keeper, writing, checkFile };
}

describe.runIf(hasSqlite)('between a put and its end', () => {
  it.each(['done', 'failed', 'lost'] as const)(
    'a record that it replaces is deleted: it is gone, whether the put is %s',
    async (outcome) => {
      const { keeper, writing, checkFile } = await stepped();
      const put = keeper.put(4, 1, 1).catch(() => {});
      await Promise.resolve();
      keeper.delete(2);
      expect(() => keeper.store.read(2, 2)).toThrow('no record of account 2');
      await writing.step(outcome);
      await put;
      keeper.records.delete(2);
      keeper.locations.delete(2);
      expect(() => keeper.store.read(2, 2)).toThrow('no record of account 2');
      expect(keeper.store.stats().records).toBe(31);
      // The replaced ones have the old record or the new one: put again, they have the new one.
      const again = keeper.put(1, 1, 3);
      await writing.step();
      await again;
      const rest = keeper.put(2, 3, 3);
      await writing.step();
      await rest;
      await checkFile();
    },
  );

  it.each(['done', 'failed', 'lost'] as const)(
    'nothing of it shows, and the ids of what was deleted before go to nobody twice, whether it is %s',
    async (outcome) => {
      const { keeper, writing, checkFile } = await stepped();
      for (let accountId = 1; accountId <= 10; accountId++) keeper.delete(accountId);
      const put = keeper.put(8, 100).catch(() => {});
      await Promise.resolve();
      expect(keeper.store.stats().records).toBe(22);
      keeper.delete(20);
      await writing.step(outcome);
      await put;
      expect(keeper.store.stats().records).toBe(outcome === 'done' ? 29 : 21);
      const again = keeper.put(20, 100, 1);
      await writing.step();
      await again;
      expect(new Set(keeper.locations.values()).size).toBe(keeper.locations.size);
      await checkFile();
    },
  );

  it('what is deleted and noted, and flushed, waits for it: a flush is done when both are in the file', async () => {
    const { keeper, writing, checkFile } = await stepped();
    const put = keeper.put(4, 50);
    keeper.delete(3);
    keeper.store.durable!.note('clock', '1');
    let isFlushed = false;
    const flush = Promise.resolve(keeper.store.durable!.flush()).then(() => {
      isFlushed = true;
    });
    expect(writing.asked).toBe(1);
    await writing.step();
    await put;
    expect([isFlushed, writing.asked]).toEqual([false, 1]);
    await writing.step();
    await flush;
    expect(keeper.store.durable!.notes.get('clock')).toBe('1');
    await checkFile();
  });

  it('a flush behind a put that fails has what that was to write beside its batch', async () => {
    const { keeper, writing, checkFile } = await stepped();
    keeper.delete(3);
    keeper.store.durable!.note('clock', '1');
    const put = keeper.put(4, 50).catch((error: Error) => error.message);
    const flush = keeper.store.durable!.flush();
    keeper.store.durable!.note('clock', '2');
    await writing.step('failed');
    expect(await put).toContain('the disk has failed');
    await writing.step();
    await flush;
    expect(keeper.store.durable!.notes.get('clock')).toBe('2');
    await checkFile();
  });

  it('a store that is closed waits for it, then writes what is left', async () => {
    const { keeper, writing, checkFile } = await stepped();
    const put = keeper.put(4, 50);
    keeper.delete(3);
    const closed = keeper.store.close();
    await writing.step();
    await put;
    await writing.step();
    await closed;
    expect(writing.asked).toBe(0);
    await expect((async () => keeper.put(1, 1))()).rejects.toMatchObject({ code: 'ERR_STORE_FAILED', message: 'store sqlite is not open' });
    await checkFile();
  });

  it('a store whose disk is never done is closed all the same, says so, and writes nothing later', async () => {
    const { keeper, writing } = await stepped();
    const put = keeper.put(4, 50).catch((error: Error) => error.message);
    keeper.delete(3);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const closed = keeper.store.close();
      vi.advanceTimersByTime(10_000);
      await closed;
    } finally {
      vi.useRealTimers();
    }
    expect(keeper.logger.lines).toEqual([
      expect.stringMatching(/^error store sqlite is closed without 1 deletes and 0 notes, .*: not done in 10000 ms$/),
    ]);
    await writing.step('failed');
    expect(await put).toContain('the disk has failed');
    expect(writing.asked).toBe(0);
  });
});
