import {
  type DiskStats,
  type DurableRecords,
  HEAD_BYTES,
  type HeadPage,
  type HibernationStore,
  MOST_HEADS,
  NO_LOCATION,
  type RecordBatch,
  STORE_CONTRACT_VERSION,
  type StoreHost,
} from '@dormouse/core';

export interface OnDisk {
  readonly accountId: number;
  readonly record: Uint8Array;
  readonly head: Uint8Array;
}

/** What outlives a {@link DiskStore}: give it to the next one, as the next process would open the same file. */
export class Disk {
  records = new Map<number, OnDisk>();
  notes = new Map<string, string>();

  /** By account: what is durable. Throws where an account has two records. */
  byAccount(): Map<number, OnDisk> {
    const found = new Map<number, OnDisk>();
    for (const entry of this.records.values()) {
      if (found.has(entry.accountId)) throw new Error(`account ${entry.accountId} has two records`);
      found.set(entry.accountId, entry);
    }
    return found;
  }
}

/** A durable store over a {@link Disk}: what is deleted and noted gets there with the next `put` or `flush`, as in a file. */
export class DiskStore implements HibernationStore {
  readonly contractVersion = STORE_CONTRACT_VERSION;
  readonly name = 'disk';
  readonly durable: DurableRecords;
  /** What the next calls of `put`, `flush` and `read` throw. */
  putError: Error | undefined;
  flushError: Error | undefined;
  readError: Error | undefined;
  /** Turns of the event loop that `put`, `load` and `flush` take; 0: none, they are done when they return. */
  turns = 0;
  /** Of the calls of `put`, how many records each had. */
  readonly batches: number[] = [];
  /** True once it was given something to put or to flush while it was still at something else. */
  isOverlapped = false;
  readonly #disk: Disk;
  #records = new Map<number, OnDisk>();
  #notes = new Map<string, string>();
  #next = 0;
  #isOpen = false;
  #isBusy = false;
  /** Nothing else is asked of a store before it has handed over what it has. */
  #isLoaded = false;

  constructor(disk: Disk) {
    this.#disk = disk;
    this.durable = {
      get notes() {
        return disk.notes;
      },
      load: (page: HeadPage) => this.#after(() => this.#load(page)),
      note: (key: string, text: string) => void this.#notes.set(key, text),
      flush: () =>
        this.#after(() => {
          if (this.flushError !== undefined) throw this.flushError;
          this.#commit();
        }),
      disk: (): DiskStats => ({ fileBytes: 0, readBytes: 0, writtenBytes: 0 }),
    };
  }

  open(_host: StoreHost): void {
    if (this.#isOpen) throw new Error('open already');
    this.#isOpen = true;
    this.#isLoaded = false;
    this.#records = new Map(this.#disk.records);
    this.#notes = new Map(this.#disk.notes);
    for (const location of this.#records.keys()) this.#next = Math.max(this.#next, location + 1);
  }

  put(batch: RecordBatch): void | Promise<void> {
    this.batches.push(batch.count);
    return this.#after(() => this.#put(batch));
  }

  read(accountId: number, location: number): Uint8Array {
    if (this.readError !== undefined) throw this.readError;
    const entry = this.#records.get(location);
    if (!this.#isOpen || entry?.accountId !== accountId) throw new Error(`no record of account ${accountId} at ${location}`);
    return entry.record;
  }

  delete(accountId: number, location: number): void {
    if (location !== NO_LOCATION && this.#records.get(location)?.accountId === accountId) this.#records.delete(location);
  }

  compact(): boolean {
    return false;
  }

  stats() {
    if (this.#isOpen && !this.#isLoaded) throw new Error('stats() before load()');
    let recordBytes = 0;
    for (const { record } of this.#records.values()) recordBytes += record.length;
    return { records: this.#records.size, recordBytes, heldBytes: 0 };
  }

  close(): void {
    if (this.#isOpen && this.flushError === undefined) this.#commit();
    this.#isOpen = false;
    this.#records = new Map();
  }

  /** The process has died: what is not on the disk is gone. */
  kill(): void {
    this.#isOpen = false;
  }

  #put({ count, bytes, ends, accountIds, locations, heads }: RecordBatch): void {
    if (!this.#isOpen || !this.#isLoaded) throw new Error('not open');
    if (this.putError !== undefined) throw this.putError;
    if (heads === undefined || heads.length < count * HEAD_BYTES) throw new Error('a batch without heads');
    for (let i = 0; i < count; i++) {
      if (locations[i] === NO_LOCATION) locations[i] = this.#next++;
      const record = bytes.slice(i === 0 ? 0 : ends[i - 1], ends[i]);
      this.#records.set(locations[i], { accountId: accountIds[i], record, head: heads.slice(i * HEAD_BYTES, (i + 1) * HEAD_BYTES) });
    }
    this.#commit();
  }

  #load(page: HeadPage): void {
    if (this.#isLoaded) throw new Error('loaded twice');
    this.#isLoaded = true;
    const all = [...this.#records];
    for (let first = 0; first < all.length; first += MOST_HEADS) {
      const some = all.slice(first, first + MOST_HEADS);
      const heads = Buffer.concat(some.map(([, { head }]) => head));
      page(
        some.length,
        new Uint8Array(heads),
        Uint32Array.from(some, ([location]) => location),
      );
    }
  }

  #commit(): void {
    if (!this.#isOpen) throw new Error('not open');
    this.#disk.records = new Map(this.#records);
    this.#disk.notes = new Map(this.#notes);
  }

  #after(work: () => void): void | Promise<void> {
    this.isOverlapped ||= this.#isBusy;
    if (this.turns === 0) return work();
    return this.#later(work);
  }

  async #later(work: () => void): Promise<void> {
    this.#isBusy = true;
    for (let turn = 0; turn < this.turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    this.#isBusy = false;
    work();
  }
}
