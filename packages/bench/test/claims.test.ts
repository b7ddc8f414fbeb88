import { expect, it } from 'vitest';
import { Claims } from '../src/by-hand/claims.js';

/** Batches of tick t in the order they are run in, by the calling thread alone. */
function ranBy(claims: Claims, t: number, batches: number): [number, number][] {
  const ran: [number, number][] = [];
  claims.run(t, batches, (...batch) => ran.push(batch));
  return ran;
}

it('every batch of every tick is run once, counted from 0 in each', () => {
  const claims = new Claims();
  for (const [t, batches] of [3, 0, 1, 4].entries()) {
    expect(ranBy(claims, t, batches)).toEqual(Array.from({ length: batches }, (_, batch) => [t, batch]));
  }
});

it('batches are counted on when their numbers wrap', () => {
  const claims = new Claims();
  // The next batch, the limit, and how many are done: as after that many.
  claims.words.fill(2 ** 31 - 2, 1, 4);
  expect(ranBy(claims, 7, 5)).toEqual([0, 1, 2, 3, 4].map((batch) => [7, batch]));
  expect(ranBy(claims, 8, 2)).toEqual([0, 1].map((batch) => [8, batch]));
});

it('a batch that another thread has claimed is run by nobody else', () => {
  const host = new Claims();
  const late = new Claims(host.words);
  const taken: string[] = [];
  host.run(0, 2, (_t, batch) => {
    taken.push(`host ${batch}`);
    // While the host is in its first batch, another claims the second.
    if (batch === 0) late.help(() => taken.push(`late ${host.words[1] - 1}`));
  });
  late.help(() => taken.push('late again'));
  expect(taken).toEqual(['host 0', 'late 1']);
});
