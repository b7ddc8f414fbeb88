import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { HEAD_BYTES } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { sqliteStore } from '../src/index.js';
import { recordingLogger } from './bookkeeper.js';
import { contentOf } from './process/content.mjs';
import { newFile } from './temporary-folder.js';
import { hasSqlite } from './with-sqlite.js';

const writer = fileURLToPath(new URL('./process/writer.mjs', import.meta.url));
const LIVES = 12;

/** What must be there, by account: the seed of its record, or several if one was under way; undefined: none. */
class Expected {
  readonly #seeds = new Map<number, Set<number | undefined>>();
  #underWay: (() => void) | undefined;

  hear(line: string): void {
    const [what, ...words] = line.split(' ');
    const numbers = words.map(Number);
    if (what === 'done') {
      this.#underWay?.();
      this.#underWay = undefined;
    } else if (what === 'put') {
      const [seed, ...accounts] = numbers;
      for (const account of accounts) this.#of(account).add(seed);
      this.#underWay = () => {
        this.#settle();
        for (const account of accounts) this.#seeds.set(account, new Set([seed]));
      };
    } else if (what === 'delete') {
      for (const account of numbers) {
        // Deleted or not until the next put or flush.
        this.#of(account).add(undefined);
        this.#deleted.add(account);
      }
    } else if (what === 'flush') this.#underWay = () => this.#settle();
  }

  readonly #deleted = new Set<number>();

  /** Everything deleted before is gone now. */
  #settle(): void {
    for (const account of this.#deleted) this.#seeds.set(account, new Set([undefined]));
    this.#deleted.clear();
  }

  /** Takes over what was found, which must be one of what may be. */
  check(found: ReadonlyMap<number, number>): void {
    for (const [account, seeds] of this.#seeds) {
      if (!seeds.has(found.get(account))) throw new Error(`account ${account} has ${found.get(account)}, and was to have ${[...seeds]}`);
    }
    for (const account of found.keys()) if (!this.#seeds.has(account)) throw new Error(`account ${account} was never put`);
    this.#seeds.clear();
    for (const [account, seed] of found) this.#seeds.set(account, new Set([seed]));
    this.#deleted.clear();
    this.#underWay = undefined;
  }

  #of(account: number): Set<number | undefined> {
    const seeds = this.#seeds.get(account) ?? new Set([undefined]);
    this.#seeds.set(account, seeds);
    return seeds;
  }
}

/** Lets a writer work until it has said so many lines, and kills it; every line that it has said is heard. */
async function live(path: string, seed: number, options: object, lines: number, expected: Expected): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [writer, path, String(seed), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let count = 0;
  for await (const line of createInterface({ input: child.stdout! })) {
    expected.hear(line);
    if (++count === lines) child.kill('SIGKILL');
  }
  const [code, signal] = await exited;
  expect([code, signal]).toEqual([null, 'SIGKILL']);
}

/** The seed of each account's record, which is whole. */
async function found(path: string): Promise<Map<number, number>> {
  const store = sqliteStore(path, { thread: false });
  await store.open({ contractVersion: 1, logger: recordingLogger(), moved: () => {} });
  const seeds = new Map<number, number>();
  const locations = new Map<number, number>();
  await store.durable!.load((count, heads, places) => {
    const view = new DataView(heads.buffer, heads.byteOffset, heads.byteLength);
    for (let index = 0; index < count; index++) {
      const account = view.getUint32(index * HEAD_BYTES, true);
      if (locations.has(account)) throw new Error(`account ${account} has two records`);
      locations.set(account, places[index]);
    }
  });
  for (const [account, location] of locations) {
    const record = store.read(account, location);
    const seed = new DataView(record.buffer, record.byteOffset, 4).getUint32(0, true);
    if (Buffer.compare(record, contentOf(account, seed)) !== 0) throw new Error(`the record of account ${account} is torn`);
    seeds.set(account, seed);
  }
  await store.close();
  return seeds;
}

describe.runIf(hasSqlite).each([{ thread: true }, { thread: false }, { synchronous: 'normal' }])(
  'killed with kill -9, with %o',
  (options) => {
    it(`through ${LIVES} lives: what was acknowledged is there byte for byte, none twice, and none that was deleted before a put or flush`, async () => {
      const path = newFile();
      const expected = new Expected();
      for (let life = 1; life <= LIVES; life++) {
        await live(path, life, options, 10 + ((life * 97) % 300), expected);
        expected.check(await found(path));
      }
    });
  },
);
