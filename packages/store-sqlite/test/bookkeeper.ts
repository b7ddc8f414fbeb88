import { HEAD_BYTES, type HibernationStore, NO_LOCATION, STORE_CONTRACT_VERSION, type StoreHost } from '@dormouse/core';
import { expect } from 'vitest';

/** What a logger was told, one line each. */
export function recordingLogger() {
  const lines: string[] = [];
  const log = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return { lines, debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

/** Content of a record: known by account and seed. */
export function contentOf(accountId: number, seed: number, byteCount = 200): Uint8Array {
  return Uint8Array.from({ length: byteCount }, (_, index) => (Math.imul(accountId + index, 0x9e37_79b1) ^ (seed * 31)) >>> 11);
}

/** A manager's part: has a store, puts records, and knows what was acknowledged. */
export class Bookkeeper {
  store: HibernationStore;
  readonly logger = recordingLogger();
  readonly records = new Map<number, Uint8Array>();
  readonly locations = new Map<number, number>();
  readonly #make: () => HibernationStore;

  constructor(make: () => HibernationStore) {
    this.#make = make;
    this.store = make();
  }

  static async opened(make: () => HibernationStore): Promise<Bookkeeper> {
    const keeper = new Bookkeeper(make);
    await keeper.open();
    return keeper;
  }

  async open(): Promise<void> {
    const host: StoreHost = { contractVersion: STORE_CONTRACT_VERSION, logger: this.logger, moved: () => {} };
    await this.store.open(host);
    this.locations.clear();
    await this.store.durable?.load((count, heads, locations) => {
      const view = new DataView(heads.buffer, heads.byteOffset, heads.byteLength);
      for (let index = 0; index < count; index++) {
        const accountId = view.getUint32(index * HEAD_BYTES, true);
        if (this.locations.has(accountId)) throw new Error(`account ${accountId} has two records`);
        this.locations.set(accountId, locations[index]);
      }
    });
  }

  /** Closes it, and opens another at the same place. */
  async reopen(): Promise<void> {
    await this.store.close();
    this.store = this.#make();
    await this.open();
  }

  /** Puts records of up to 32 accounts in a row. */
  async put(count: number, first: number, seed = 0, byteCount = 200): Promise<void> {
    const bytes = new Uint8Array(count * byteCount);
    const heads = new Uint8Array(count * HEAD_BYTES);
    const view = new DataView(heads.buffer, 0, heads.length);
    const accountIds = Uint32Array.from({ length: count }, (_, index) => first + index);
    const locations = Uint32Array.from(accountIds, (accountId) => this.locations.get(accountId) ?? NO_LOCATION);
    for (const [index, accountId] of accountIds.entries()) {
      bytes.set(contentOf(accountId, seed, byteCount), index * byteCount);
      view.setUint32(index * HEAD_BYTES, accountId, true);
    }
    const ends = Uint32Array.from({ length: count }, (_, index) => (index + 1) * byteCount);
    await this.store.put({ count, bytes, ends, accountIds, locations, heads });
    for (const [index, accountId] of accountIds.entries()) {
      this.records.set(accountId, contentOf(accountId, seed, byteCount));
      this.locations.set(accountId, locations[index]);
    }
  }

  delete(accountId: number): void {
    this.store.delete(accountId, this.locations.get(accountId) ?? NO_LOCATION);
    this.records.delete(accountId);
    this.locations.delete(accountId);
  }

  /** Asserts that the store has what was acknowledged, and nothing else. */
  check(): void {
    expect([...this.locations.keys()].toSorted((a, b) => a - b)).toEqual([...this.records.keys()].toSorted((a, b) => a - b));
    for (const [accountId, record] of this.records) {
      const read = this.store.read(accountId, this.locations.get(accountId)!);
      if (Buffer.compare(read, record) !== 0) throw new Error(`the record of account ${accountId} is not what was put`);
    }
    expect(this.store.stats().records).toBe(this.records.size);
  }
}
