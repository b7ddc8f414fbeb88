import { expect, it } from 'vitest';
import { SmallRounds } from '../../src/dispatch/small-rounds.js';

it('no round is small before anything was measured', () => {
  expect(new SmallRounds().isSmall(1)).toBe(false);
});

it('a round is small when its batches, at what they took before, come to less than 100 µs', () => {
  const rounds = new SmallRounds();
  rounds.learn(0.1, 10);
  expect([rounds.isSmall(9), rounds.isSmall(11)]).toEqual([true, false]);
});

it('what batches take is learnt anew, either way, within some rounds', () => {
  const rounds = new SmallRounds();
  rounds.learn(0.01, 10);
  expect(rounds.isSmall(10)).toBe(true);
  for (let round = 0; round < 3; round++) rounds.learn(1, 10);
  expect(rounds.isSmall(10)).toBe(false);
  for (let round = 0; round < 20; round++) rounds.learn(0.01, 10);
  expect(rounds.isSmall(10)).toBe(true);
});

it('the caller alone in a round goes on for 100 µs', () => {
  expect(new SmallRounds().deadlineMs(1000)).toBeCloseTo(1000.1, 9);
});

it('the caller alone in a round looks at the clock each 25 µs of batches, and after each batch that takes longer', () => {
  const short = new SmallRounds();
  short.learn(0.01, 10);
  expect(short.stride).toBe(25);
  const long = new SmallRounds();
  long.learn(0.5, 10);
  expect([long.stride, new SmallRounds().stride]).toEqual([1, 1]);
});
