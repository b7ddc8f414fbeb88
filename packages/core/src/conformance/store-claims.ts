import assert from 'node:assert/strict';
import { NO_LOCATION, STORE_CONTRACT_VERSION } from '../hibernation/hibernation-store.js';
import { HEAD_BYTES } from '../record/record-head.js';
import { within } from './stand.js';
import { randomly, recordOf, recordsOf, type StoreClaim, StoreStand, withStore } from './store-stand.js';

/** Everything that must be true of a store whose puts are let succeed. */
export const STORE_CLAIMS: readonly StoreClaim[] = [
  {
    name: 'declares the contract version and a name',
    async hold(bench) {
      const { contractVersion, name, durable } = await bench.create();
      assert.equal(contractVersion, STORE_CONTRACT_VERSION);
      assert.match(name, /\S/);
      assert.ok(
        durable === undefined || bench.reopen !== undefined,
        'it has durable: give describeHibernationStore reopen, that this is tried too',
      );
    },
  },
  {
    name: 'says whether it compresses, and takes less than half of records full of zeros if it does',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        const { compresses } = stand.store;
        assert.ok(compresses === undefined || typeof compresses === 'boolean', `compresses must be true or false: got ${compresses}`);
        const sparse = Array.from({ length: 3000 }, (_, index) => [index + 1, new Uint8Array(500).fill(index, 100, 120)] as const);
        await stand.put(new Map(sparse));
        stand.check();
        const { heldBytes, recordBytes } = stand.store.stats();
        assert.ok(compresses !== true || heldBytes < recordBytes / 2, `heldBytes is ${heldBytes} of ${recordBytes}`);
      });
    },
  },
  {
    name: 'holds nothing when it is opened first',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        stand.check();
        assert.equal(stand.store.compact(1), false, 'compact() has something to do');
        stand.checkGone(1, 0);
      });
    },
  },
  {
    name: 'gives back what was put, at once and byte for byte, a batch of 1 to 32 records',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        for (let count = 1; count <= 32; count++) {
          await stand.put(recordsOf(count, 300 + count, count * 100));
          stand.check();
        }
      });
    },
  },
  {
    name: 'keeps records of 1 byte to 300 000, of different sizes in one batch, and of any account',
    async hold(bench) {
      const sizes = [1, 2, 3, 4, 15, 16, 255, 256, 4095, 4096, 32_766, 32_767, 32_768, 65_535, 65_536, 300_000, 5];
      await withStore(bench, async (stand) => {
        await stand.put(new Map(sizes.map((size, index) => [index + 1, recordOf(size, index)])));
        stand.check();
        await stand.put(new Map([0x7fff_ffff, 0x8000_0000, 0xffff_ffff].map((accountId) => [accountId, recordOf(100, accountId)])));
        stand.check();
        await stand.put(new Map(sizes.map((size, index) => [index + 100, recordOf(size, index)] as const).toReversed()));
        stand.check();
      });
    },
  },
  {
    name: 'keeps a record of zeros, and one of noise',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        let state = 1;
        const noise = Uint8Array.from({ length: 5000 }, () => {
          state = Math.imul(state, 0x0019_660d) + 0x3c6e_f35f;
          return state >>> 24;
        });
        await stand.put(new Map([[1, new Uint8Array(5000)], [2, noise], [3, new Uint8Array(1)]])); // biome-ignore format: one a line says less
        stand.check();
      });
    },
  },
  {
    name: 'replaces the record of an account, in the same batch as new ones, and forgets the old one',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(32, 310));
        await stand.put(recordsOf(20, 200, 17, 1));
        stand.check();
        await stand.put(recordsOf(1, 400, 5, 2));
        await stand.put(recordsOf(1, 400, 5, 3));
        stand.check();
        stand.delete(5);
        stand.check();
      });
    },
  },
  {
    name: 'forgets what is deleted, and nothing else',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(100, 310));
        for (let accountId = 1; accountId <= 100; accountId += 3) {
          const location = stand.locationOf(accountId);
          stand.delete(accountId);
          stand.checkGone(accountId, location);
        }
        stand.check();
        for (const accountId of [...stand.records.keys()]) stand.delete(accountId);
        stand.check();
        await stand.put(recordsOf(100, 310, 50));
        stand.check();
      });
    },
  },
  {
    name: 'takes no notice when a record is deleted that it does not have',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        stand.store.delete(1, 0);
        await stand.put(recordsOf(40, 310));
        const location = stand.locationOf(7);
        stand.delete(7);
        stand.store.delete(7, location);
        stand.store.delete(9999, stand.locationOf(8));
        stand.store.delete(9999, NO_LOCATION);
        stand.store.delete(9999, 0xffff_fff0);
        stand.check();
      });
    },
  },
  {
    name: 'gives no record of an account that has none, nor another’s',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(10, 310));
        stand.checkGone(11, stand.locationOf(3));
        stand.checkGone(11, NO_LOCATION);
        stand.checkGone(11, 0xffff_fff0);
        stand.check();
      });
    },
  },
  {
    name: 'tells where a record is that compaction has moved, and loses none',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(6000, 500));
        for (let accountId = 1; accountId <= 6000; accountId++) if (accountId % 5 !== 0) stand.delete(accountId);
        stand.compact();
        stand.check();
        await stand.put(recordsOf(3000, 500, 2000, 1));
        for (let accountId = 2000; accountId < 4500; accountId++) stand.delete(accountId);
        stand.compact();
        stand.check();
      });
    },
  },
  {
    name: 'goes on as ever between the steps of a compaction',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(6000, 500));
        for (let accountId = 1; accountId <= 6000; accountId++) if (accountId % 4 !== 0) stand.delete(accountId);
        for (let accountId = 4; accountId < 3000; accountId += 8) {
          stand.store.compact(0);
          if (stand.records.has(accountId)) stand.delete(accountId);
          await stand.put(recordsOf(1, 300, 10_000 + (accountId % 64), accountId));
          stand.checkStats();
        }
        stand.check();
        stand.compact();
        stand.check();
      });
    },
  },
  {
    name: 'gives back what its records took when they are gone',
    async hold(bench) {
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(6000, 500));
        const { heldBytes } = stand.store.stats();
        for (let accountId = 1; accountId <= 6000; accountId++) stand.delete(accountId);
        stand.compact();
        const left = stand.store.stats().heldBytes;
        assert.ok(left <= Math.max(heldBytes / 4, 524_288), `heldBytes is ${left} without records, was ${heldBytes} with 6000`);
        stand.check();
      });
    },
  },
  {
    name: 'holds what a map would hold, through 3000 things done at random',
    hold: async (bench) => withStore(bench, atRandom),
  },
  {
    name: 'refuses what comes before open and after close',
    async hold(bench) {
      const store = await bench.create();
      const refuses = async (when: string): Promise<void> => {
        const batch = {
          count: 1,
          bytes: new Uint8Array(4),
          ends: Uint32Array.of(4),
          accountIds: Uint32Array.of(1),
          locations: Uint32Array.of(0),
          heads: new Uint8Array(HEAD_BYTES),
        };
        await assert.rejects(async () => store.put(batch), `put() ${when}`);
        assert.throws(() => store.read(1, 0), `read() ${when}`);
        assert.equal(store.stats().records, 0, `stats().records ${when}`);
      };
      await refuses('before open');
      const stand = await StoreStand.open({ ...bench, create: () => store });
      try {
        await assert.rejects(async () => store.open(stand.host()), 'a second open()');
        await stand.put(recordsOf(3, 100));
        stand.check();
      } finally {
        await stand.close();
      }
      await refuses('after close');
    },
  },
  {
    name: 'closes more than once, and without ever having been opened',
    async hold(bench) {
      const store = await bench.create();
      await within(bench, 'close', Promise.resolve(store.close()));
      await within(bench, 'the second close', Promise.resolve(store.close()));
      await withStore(bench, async (stand) => {
        await stand.put(recordsOf(3, 100));
        await stand.close();
      });
    },
  },
  {
    name: '100 opens and closes leave no handle behind',
    async hold(bench) {
      const before = await resources();
      for (let round = 0; round < 100; round++) await withStore(bench, async (stand) => stand.put(recordsOf(40, 310)));
      const after = await resources();
      assert.ok(after.length <= before.length, `left behind: ${after.join(', ')}; there were: ${before.join(', ')}`);
    },
  },
];

async function atRandom(stand: StoreStand): Promise<void> {
  const random = randomly();
  for (let step = 0; step < 3000; step++) {
    const what = random(10);
    const accountId = 1 + random(2000);
    if (what < 4) await stand.put(recordsOf(1 + random(32), random(20) === 0 ? 3000 : 250 + random(100), accountId, step));
    else if (what < 8) for (let i = random(30); i >= 0; i--) if (stand.records.has(accountId + i)) stand.delete(accountId + i);
    if (what === 8) stand.store.compact(random(2));
    if (step % 100 === 99) stand.check();
    else stand.checkStats();
  }
  stand.compact();
  stand.check();
}

/** What keeps the process alive, when the event loop has been round. */
export async function resources(): Promise<string[]> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo();
}
