import { defineBehavior, replay, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { BatchSize } from '../../src/manager/batch-size.js';
import type { IScheduler, SchedulerStats } from '../../src/scheduler.js';
import { startRecorded } from '../recording/recorded-run.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { accounts, startWith } from './test-manager.js';

const IDLE = { batches: 0, steals: 0, failedSteals: 0, updateUs: 0, idleUs: 0 };

/** Says of its batches what it is told to: so many participants, and what a row takes. */
class Told implements Pick<IScheduler, 'stats'> {
  looks = 0;
  batchRows: number;
  rowUs: number | undefined;
  readonly #participants: number;

  constructor(rowUs: number | undefined, participants = 2, batchRows = 64) {
    this.rowUs = rowUs;
    this.#participants = participants;
    this.batchRows = batchRows;
  }

  stats(): SchedulerStats {
    this.looks++;
    const participants = Array.from({ length: this.#participants }, () => IDLE);
    return this.rowUs === undefined ? { participants } : { participants, batchUs: this.rowUs * this.batchRows };
  }
}

/** Ticks of so many rows; gives the sizes that batches took on. */
function sizesOver(told: Told, ticks: number, rows: number, size = new BatchSize(told, settings())): number[] {
  const sizes: number[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    if (size.settle(Math.ceil(rows / size.rows), size.rows)) sizes.push(size.rows);
    told.batchRows = size.rows;
  }
  return sizes;
}

function settings(updateBatchSize = 64, enableAdaptiveBatchSize = true) {
  return { updateBatchSize, enableAdaptiveBatchSize };
}

describe('batches that take long', () => {
  it.each([
    ['short', 1.5, [64]],
    ['a little too long', 2, [32]],
    ['long', 5, [16]],
    ['longer than the longest batch, each', 500, [1]],
  ])('are made smaller, to 100 µs: updates are %s (%s µs)', (_, rowUs, [rows]) => {
    expect(sizesOver(new Told(rowUs), 200, 5000)).toEqual(rows === 64 ? [] : [rows]);
  });

  it('are made so many that each participant has four, as long as they take 20 µs', () => {
    expect(sizesOver(new Told(1, 2), 200, 128)).toEqual([16]);
    expect(sizesOver(new Told(1, 8), 200, 128)).toEqual([16]);
    expect(sizesOver(new Told(5, 8), 200, 128)).toEqual([4]);
    expect(sizesOver(new Told(0.1, 8), 200, 128)).toEqual([]);
  });

  it.each([
    [256, 4],
    [64, 4],
    [48, 3],
    [100, 4],
    [7, 4],
    [1, undefined],
  ])('are halved as often as it takes: from %i sessions of 20 µs each to %s', (most, rows) => {
    const told = new Told(20, 2, most);
    expect(sizesOver(told, 200, 5000, new BatchSize(told, settings(most)))).toEqual(rows === undefined ? [] : [rows]);
  });

  it('stay as they are until two looks, sixteen ticks apart, have found the same', () => {
    const told = new Told(5);
    const size = new BatchSize(told, settings());
    expect(sizesOver(told, 33, 5000, size)).toEqual([]);
    expect([told.looks, size.rows]).toEqual([1, 64]);
    told.rowUs = 1;
    expect(sizesOver(told, 17, 5000, size)).toEqual([]);
    told.rowUs = 5;
    expect(sizesOver(told, 34, 5000, size)).toEqual([16]);
  });

  it('grow again when updates are short, but not for a time at a limit', () => {
    const told = new Told(5);
    const size = new BatchSize(told, settings());
    expect(sizesOver(told, 100, 5000, size)).toEqual([16]);
    told.rowUs = 3;
    expect(sizesOver(told, 100, 5000, size)).toEqual([]);
    told.rowUs = 2;
    expect(sizesOver(told, 100, 5000, size)).toEqual([32]);
    told.rowUs = 0.1;
    expect(sizesOver(told, 100, 5000, size)).toEqual([64]);
  });

  it('are left alone where there is one participant, where nobody tells what they take, and where that is switched off', () => {
    expect(sizesOver(new Told(500, 1), 100, 5000)).toEqual([]);
    expect(sizesOver(new Told(undefined), 100, 5000)).toEqual([]);
    const told = new Told(500);
    expect(sizesOver(told, 100, 5000, new BatchSize(told, settings(64, false)))).toEqual([]);
    expect(told.looks).toBe(0);
  });

  it('begin anew with a size that is set', () => {
    const told = new Told(5);
    const size = new BatchSize(told, settings());
    sizesOver(told, 100, 5000, size);
    size.most = 48;
    expect([size.most, size.rows]).toEqual([48, 48]);
    expect(sizesOver(told, 100, 5000, size)).toEqual([12]);
  });
});

/** Runs batches one after the other, and says that they take long on two threads. */
function slowScheduler(): IScheduler {
  return serialScheduler({ stats: () => ({ participants: [IDLE, IDLE], batchUs: 1000 }) });
}

/** Every tenth update of the first session of a batch fails, and who is behind it in the batch is not updated. */
export const halting = defineBehavior(import.meta.url, {
  name: 'halting',
  state: { updates: u32() },
  updateBatch({ u32: words, at, begin, end, tick }) {
    for (let row = begin; row < end; row++) {
      words[at.updates + row]++;
      if (tick.number % 10 === 0) throw new Error('ten');
    }
  },
});

describe('a manager whose batches take long', () => {
  it('has more of them, and still tells the size that was set', async () => {
    const manager = await startWith({ behavior: echo, scheduler: slowScheduler() });
    manager.createSessionBatch(accounts(200));
    const batches = new Set<number>();
    for (let tick = 0; tick < 60; tick++) batches.add((await manager.updateAllSessions(100)).batches);
    expect([...batches]).toEqual([4, 64]);
    expect(manager.config.updateBatchSize).toBe(64);
    for (const handle of manager.sessions()) expect(handle.state.updates).toBe(60);
  });

  it('is replayed with the sizes they had, which matters where a batch throws', async () => {
    const { manager, recording, file } = await startRecorded({ behavior: halting, scheduler: slowScheduler(), quarantineAfter: 255 });
    manager.createSessionBatch(accounts(150));
    for (let tick = 0; tick < 70; tick++) await manager.updateAllSessions(100);
    const digest = manager.stateDigest();
    await recording.stop();
    const options = { behavior: halting, scheduler: serialScheduler(), logger: false } as const;
    expect(await replay(file, options)).toMatchObject({ ticks: 70, digest, difference: undefined });
    const other = await replay(file, { ...options, scheduler: serialScheduler(), updateBatchSize: 64 });
    expect(other.difference).toMatchObject({ tick: 40 });
  });
});
