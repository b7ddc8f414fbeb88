import { expect, it } from 'vitest';
import { allDone } from '../src/by-hand/bounded-wait.js';
import { shardPlanOf } from '../src/by-hand/shard-plan.js';
import { stepsOf } from '../src/workloads.js';

it.each(['W3', 'W6'] as const)('shards have as many steps each in %s, to the last one', (workload) => {
  const { ranks } = shardPlanOf(workload, 5000, 3);
  const steps = ranks.map((own) => own.reduce((sum, rank) => sum + stepsOf(workload, rank, 5000), 0));
  expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(1);
});

it('every session has one place, and where all are alike neighbours are in different shards', () => {
  const { ranks, shardOf, positionOf } = shardPlanOf('W1', 8, 3);
  expect(ranks.map((own) => [...own])).toEqual([
    [0, 3, 6],
    [1, 4, 7],
    [2, 5],
  ]);
  for (let rank = 0; rank < 8; rank++) expect(ranks[shardOf[rank]][positionOf[rank]]).toBe(rank);
});

it('a tick of which a task fails does not end before the others have', async () => {
  const events: string[] = [];
  let finish: () => void = () => {};
  const slow = new Promise<void>((resolve) => {
    finish = resolve;
  }).then(() => void events.push('the slow one ended'));
  const failed = Promise.reject(new Error('no luck'));
  const tick = allDone([failed, slow]).catch((error: Error) => events.push(error.message));
  await failed.catch(() => events.push('one failed'));
  finish();
  await tick;
  expect(events).toEqual(['one failed', 'the slow one ended', 'no luck']);
});
