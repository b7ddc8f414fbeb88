import {
  type DiskStats,
  DormouseError,
  type DurableRecords,
  type HibernationStore,
  type RecordBatch,
  STORE_CONTRACT_VERSION,
  type StoreHost,
  type StoreStats,
} from '@dormouse/core';
import { after } from './after.js';
import { onePath } from './file-lock.js';
import { OpenStore } from './open-store.js';
import { contractError } from './store-error.js';
import type { Writing } from './writing.js';

const NOTHING: StoreStats = { records: 0, recordBytes: 0, heldBytes: 0 };
const NO_DISK: DiskStats = { fileBytes: 0, readBytes: 0, writtenBytes: 0 };

/** A store in a SQLite file: from `open` to `close` it has it, and none before and after. */
export class SqliteStore implements HibernationStore {
  readonly contractVersion = STORE_CONTRACT_VERSION;
  readonly name = 'sqlite';
  readonly durable: DurableRecords;
  readonly #path: string;
  readonly #createWriting: (file: string) => Writing;
  #open: OpenStore | undefined;
  #isOpening = false;
  #closing: Promise<void> | undefined;
  #notes: ReadonlyMap<string, string> = new Map();

  constructor(path: string, createWriting: (file: string) => Writing) {
    this.#path = path;
    this.#createWriting = createWriting;
    const notes = (): ReadonlyMap<string, string> => this.#notes;
    this.durable = {
      get notes() {
        return notes();
      },
      load: (page) => this.#opened().load(page),
      note: (key, text) => this.#open?.note(key, text),
      flush: () => this.#opened().commit(undefined, true),
      disk: () => this.#open?.disk ?? NO_DISK,
    };
  }

  open(host: StoreHost): void | Promise<void> {
    if (host.contractVersion !== this.contractVersion) {
      throw contractError(`is built for contract ${this.contractVersion}, the manager for ${host.contractVersion}`);
    }
    if (this.#open !== undefined || this.#isOpening) throw contractError('is open already: each manager needs one of its own');
    this.#isOpening = true;
    const file = onePath(this.#path);
    return after(
      () => OpenStore.open(host, file, this.#createWriting(file)),
      (open) => {
        this.#isOpening = false;
        this.#open = open;
        this.#notes = open.notes;
      },
      (error) => {
        this.#isOpening = false;
        throw error;
      },
    );
  }

  put(batch: RecordBatch): void | Promise<void> {
    return this.#opened().commit(batch, false);
  }

  read(accountId: number, location: number): Uint8Array {
    return this.#opened().read(accountId, location);
  }

  delete(accountId: number, location: number): void {
    this.#open?.delete(accountId, location);
  }

  compact(budgetMs: number): boolean {
    return this.#open?.compact(budgetMs) ?? false;
  }

  stats(): StoreStats {
    return this.#open?.stats ?? NOTHING;
  }

  close(): void | Promise<void> {
    const open = this.#open;
    if (open === undefined) return this.#closing;
    this.#open = undefined;
    const closing = open.close();
    if (closing instanceof Promise) this.#closing = closing;
    return closing;
  }

  #opened(): OpenStore {
    if (this.#open === undefined) throw new DormouseError('ERR_STORE_FAILED', 'store sqlite is not open');
    return this.#open;
  }
}
