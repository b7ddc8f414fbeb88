import {
  type HibernationStore,
  NO_LOCATION,
  type RecordBatch,
  STORE_CONTRACT_VERSION,
  type StoreHost,
} from '../../src/hibernation/hibernation-store.js';

interface Entry {
  readonly accountId: number;
  readonly record: Uint8Array;
}

/** A store for tests that keeps each record in an object of its own, and whose `put` may take its time: by itself it keeps the contract. */
export class MapStore implements HibernationStore {
  contractVersion = STORE_CONTRACT_VERSION;
  name = 'map';
  compresses = false;
  readonly entries = new Map<number, Entry>();
  host: StoreHost | undefined;
  next = 0;
  /** Turns of the event loop that a `put` takes. */
  readonly turns: number;
  isFull = false;

  constructor(turns = 0) {
    this.turns = turns;
  }

  open(host: StoreHost): void | Promise<void> {
    if (this.host !== undefined) throw new Error('open already');
    this.host = host;
  }

  put(batch: RecordBatch): void | Promise<void> {
    this.requireOpen();
    if (this.turns === 0) this.store(batch);
    else return this.storeLater(batch);
  }

  async storeLater(batch: RecordBatch): Promise<void> {
    for (let turn = 0; turn < this.turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    this.store(batch);
  }

  store({ count, bytes, ends, accountIds, locations }: RecordBatch): void {
    if (this.isFull) throw new Error('full');
    for (let i = 0; i < count; i++) {
      this.delete(accountIds[i], locations[i]);
      locations[i] = this.next++;
      this.entries.set(locations[i], { accountId: accountIds[i], record: bytes.slice(i === 0 ? 0 : ends[i - 1], ends[i]) });
    }
  }

  read(accountId: number, location: number): Uint8Array {
    this.requireOpen();
    const entry = this.entries.get(location);
    if (entry?.accountId !== accountId) throw new Error(`no record of account ${accountId} at ${location}`);
    return entry.record;
  }

  delete(accountId: number, location: number): void {
    if (location !== NO_LOCATION && this.entries.get(location)?.accountId === accountId) this.entries.delete(location);
  }

  /** Puts one record elsewhere: the first that is not where it would be were all of them in a row. */
  compact(_budgetMs: number): boolean {
    let to = 0;
    for (const [location, entry] of this.entries) {
      while (this.entries.has(to)) to++;
      if (to >= location) continue;
      this.entries.delete(location);
      this.entries.set(to, entry);
      this.host?.moved(entry.accountId, to);
      return true;
    }
    return false;
  }

  stats() {
    let recordBytes = 0;
    for (const { record } of this.entries.values()) recordBytes += record.length;
    return { records: this.entries.size, recordBytes, heldBytes: recordBytes };
  }

  close(): void | Promise<void> {
    this.host = undefined;
    this.entries.clear();
  }

  requireOpen(): void {
    if (this.host === undefined) throw new Error('not open');
  }
}

/** Has every put of this store fail. */
export function fill(store: HibernationStore): () => void {
  const map = store as MapStore;
  map.isFull = true;
  return () => {
    map.isFull = false;
  };
}
