import { expect, it } from 'vitest';
import { Claims } from '../src/by-hand/claims.js';

const EPOCH = 0;
const NEXT = 1;

/** Claims whose batches take as long as is said, ms. */
class Stand {
  nowMs = 0;
  readonly claims = new Claims(undefined, () => this.nowMs);

  /** Batches of tick t in the order they are run in, by the calling thread alone. */
  ran(t: number, batches: number, msEach: number): [number, number][] {
    const ran: [number, number][] = [];
    this.claims.run(t, batches, (...batch) => {
      ran.push(batch);
      this.nowMs += msEach;
    });
    return ran;
  }

  /** How often workers were woken. */
  get wakings(): number {
    return this.claims.words[EPOCH];
  }
}

const all = (t: number, batches: number): [number, number][] => Array.from({ length: batches }, (_, batch) => [t, batch]);

it.each([0.001, 1])('every batch of every tick is run once, counted from 0 in each, where one takes %d ms', (msEach) => {
  const stand = new Stand();
  for (const [t, batches] of [3, 0, 1, 4].entries()) expect(stand.ran(t, batches, msEach)).toEqual(all(t, batches));
});

it('batches are counted on when their numbers wrap', () => {
  const stand = new Stand();
  // The next batch, the limit, and how many are done: as after that many.
  stand.claims.words.fill(2 ** 31 - 2, NEXT, NEXT + 3);
  expect(stand.ran(7, 5, 1)).toEqual(all(7, 5));
  expect(stand.ran(8, 2, 1)).toEqual(all(8, 2));
});

it.each([
  ['one behind the other', 0, 20],
  ['apart', 0.1, 100],
])(
  'of ticks that come %s, %d ms from each other, nobody is woken for one that the caller is expected to have run within %d µs',
  (_how, apartMs, us) => {
    const stand = new Stand();
    stand.ran(0, 4, 0.001);
    expect(stand.wakings).toBe(1);
    stand.nowMs += apartMs;
    stand.ran(1, us - 1, 0.001);
    expect(stand.wakings).toBe(1);
    stand.nowMs += apartMs;
    stand.ran(2, us + 1, 0.001);
    expect(stand.wakings).toBe(2);
  },
);

it('what is left of a tick that is not as short as it looked is shared, each batch once', () => {
  const stand = new Stand();
  stand.ran(0, 4, 0.001);
  expect(stand.ran(1, 60, 0.01)).toEqual(all(1, 60));
  expect(stand.wakings).toBe(2);
});

it('a batch that another thread has claimed is run by nobody else', () => {
  const host = new Claims();
  const late = new Claims(host.words);
  const taken: string[] = [];
  host.run(0, 2, (_t, batch) => {
    taken.push(`host ${batch}`);
    // While the host is in its first batch, another claims the second.
    if (batch === 0) late.help(() => taken.push(`late ${host.words[NEXT] - 1}`));
  });
  late.help(() => taken.push('late again'));
  expect(taken).toEqual(['host 0', 'late 1']);
});
