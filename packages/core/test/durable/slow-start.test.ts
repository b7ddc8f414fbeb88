import type { HeadPage, StoreHost } from '@dormouse/core';
import { ManualClock } from '@dormouse/core/testing';
import { expect, it } from 'vitest';
import { startSleepy } from '../manager/sleeping.js';
import { accounts, failure } from '../manager/test-manager.js';
import { Disk, DiskStore } from './disk-fixture.js';
import { startKeeper, turn } from './durable-fixture.js';

/** A store that opens, or hands over its next head, when the test says so. */
class SlowStore extends DiskStore {
  readonly waiting: (() => void)[] = [];
  opensSlowly = false;
  isClosed = false;

  constructor(disk: Disk) {
    super(disk);
    const { load } = this.durable;
    this.durable.load = async (page: HeadPage) => {
      const heads: Parameters<HeadPage>[] = [];
      await load((count, bytes, locations) => {
        for (let i = 0; i < count; i++) heads.push([1, bytes.slice(i * 32, i * 32 + 32), locations.slice(i, i + 1)]);
      });
      for (const head of heads) {
        await new Promise<void>((resolve) => this.waiting.push(resolve));
        page(...head);
      }
    };
  }

  override open(host: StoreHost): void | Promise<void> {
    if (!this.opensSlowly) return super.open(host);
    return new Promise<void>((resolve) => this.waiting.push(resolve)).then(() => super.open(host));
  }

  override close(): void {
    this.isClosed = true;
    super.close();
  }

  /** The next thing that it was waited for. */
  async next(): Promise<void> {
    while (this.waiting.length === 0) await turn();
    this.waiting.shift()?.();
    await turn();
  }

  async begun(): Promise<void> {
    while (this.waiting.length === 0) await turn();
  }
}

async function diskOf(count: number): Promise<Disk> {
  const disk = new Disk();
  const { manager } = await startKeeper(disk);
  manager.createSessionBatch(accounts(count));
  await manager.shutdown();
  return disk;
}

it('a store that does not open within a minute is not waited for: the start fails, and it is closed', async () => {
  const clock = new ManualClock();
  const store = new SlowStore(new Disk());
  store.opensSlowly = true;
  const started = startSleepy({}, { store, clock, resume: true });
  const isRefused = expect(started).rejects.toMatchObject({
    code: 'ERR_START_FAILED',
    cause: failure('ERR_STORE_FAILED', 'store disk has been opening for 60 s'),
  });
  await store.begun();
  clock.advance(59_999);
  await turn();
  expect(store.isClosed).toBe(false);
  clock.advance(1);
  await isRefused;
  expect(store.isClosed).toBe(true);
});

it('one that hands over nothing for 30 s is not waited for, and what it hands over later is nobody’s', async () => {
  const clock = new ManualClock();
  const store = new SlowStore(await diskOf(3));
  const started = startSleepy({}, { store, clock, resume: true });
  const isRefused = expect(started).rejects.toMatchObject({
    code: 'ERR_START_FAILED',
    cause: failure('ERR_STORE_FAILED', 'store disk has handed over nothing for 30 s'),
  });
  await store.begun();
  clock.advance(20_000);
  await store.next();
  await store.begun();
  clock.advance(20_000);
  await turn();
  expect(store.isClosed).toBe(false);
  clock.advance(10_000);
  await isRefused;
  expect(store.isClosed).toBe(true);
  await store.next();
});

it('one that hands over something now and then is waited for as long as it takes', async () => {
  const clock = new ManualClock();
  const disk = await diskOf(5);
  const store = new SlowStore(disk);
  const started = startKeeper(disk, {}, { store, clock, resume: true });
  for (let head = 0; head < 5; head++) {
    await store.begun();
    clock.advance(29_000);
    await store.next();
  }
  const { manager } = await started;
  expect(manager.resumed).toMatchObject({ active: 5, refused: 0 });
});
