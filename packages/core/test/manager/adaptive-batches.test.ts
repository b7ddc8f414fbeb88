import { defineBehavior, replay, u32 } from '@dormouse/core';
import { describe, expect, it } from 'vitest';
import { BatchSize } from '../../src/manager/batch-size.js';
import type { IScheduler, SchedulerStats } from '../../src/scheduler.js';
import { startRecorded } from '../recording/recorded-run.js';
import { serialScheduler } from '../scheduler/test-schedulers.js';
import { echo } from './behaviors.js';
import { accounts, startWith } from './test-manager.js';

/** Tells of each participant that it has run batches, whose rows took so long. */
class Told implements Pick<IScheduler, 'name' | 'stats'> {
  readonly name = 'told';
  looks = 0;
  rowUs: number;
  participants: number;
  readonly #ran: { batches: number; updateUs: number }[];

  constructor(rowUs: number, participants = 2) {
    this.rowUs = rowUs;
    this.participants = participants;
    this.#ran = Array.from({ length: participants }, () => ({ batches: 0, updateUs: 0 }));
  }

  /** Each takes the next one in turn. */
  run(batches: number, batchRows: number): void {
    for (let batch = 0; batch < batches; batch++) {
      this.#ran[batch % this.participants].batches++;
      this.#ran[batch % this.participants].updateUs += this.rowUs * batchRows;
    }
  }

  /** Has a new thread in the place of the last one. */
  replace(): void {
    this.#ran[this.participants - 1] = { batches: 0, updateUs: 0 };
  }

  stats(): SchedulerStats {
    this.looks++;
    return { participants: this.#ran.slice(0, this.participants).map((ran) => ({ ...ran, steals: 0, failedSteals: 0, idleUs: 0 })) };
  }
}

const single = { definition: { state: {}, update() {} } };
const together = { definition: { state: {}, updateBatch() {} } };

function sizeOf(scheduler: Told, updateBatchSize = 64, enableAdaptiveBatchSize = true, behavior: typeof single | typeof together = single) {
  const warnings: string[] = [];
  const size = new BatchSize({
    scheduler,
    behaviors: [behavior as never],
    config: { updateBatchSize, enableAdaptiveBatchSize },
    logger: { warn: (message) => void warnings.push(message) },
  });
  return { size, warnings };
}

/** Ticks of so many rows; gives the sizes that batches took on. */
function sizesOver(told: Told, ticks: number, rows: number, size = sizeOf(told).size): number[] {
  const sizes: number[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    const { rows: batchRows } = size;
    const batches = Math.ceil(rows / batchRows);
    told.run(batches, batchRows);
    if (size.settle(batches, batchRows)) sizes.push(size.rows);
  }
  return sizes;
}

/** One whose batches have become sixteen sessions long. */
function adapted() {
  const told = new Told(5);
  const { size } = sizeOf(told);
  expect(sizesOver(told, 100, 5000, size)).toEqual([16]);
  return { told, size };
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

  it('are made so many that each participant has four, as long as there are some of more than 20 µs to be halved', () => {
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
    const told = new Told(20);
    expect(sizesOver(told, 200, 5000, sizeOf(told, most).size)).toEqual(rows === undefined ? [] : [rows]);
  });

  it('have four sessions at least where a behaviour updates several at a time', () => {
    const told = new Told(500);
    expect(sizesOver(told, 200, 5000, sizeOf(told, 64, true, together).size)).toEqual([4]);
    const uneven = new Told(500);
    expect(sizesOver(uneven, 200, 5000, sizeOf(uneven, 48, true, together).size)).toEqual([6]);
    const few = new Told(500);
    expect(sizesOver(few, 200, 5000, sizeOf(few, 3, true, together).size)).toEqual([]);
  });

  it('go by all that participants ran, not by what one of them did', () => {
    const told = new Told(0.1);
    const { size } = sizeOf(told);
    for (let tick = 0; tick < 200; tick++) {
      told.run(79, 64);
      // One session of a millisecond.
      told.rowUs = 1000 / 64;
      told.run(1, 64);
      told.rowUs = 0.1;
      expect(size.settle(80, 64)).toBe(false);
    }
  });

  it('stay as they are until two looks, sixteen ticks apart, have found the same', () => {
    const told = new Told(5);
    const { size } = sizeOf(told);
    expect(sizesOver(told, 32, 5000, size)).toEqual([]);
    expect([told.looks, size.rows]).toEqual([2, 64]);
    told.rowUs = 0.1;
    expect(sizesOver(told, 16, 5000, size)).toEqual([]);
    told.rowUs = 5;
    expect(sizesOver(told, 48, 5000, size)).toEqual([16]);
  });

  it('grow again when updates are short, but not for a time at a limit', () => {
    const { told, size } = adapted();
    told.rowUs = 3;
    expect(sizesOver(told, 100, 5000, size)).toEqual([]);
    told.rowUs = 2;
    expect(sizesOver(told, 100, 5000, size)).toEqual([32]);
    told.rowUs = 0.1;
    expect(sizesOver(told, 100, 5000, size)).toEqual([64]);
  });

  it('are as long as they are set where one participant is left', () => {
    const { told, size } = adapted();
    told.participants = 1;
    expect(sizesOver(told, 100, 5000, size)).toEqual([64]);
  });

  it('are not gone by where a participant has been replaced, or many were of records', () => {
    const told = new Told(5);
    const { size } = sizeOf(told);
    for (let round = 0; round < 5; round++) {
      expect(sizesOver(told, 15, 5000, size)).toEqual([]);
      told.replace();
      expect(sizesOver(told, 1, 5000, size)).toEqual([]);
    }
    for (let tick = 0; tick < 200; tick++) {
      told.run(79, 64);
      told.run(20, 64);
      expect(size.settle(79, 64)).toBe(false);
    }
    expect(sizesOver(told, 100, 5000, size)).toEqual([16]);
  });

  it('are left alone where there is one participant, and where that is switched off', () => {
    expect(sizesOver(new Told(500, 1), 100, 5000)).toEqual([]);
    const told = new Told(500);
    expect(sizesOver(told, 100, 5000, sizeOf(told, 64, false).size)).toEqual([]);
    expect(told.looks).toBe(0);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('not now');
      },
      'not now',
    ],
    ['tells of no participants', () => ({}), /not iterable/],
    ['tells of no time', () => ({ participants: [{ batches: 1 }] }), 'batches of 1 and NaN µs'],
    ['tells of endless time', () => ({ participants: [{ batches: 1, updateUs: Number.POSITIVE_INFINITY }] }), /Infinity/],
    ['tells in bigints', () => ({ participants: [{ batches: 1n, updateUs: 1n }] }), /BigInt/],
  ])('are left alone from then on where a scheduler %s, which is told once', (_, stats, reason) => {
    const told = new Told(500);
    told.stats = stats as never;
    const { size, warnings } = sizeOf(told);
    expect(sizesOver(told, 100, 5000, size)).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^scheduler told: its stats\(\) are none, batches stay as long as they are: /)]);
    expect(warnings[0]).toMatch(reason);
  });

  it('begin anew with a size that is set', () => {
    const { told, size } = adapted();
    size.most = 48;
    expect([size.most, size.rows]).toEqual([48, 48]);
    expect(sizesOver(told, 100, 5000, size)).toEqual([12]);
  });
});

/** Runs batches one after the other, and says that two threads did, half a millisecond for each. */
function slowScheduler(): IScheduler {
  let batches = 0;
  const serial = serialScheduler();
  return serialScheduler({
    ...serial,
    parallelFor(count, epoch) {
      batches += count;
      return serial.parallelFor(count, epoch);
    },
    stats() {
      const half = { batches: batches / 2, updateUs: batches * 250, steals: 0, failedSteals: 0, idleUs: 0 };
      return { participants: [half, half] };
    },
  });
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
    expect([...batches]).toEqual([4, 32]);
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
    expect(other.difference).toMatchObject({ tick: 50 });
  });
});
