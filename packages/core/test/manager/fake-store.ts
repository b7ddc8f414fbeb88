import { type HibernationStore, type RecordBatch, STORE_CONTRACT_VERSION, type StoreHost } from '@dormouse/core';

/** A store in a map, whose doings a test decides. */
export class FakeStore implements HibernationStore {
  readonly contractVersion = STORE_CONTRACT_VERSION;
  readonly name = 'fake';
  /** By location. */
  readonly records = new Map<number, Uint8Array>();
  /** Of the calls of `put`, how many records each had. */
  readonly batches: number[] = [];
  readonly calls: string[] = [];
  host: StoreHost | undefined;
  /** What the next calls of `put` and `read` throw. */
  putError: Error | undefined;
  readError: Error | undefined;
  /** With it `put` takes until the test says how it ends. */
  isAsync = false;
  #pending: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #next = 100;

  get isPutting(): boolean {
    return this.#pending !== undefined;
  }

  open(host: StoreHost): void {
    this.calls.push('open');
    this.host = host;
  }

  put(batch: RecordBatch): void | Promise<void> {
    this.batches.push(batch.count);
    if (this.putError !== undefined) throw this.putError;
    if (!this.isAsync) {
      this.#take(batch);
      return;
    }
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#take(batch);
        resolve();
      };
      this.#pending = { resolve: done, reject };
    });
  }

  /** Ends the `put` under way, well or not; resolves when the manager has heard. */
  async settle(error?: Error): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (error === undefined) pending?.resolve();
    else pending?.reject(error);
    await new Promise((resolve) => setImmediate(resolve));
  }

  read(accountId: number, location: number): Uint8Array {
    if (this.readError !== undefined) throw this.readError;
    const bytes = this.records.get(location);
    if (bytes === undefined) throw new Error(`account ${accountId} has no record at ${location}`);
    return bytes;
  }

  delete(_accountId: number, location: number): void {
    this.records.delete(location);
  }

  compact(): boolean {
    return false;
  }

  stats(): { records: number; recordBytes: number; heldBytes: number } {
    const recordBytes = [...this.records.values()].reduce((sum, { length }) => sum + length, 0);
    return { records: this.records.size, recordBytes, heldBytes: recordBytes };
  }

  close(): void {
    this.calls.push('close');
  }

  #take({ count, bytes, ends, locations }: RecordBatch): void {
    for (let i = 0; i < count; i++) {
      this.records.delete(locations[i]);
      locations[i] = this.#next++;
      this.records.set(locations[i], bytes.slice(i === 0 ? 0 : ends[i - 1], ends[i]));
    }
  }
}
