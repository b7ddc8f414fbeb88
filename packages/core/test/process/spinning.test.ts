import { expect, it } from 'vitest';
import { run } from './run.js';

interface Told {
  faults: { accountId: number; tick: number; code: string; message: string }[];
  updates: Record<number, number>;
  watches: number;
  discarded: number;
}

it.each([
  ['one session', '2', [500]],
  ['one session, on the only worker', '1', [500]],
  ['several sessions of one batch, and of others', '2', [10, 11, 12, 500, 999]],
  ['sessions on all workers at once', '2', [1, 1000]],
])(
  '%s that never return(s) cost(s) the others nothing but time: all are updated in every tick, and the report names who',
  async (_, workers, spinning) => {
    const { faults, updates } = await run<Told>(new URL('./spinning.mjs', import.meta.url), '200', workers, spinning.join(','));
    expect(faults.map(({ accountId, tick, code }) => [accountId, tick, code])).toEqual(
      spinning.map((accountId) => [accountId, 3, 'ERR_SESSION_INTERRUPTED']),
    );
    expect(faults[0].message).toMatch(
      /^the update of account \d+ in tick 3 was interrupted: it had not returned after 200 ms \(updateTimeoutMs\)/,
    );
    expect(updates).toEqual({ 2: spinning.length, 6: 1000 - spinning.length });
  },
);

it('with updateTimeoutMs 0 nobody ends a thread, however often it is looked at; when the host does, the tick goes on', async () => {
  const { faults, updates, watches, discarded } = await run<Told>(new URL('./spinning.mjs', import.meta.url), '0', '2', '500');
  expect({ watches, discarded }).toEqual({ watches: 1, discarded: 0 });
  expect(faults.map(({ accountId, tick }) => [accountId, tick])).toEqual([[500, 3]]);
  expect(updates).toEqual({ 2: 1, 6: 999 });
});
