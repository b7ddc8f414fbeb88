import assert from 'node:assert/strict';
import { resources } from './store-claims.js';
import { randomly, recordOf, recordsOf, type StoreClaim, StoreStand, withStore } from './store-stand.js';

/** What must be true of a store whose records outlive the process, when it is closed and opened again. */
export const DURABLE_CLAIMS: readonly StoreClaim[] = [
  {
    name: 'says by durable, and by nothing else, that its records outlive the process',
    async hold(bench) {
      const store = await bench.create();
      const { durable } = store;
      assert.ok(durable !== undefined, 'it has no durable, and describeHibernationStore was given reopen');
      const stand = await StoreStand.open({ ...bench, create: () => store });
      try {
        await stand.flush();
        for (const [what, bytes] of Object.entries(durable.disk())) {
          assert.ok(Number.isFinite(bytes) && bytes >= 0, `disk().${what} must be bytes: got ${bytes}`);
        }
        assert.equal(store.durable, durable, 'durable must be the same object while it is open');
      } finally {
        await stand.close();
      }
      assert.equal(store.durable, durable, 'durable must be the same object when it is closed');
    },
  },
  {
    name: 'has nothing but what it had, of batches of 1 to 32 records, when it is opened again',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.reopen();
        stand.check();
        for (let count = 1; count <= 32; count++) await stand.put(recordsOf(count, 300 + count, count * 100));
        await stand.put(new Map([1, 15, 4096, 65_536, 300_000].map((size, index) => [0xffff_fff0 + index, recordOf(size, index)])));
        await stand.flush();
        await stand.reopen();
        stand.check();
        await stand.reopen();
        stand.check();
      });
    },
  },
  {
    name: 'hands over the heads of 10 000 records, each once, when many have been replaced, deleted and moved',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(10_000, 60));
        await stand.put(recordsOf(2000, 200, 3000, 1));
        for (let accountId = 1; accountId <= 10_000; accountId += 2) stand.delete(accountId);
        stand.compact();
        await stand.put(recordsOf(5000, 90, 20_000));
        stand.compact();
        await stand.flush();
        await stand.reopen();
        assert.equal(stand.records.size, 10_000);
        stand.check();
      });
    },
  },
  {
    name: 'goes on with what it was opened with: replaces, moves and deletes it',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(3000, 310));
        await stand.reopen();
        await stand.put(recordsOf(100, 400, 2950, 1));
        for (let accountId = 1; accountId <= 2000; accountId++) stand.delete(accountId);
        stand.compact();
        stand.check();
        await stand.put(recordsOf(32, 310, 1));
        await stand.flush();
        await stand.reopen();
        stand.check();
        for (const accountId of [...stand.records.keys()]) stand.delete(accountId);
        await stand.flush();
        await stand.reopen();
        assert.equal(stand.records.size, 0);
        stand.check();
      });
    },
  },
  {
    name: 'has one record of an account, the last, however often it was replaced',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        for (let seed = 0; seed < 30; seed++) {
          await stand.put(recordsOf(1 + (seed % 20), 100 + seed * 10, 1, seed));
          if (seed % 10 === 9) await stand.reopen();
          stand.check();
        }
      });
    },
  },
  {
    name: 'has no longer what was deleted before a flush, or before another put',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(100, 310));
        for (let accountId = 1; accountId <= 10; accountId++) stand.delete(accountId);
        await stand.flush();
        await stand.reopen();
        assert.equal(stand.records.size, 90);
        for (let accountId = 11; accountId <= 20; accountId++) stand.delete(accountId);
        await stand.put(recordsOf(1, 310, 5));
        await stand.reopen();
        assert.equal(stand.records.size, 81);
        stand.check();
      });
    },
  },
  {
    name: 'has every note, the last text of each, and needs no record for that',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        stand.note('clock', '{"tick":1}');
        stand.note('long', 'ä€𝄞\\"\n'.repeat(20_000));
        stand.note('empty', '');
        stand.note('__proto__', '[]');
        await stand.flush();
        await stand.reopen();
        for (let tick = 2; tick < 40; tick++) stand.note('clock', `{"tick":${tick}}`);
        await stand.put(recordsOf(1, 100));
        await stand.reopen();
        stand.note('clock', '{"tick":40}');
        await stand.flush();
        await stand.reopen();
      });
    },
  },
  {
    name: 'has what was put when it is closed without a flush',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(100, 310));
        await stand.put(recordsOf(20, 200, 50, 1));
        stand.delete(3);
        stand.note('clock', '1');
        await stand.reopen();
        stand.check();
        await stand.flush();
        await stand.reopen();
        stand.check();
      });
    },
  },
  {
    name: 'has what a map would have, through 60 times that it is opened again',
    hold: async (bench) => withStore(bench, async (stand) => atRandom(stand, () => stand.reopen())),
  },
  {
    name: '30 times that it is opened again leave no handle behind',
    async hold(bench) {
      const before = await resources();
      await withStore(bench, async (stand) => {
        for (let round = 0; round < 30; round++) {
          await stand.put(recordsOf(40, 310, 1, round));
          await stand.reopen();
        }
      });
      const after = await resources();
      assert.ok(after.length <= before.length, `left behind: ${after.join(', ')}; there were: ${before.join(', ')}`);
    },
  },
];

/** What must be true of one whose process can be killed. */
export const KILLED_CLAIMS: readonly StoreClaim[] = [
  {
    name: 'has what was put when the process is killed, with all that was deleted and noted before',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(100, 310));
        stand.delete(3);
        stand.note('clock', '1');
        await stand.put(recordsOf(20, 200, 50, 1));
        await stand.kill();
        assert.equal(stand.records.size, 99);
        stand.check();
      });
    },
  },
  {
    name: 'has what was deleted and noted before a flush when the process is killed',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(100, 310));
        stand.delete(3);
        stand.note('clock', '1');
        await stand.flush();
        await stand.kill();
        assert.equal(stand.records.size, 99);
        stand.check();
      });
    },
  },
  {
    name: 'has what a map would have, through 60 times that the process is killed',
    hold: async (bench) => withStore(bench, async (stand) => atRandom(stand, () => stand.kill())),
  },
];

/** 60 lives of some 20 things done, each ended by `end`. */
async function atRandom(stand: StoreStand, end: () => Promise<void>): Promise<void> {
  const random = randomly();
  for (let life = 0; life < 60; life++) {
    for (let step = random(40); step >= 0; step--) {
      const what = random(12);
      const accountId = 1 + random(800);
      if (what < 5) await stand.put(recordsOf(1 + random(32), 100 + random(400), accountId, life * 100 + step));
      else if (what < 9) for (let i = random(30); i >= 0; i--) if (stand.records.has(accountId + i)) stand.delete(accountId + i);
      if (what === 9) stand.note(`note ${random(4)}`, `${life}, ${step}`);
      if (what === 10) stand.store.compact(random(2));
      if (what === 11) await stand.flush();
    }
    stand.checkStats();
    await end();
    stand.check();
  }
}
