import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_LOCATION } from '../../src/hibernation/hibernation-store.js';
import { memoryStore } from '../../src/hibernation/memory-store.js';
import { batchOf, openedStore } from './store-fixture.js';

/** Sizes that meet both forms of a record's head, chunks of their own, and padding. */
const size = fc.oneof(
  { weight: 9, arbitrary: fc.nat(40) },
  { weight: 9, arbitrary: fc.integer({ min: 300, max: 320 }) },
  fc.constantFrom(1020, 1024, 32_766, 32_767),
);
const accountId = fc.oneof(fc.nat(60), fc.constantFrom(0xffff_ffff, 0x8000_0000));
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      sizes: fc.dictionary(accountId.map(String), size, { maxKeys: 32, size: 'max' }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), accountIds: fc.array(accountId, { maxLength: 30, size: 'max' }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compact' as const), budgetMs: fc.constantFrom(0, 100) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), accountId, other: accountId }) },
);

describe('a memory store', () => {
  it.each([{ chunkBytes: 4096 }, { chunkBytes: 65_536 }, { deflate: true, chunkBytes: 4096 }, { deflate: true, chunkBytes: 131_072 }])(
    'holds what a map would hold, with %o',
    async (options) => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 40, size: 'max' }), async (actions) => {
          const { store, locations } = await openedStore(memoryStore(options));
          const model = new Map<number, Uint8Array>();
          let seed = 1;
          for (const step of actions) {
            if (step.kind === 'put') {
              const records = new Map(Object.entries(step.sizes).map(([account, bytes]) => [Number(account), recordOf(bytes, seed++)]));
              if (records.size === 0) continue;
              const batch = batchOf(records, locations);
              await store.put(batch);
              for (const [index, [account, record]] of [...records].entries()) {
                model.set(account, record);
                locations.set(account, batch.locations[index]);
              }
            } else if (step.kind === 'delete') {
              for (const account of step.accountIds) {
                store.delete(account, locations.get(account) ?? 0);
                model.delete(account);
                locations.delete(account);
              }
            } else if (step.kind === 'compact') store.compact(step.budgetMs);
            else if (step.accountId !== step.other) {
              // Where another's record is, or where none can be.
              store.delete(step.accountId, locations.get(step.other) ?? NO_LOCATION - 1);
              store.delete(step.accountId, NO_LOCATION);
            }
            check(store.stats(), model);
          }
          while (store.compact(100));
          check(store.stats(), model);
          for (const [account, record] of model) expect(Buffer.compare(store.read(account, locations.get(account) ?? 0), record)).toBe(0);
          expect(new Set(locations.values()).size).toBe(model.size);
          for (const [account, location] of locations) store.delete(account, location);
          store.compact(0);
          expect(store.stats()).toMatchObject({ records: 0, recordBytes: 0 });
          expect(store.stats().heldBytes).toBeLessThanOrEqual(400_000);
          await store.close();
        }),
        { numRuns: 100 },
      );
    },
  );
});

function check(stats: { records: number; recordBytes: number; heldBytes: number }, model: ReadonlyMap<number, Uint8Array>): void {
  expect(stats.records).toBe(model.size);
  expect(stats.recordBytes).toBe([...model.values()].reduce((sum, record) => sum + record.length, 0));
}

function recordOf(length: number, seed: number): Uint8Array {
  const record = new Uint8Array(length).fill(seed);
  for (let i = 0; i < length; i += 13) record[i] = i ^ (seed >> 8);
  return record;
}
