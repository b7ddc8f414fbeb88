import assert from 'node:assert/strict';
import type { HibernationStore } from '../hibernation/hibernation-store.js';
import { MOST_RECORDS, NO_LOCATION, STORE_CONTRACT_VERSION } from '../hibernation/hibernation-store.js';
import { DurableModel } from './durable-model.js';
import { within } from './stand.js';

/** What a claim about stores is tried on. */
export interface StoreBench {
  /** Makes a store that has not been opened and holds nothing. */
  readonly create: () => HibernationStore | Promise<HibernationStore>;
  /** Has every `put` of an open store fail until what it returns is called. */
  readonly breakPuts: ((store: HibernationStore) => (() => void) | Promise<() => void>) | undefined;
  /** Makes a store at the place of one that has been closed. Given: it has `durable`. */
  readonly reopen: ((store: HibernationStore) => HibernationStore | Promise<HibernationStore>) | undefined;
  /** Makes a store of what would be left if the process of this open one died now. */
  readonly afterKill: ((store: HibernationStore) => HibernationStore | Promise<HibernationStore>) | undefined;
  readonly deadlineMs: number;
}

/** One thing that must be true of every store; a test of the suite. */
export interface StoreClaim {
  readonly name: string;
  readonly hold: (bench: StoreBench) => Promise<void>;
}

/** A store under test, with a manager's part of the contract: it knows where each record is, by what the store has told. */
export class StoreStand {
  /** What the store must have, by account. */
  readonly records = new Map<number, Uint8Array>();
  readonly locations = new Map<number, number>();
  /** What else one must have that is durable. */
  readonly durable = new DurableModel(this.records, this.locations);
  #store: HibernationStore;
  readonly #bench: StoreBench;

  private constructor(bench: StoreBench, store: HibernationStore) {
    this.#bench = bench;
    this.#store = store;
  }

  static async open(bench: StoreBench): Promise<StoreStand> {
    const stand = new StoreStand(bench, await bench.create());
    await stand.#open();
    return stand;
  }

  get store(): HibernationStore {
    return this.#store;
  }

  /** Closes the store, and goes on with what the next process would open. */
  async reopen(): Promise<void> {
    await this.close();
    await this.#goOn(await made(this.#bench.reopen)(this.#store));
  }

  /** The process dies: goes on with what the next one would find. */
  async kill(): Promise<void> {
    const next = await made(this.#bench.afterKill)(this.#store);
    await this.close();
    await this.#goOn(next);
  }

  async flush(): Promise<void> {
    await within(this.#bench, 'flush', Promise.resolve(this.store.durable?.flush()));
    this.durable.commit();
  }

  async #goOn(next: HibernationStore): Promise<void> {
    assert.notEqual(next, this.#store, 'reopen must make another store');
    this.#store = next;
    this.locations.clear();
    await this.#open();
  }

  async #open(): Promise<void> {
    await within(this.#bench, 'open', Promise.resolve(this.store.open(this.host())));
    const { durable } = this.store;
    if (durable === undefined) return;
    const found = this.durable.beginLoad();
    await within(this.#bench, 'load', Promise.resolve(durable.load(found.page)));
    found.end(durable.notes);
  }

  host() {
    const moved = (accountId: number, location: number): void => {
      assert.ok(this.locations.has(accountId), `moved() of account ${accountId}, which has no record`);
      this.locations.set(accountId, checkedLocation(location));
    };
    return { contractVersion: STORE_CONTRACT_VERSION, logger: SILENT, moved };
  }

  /** Puts records, by account, up to 32 a batch, as the manager does: in memory that is another's as soon as `put` is done. */
  async put(records: ReadonlyMap<number, Uint8Array>): Promise<void> {
    const all = [...records];
    for (let first = 0; first < all.length; first += MOST_RECORDS) await this.#putBatch(all.slice(first, first + MOST_RECORDS));
  }

  async #putBatch(records: readonly (readonly [number, Uint8Array])[]): Promise<void> {
    const accountIds = records.map(([accountId]) => accountId);
    const heads = this.store.durable === undefined ? undefined : this.durable.headsFor(accountIds);
    const batch = batchOf(records, this.locations, heads);
    const before = batch.bytes.slice();
    const headsBefore = heads?.slice();
    const places = batch.locations.slice();
    try {
      await within(this.#bench, 'put', Promise.resolve(this.store.put(batch)));
    } catch (error) {
      assert.deepEqual(batch.locations, places, 'a put that fails must leave the locations as they were');
      throw error;
    }
    assert.ok(Buffer.compare(batch.bytes, before) === 0, 'put has written to the bytes of its batch');
    assert.deepEqual(heads, headsBefore, 'put has written to the heads of its batch');
    for (const [index, [accountId, record]] of records.entries()) {
      this.records.set(accountId, record.slice());
      this.locations.set(accountId, checkedLocation(batch.locations[index]));
      if (heads !== undefined) this.durable.put(accountId, heads, index);
    }
    this.durable.commit();
    heads?.fill(0xdd);
    batch.bytes.fill(0xdd);
    batch.locations.fill(0xdddd_dddd);
    batch.accountIds.fill(0xdddd_dddd);
    batch.ends.fill(0xdddd_dddd);
  }

  delete(accountId: number): void {
    this.store.delete(accountId, this.locationOf(accountId));
    this.durable.delete(accountId);
    this.records.delete(accountId);
    this.locations.delete(accountId);
  }

  /** Asks it to keep a text. */
  note(key: string, text: string): void {
    this.store.durable?.note(key, text);
    this.durable.note(key, text);
  }

  locationOf(accountId: number): number {
    return this.locations.get(accountId) ?? NO_LOCATION;
  }

  /** Compacts until there is nothing more to do. */
  compact(): void {
    for (let steps = 0; this.store.compact(1); steps++)
      assert.ok(steps < 100_000, 'compact() says after 100 000 calls that there is more to do');
  }

  /** Asserts that the store has what it must have, and says so. */
  check(): void {
    for (const [accountId, record] of this.records) {
      const read = this.store.read(accountId, this.locationOf(accountId));
      assert.ok(read instanceof Uint8Array, `the record of account ${accountId} is no Uint8Array`);
      assert.equal(read.length, record.length, `bytes of the record of account ${accountId}`);
      assert.ok(Buffer.compare(read, record) === 0, `the record of account ${accountId} is not what was put`);
    }
    this.checkStats();
  }

  checkStats(): void {
    const { records, recordBytes, heldBytes } = this.store.stats();
    assert.equal(records, this.records.size, 'stats().records');
    assert.equal(
      recordBytes,
      [...this.records.values()].reduce((sum, record) => sum + record.length, 0),
      'stats().recordBytes',
    );
    assert.ok(Number.isFinite(heldBytes) && heldBytes >= 0, `stats().heldBytes must be bytes: got ${heldBytes}`);
  }

  /** Asserts that there is no record of this account at this location. */
  checkGone(accountId: number, location: number): void {
    assert.throws(
      () => this.store.read(accountId, location),
      `read() gives a record of account ${accountId}, which has none at ${location}`,
    );
  }

  async close(): Promise<void> {
    await within(this.#bench, 'close', Promise.resolve(this.store.close()));
  }
}

/** Opens a store, tries something on it, and closes it, whatever came of it. */
export async function withStore(bench: StoreBench, body: (stand: StoreStand) => Promise<void>): Promise<void> {
  const stand = await StoreStand.open(bench);
  try {
    await body(stand);
  } catch (error) {
    // What failed first is what is told.
    await stand.close().catch(() => {});
    throw error;
  }
  await stand.close();
}

/** `count` records of `byteCount` bytes, that differ from each other, for accounts in a row. */
export function recordsOf(count: number, byteCount: number, first = 1, seed = 0): Map<number, Uint8Array> {
  return new Map(Array.from({ length: count }, (_, index) => [first + index, recordOf(byteCount, first + index + seed * 7919)]));
}

/** Bytes that are some the same in all records, and some not. */
export function recordOf(byteCount: number, seed: number): Uint8Array {
  const record = new Uint8Array(byteCount);
  for (let index = 0; index < byteCount; index++) record[index] = index % 3 === 0 ? Math.imul(seed + index, 0x9e37_79b1) >>> 13 : index;
  return record;
}

/** A whole number below `below`; seeded: the same in every run. */
export function randomly(): (below: number) => number {
  let state = 0x2f6e_2b1;
  return (below) => {
    state = (Math.imul(state, 0x0019_660d) + 0x3c6e_f35f) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** On shared memory, as what threads have written is; there are more of everything than the batch has. */
function batchOf(records: readonly (readonly [number, Uint8Array])[], locations: ReadonlyMap<number, number>, heads?: Uint8Array) {
  const byteCount = records.reduce((sum, [, record]) => sum + record.length, 0);
  const batch = {
    count: records.length,
    bytes: new Uint8Array(new SharedArrayBuffer(byteCount + 64), 8, byteCount + 8),
    ends: new Uint32Array(MOST_RECORDS).fill(0xffff_ffff),
    accountIds: new Uint32Array(MOST_RECORDS).fill(0xffff_ffff),
    locations: new Uint32Array(MOST_RECORDS).fill(NO_LOCATION),
    ...(heads !== undefined && { heads }),
  };
  let end = 0;
  for (const [index, [accountId, record]] of records.entries()) {
    batch.bytes.set(record, end);
    end += record.length;
    batch.ends[index] = end;
    batch.accountIds[index] = accountId;
    batch.locations[index] = locations.get(accountId) ?? NO_LOCATION;
  }
  return batch;
}

function checkedLocation(location: number): number {
  assert.ok(
    Number.isInteger(location) && location >= 0 && location < NO_LOCATION,
    `a location must be a u32 below NO_LOCATION: got ${location}`,
  );
  return location;
}

function made(how: StoreBench['reopen']): NonNullable<StoreBench['reopen']> {
  assert.ok(how !== undefined);
  return how;
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
