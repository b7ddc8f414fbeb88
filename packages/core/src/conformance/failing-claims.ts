import assert from 'node:assert/strict';
import { recordsOf, type StoreBench, type StoreClaim, type StoreStand, withStore } from './store-stand.js';

/** What must be true of a store whose puts can be made to fail. */
export const FAILING_CLAIMS: readonly StoreClaim[] = [
  {
    name: 'stores all of a batch or none: what fails leaves what was there, and can be put again',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(100, 310));
        const restore = await breaking(bench)(stand.store);
        try {
          await putsInVain(stand);
          stand.check();
          for (const accountId of [101, 110, 121]) stand.checkGone(accountId, 0);
        } finally {
          restore();
        }
        stand.check();
        await stand.put(recordsOf(32, 40_000, 90, 1));
        stand.check();
      });
    },
  },
];

/** What must be true of those that are durable, too. */
export const FAILING_DURABLE_CLAIMS: readonly StoreClaim[] = [
  {
    name: 'has after a put that failed what it had before, when it is opened again',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(100, 310));
        stand.note('tick', '1');
        await stand.flush();
        stand.delete(50);
        stand.note('tick', '2');
        const restore = await breaking(bench)(stand.store);
        try {
          await putsInVain(stand);
        } finally {
          restore();
        }
        await stand.reopen();
        stand.check();
        await stand.put(recordsOf(32, 40_000, 90, 1));
        await stand.reopen();
        stand.check();
      });
    },
  },
];

/** Has a put fail of accounts 90 to 121. */
async function putsInVain(stand: StoreStand): Promise<void> {
  const failure = await stand.put(recordsOf(32, 40_000, 90, 1)).then(() => undefined, asError);
  if (failure instanceof assert.AssertionError) throw failure;
  assert.ok(failure !== undefined, 'put() is done, and was to fail');
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function breaking({ breakPuts }: StoreBench) {
  assert.ok(breakPuts !== undefined);
  return breakPuts;
}
