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

/** Ten batches of 6 µs each, and the last round over at 1000 ms. */
function roundsOfSixty(): SmallRounds {
  const rounds = new SmallRounds();
  rounds.learn(0.06, 10);
  rounds.ended(1000);
  return rounds;
}

const somebody = (): boolean => true;
const nobody = (): boolean => false;

it('a small round is shared with whoever is awake, if rounds come one behind the other', () => {
  const rounds = roundsOfSixty();
  expect([rounds.isWorthSharing(10, 1000.01, somebody), rounds.isWorthSharing(10, 1000.2, somebody)]).toEqual([true, false]);
});

it('a round of less than 20 µs is shared with nobody, awake or not', () => {
  const rounds = roundsOfSixty();
  expect([4, 3].map((batches) => rounds.isWorthSharing(batches, 1000.01, somebody))).toEqual([true, false]);
});

it('of rounds one behind the other that find nobody awake, four of 64 are opened all the same', () => {
  const rounds = roundsOfSixty();
  const opened = Array.from({ length: 132 }, () => rounds.isWorthSharing(10, 1000.01, nobody));
  expect(opened.flatMap((isOpened, round) => (isOpened ? [round] : []))).toEqual([0, 1, 2, 3, 64, 65, 66, 67, 128, 129, 130, 131]);
});

it('whoever was helped and is alone again opens the next rounds at once', () => {
  const rounds = roundsOfSixty();
  for (let round = 0; round < 10; round++) rounds.isWorthSharing(10, 1000.01, nobody);
  expect(rounds.isWorthSharing(10, 1000.01, nobody)).toBe(false);
  expect(rounds.isWorthSharing(10, 1000.01, somebody)).toBe(true);
  const opened = Array.from({ length: 6 }, () => rounds.isWorthSharing(10, 1000.01, nobody));
  expect(opened).toEqual([true, true, true, true, false, false]);
});

it('whoever pauses begins anew: the first rounds behind a pause wake nobody until one follows close', () => {
  const rounds = roundsOfSixty();
  for (let round = 0; round < 10; round++) rounds.isWorthSharing(10, 1000.01, nobody);
  expect(rounds.isWorthSharing(10, 1100, nobody)).toBe(false);
  rounds.ended(1100);
  expect(rounds.isWorthSharing(10, 1100.01, nobody)).toBe(true);
});

it.each([
  ['none is, before anything was measured', undefined, 100, 2, 1],
  ['of 2 µs and more each by itself', 2, 100, 2, 1],
  ['of 0.6 µs three', 0.6, 100, 2, 3],
  ['each of two runners has four entries at least', 0.1, 79, 2, 9],
  ['each of eight as well', 0.1, 79, 8, 2],
  ['fewer batches than that each by itself', 0.1, 6, 2, 1],
  ['those of a long round for a thirty-second of what each has to do', 2, 400, 2, 6],
  ['those of a very long one for 24 µs', 2.2, 782, 2, 10],
  ['none of that length with another', 25, 4000, 2, 1],
  ['of no time that the clock can tell as many as an entry has', 0, 10_000_000, 2, 32_768],
])('batches that are short are handed out together: %s', (_, usPerBatch, batchCount, runners, expected) => {
  const rounds = new SmallRounds();
  if (usPerBatch !== undefined) rounds.learn(usPerBatch / 1000, 1);
  expect(rounds.groupOf(batchCount, runners)).toBe(expected);
});
