import { describe, expect, it } from 'vitest';
import { Column } from '../../src/layout/geometry.js';
import { StoringRounds } from '../../src/manager/sleep/storing-rounds.js';
import type { Participant } from '../../src/participant.js';
import { storingStand } from './storing-fixture.js';
import { failure } from './test-manager.js';

type Stand = ReturnType<typeof storingStand>;

/** The records are those of these slots, whole and in this order. */
function expectStored({ stored, expected }: Stand, slots: readonly number[]): void {
  expect(stored()).toEqual(slots.map((slot, at) => [at + 1, expected(slot)]));
}

/** Makes one record longer than others, by 5000 bytes. */
function lengthen({ store }: Stand, slot: number): void {
  const { offset, stride } = store.hostOf(slot).layout.columns[1];
  store.block(slot).cold.u8.fill(7, offset + (slot & 63) * stride, offset + ((slot & 63) + 1) * stride);
}

describe('rows become records', () => {
  it.each([1, 31, 32, 33, 63])('of %i rows the host writes all, and the scheduler hears nothing', (count) => {
    const stand = storingStand();
    const slots = stand.sleepers(count);
    expect(stand.storing.encode(slots, count)).toBeUndefined();
    expect(stand.storing.hasNext).toBe(true);
    expectStored(stand, slots);
    expect(stand.storing.hasNext).toBe(false);
    expect([stand.rounds, stand.storing.rounds]).toEqual([[], 0]);
  });

  it.each([64, 65, 100, 255, 256])('of %i rows they are written in batches of 32 by whom the scheduler chooses (R-22)', (count) => {
    const stand = storingStand();
    const slots = stand.sleepers(count);
    expect(stand.storing.encode(slots, count)).toBeUndefined();
    expectStored(stand, slots);
    expect(stand.rounds).toEqual([[Math.ceil(count / 32), 1, 'records']]);
    expect([stand.storing.takeFailure(), stand.participant.batchesRun]).toEqual([undefined, Math.ceil(count / 32)]);
  });

  it('of a scheduler that takes its time they are there when it is done', async () => {
    const stand = storingStand(async (count, participant) => {
      await undefined;
      for (let batch = count - 1; batch >= 0; batch--) participant.runBatches(batch, batch + 1);
    });
    const slots = stand.sleepers(200);
    await stand.storing.encode(slots, 200);
    expectStored(stand, slots);
    expect(stand.storing.takeFailure()).toBeUndefined();
  });

  it('again and again, over what was there before', async () => {
    const stand = storingStand();
    const slots = stand.sleepers(256);
    await stand.storing.encode(slots, 256);
    await stand.storing.encode(slots.slice(10), 80);
    expect(stand.stored()).toEqual(slots.slice(10, 90).map((slot, at) => [at + 11, stand.expected(slot)]));
    await stand.storing.encode(slots, 3);
    expectStored(stand, slots.slice(0, 3));
    expect(stand.rounds.map(([, epoch]) => epoch)).toEqual([1, 2]);
  });

  it('those that find no room in the batch are written by the host, in their places', async () => {
    const stand = storingStand();
    const slots = stand.sleepers(70);
    for (const slot of slots.slice(3, 40)) lengthen(stand, slot);
    await stand.storing.encode(slots, 70);
    expectStored(stand, slots);
    expect(stand.storing.takeFailure()).toBeUndefined();
  });

  it('but for those that were cancelled', async () => {
    const stand = storingStand();
    const { storing, store, stored, expected } = stand;
    const slots = stand.sleepers(100);
    await storing.encode(slots, 100);
    const isLeft = (_: number, at: number): boolean => ![0, 31, 32, 40, 99].includes(at) && (at < 64 || at >= 90);
    for (const slot of slots.filter((slot, at) => !isLeft(slot, at))) storing.cancel(slot);
    const left = slots.filter(isLeft);
    expect(stored()).toEqual(left.map((slot) => [store.word(slot, Column.account), expected(slot)]));
  });

  it('of one that was moved meanwhile it is told where it is now', async () => {
    const { storing, sleepers } = storingStand();
    const slots = sleepers(80);
    await storing.encode(slots, 70);
    storing.moved(slots[69], slots[75]);
    const counts = [storing.next()?.count, storing.next()?.count, storing.next()?.count];
    expect([counts, storing.next()]).toEqual([[32, 32, 6], undefined]);
    expect([...storing.slots.subarray(0, 6)]).toEqual([...slots.slice(64, 69), slots[75]]);
  });

  it('takes no more than 256 at once', () => {
    expect([StoringRounds.most, storingStand().staging.slots.length]).toEqual([256, 256]);
  });
});

describe('a scheduler that does not do as it must loses no record', () => {
  it.each<[string, (count: number, participant: Participant) => void, string]>([
    ['leaves a batch out', (count, participant) => participant.runBatches(1, count), 'ran 3 of 4 batches'],
    ['does nothing', () => {}, 'ran 0 of 4 batches'],
    [
      'runs one twice',
      (count, participant) => {
        participant.runBatches(0, count);
        participant.runBatches(2, 3);
      },
      'ran 5 of 4 batches',
    ],
    ['runs batches that there are not', (count, participant) => participant.runBatches(0, count + 7), 'ran 11 of 4 batches'],
  ])('%s', async (_, run, what) => {
    const stand = storingStand(run);
    const slots = stand.sleepers(128);
    await stand.storing.encode(slots, 128);
    expectStored(stand, slots);
    expect(stand.storing.takeFailure()).toEqual(
      failure('ERR_SCHEDULER_CONTRACT', `tick 0: scheduler test ${what}; each must run exactly once`),
    );
    await stand.storing.encode(slots, 10);
    expect(stand.storing.takeFailure()).toBeUndefined();
  });

  it.each<[string, () => void | Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('out of threads');
      },
    ],
    ['rejects', () => Promise.reject(new Error('out of threads'))],
  ])('%s: nothing of what others may still be writing is used', async (_, fail) => {
    const stand = storingStand((count, participant) => {
      participant.runBatches(0, count);
      return fail();
    });
    const slots = stand.sleepers(100);
    await stand.storing.encode(slots, 100);
    for (const part of stand.staging.parts) part.fill(0xee);
    expectStored(stand, slots);
    const message = 'tick 0: scheduler test failed where rows were to be stored: out of threads';
    expect(stand.storing.takeFailure()).toEqual(failure('ERR_SCHEDULER_FAILED', message));
  });

  it('a batch that comes when the round is over is not run, and shows in the next one’s count', async () => {
    const stand = storingStand();
    const slots = stand.sleepers(64);
    await stand.storing.encode(slots, 64);
    const before = stand.staging.parts.map((part) => part.slice());
    stand.staging.count = 0;
    stand.participant.runBatches(0, 1);
    expect(stand.staging.parts.map((part) => part.slice())).toEqual(before);
    await stand.storing.encode(slots, 64);
    expect(stand.storing.takeFailure()).toEqual(failure('ERR_SCHEDULER_CONTRACT', /ran 3 of 2 batches/));
  });
});
