import { DormouseError, messageOf, shown } from '../errors.js';
import { type HibernationStore, type RecordBatch, STORE_CONTRACT_VERSION, type StoreHost, type StoreStats } from './hibernation-store.js';

/** How records lie in memory: the ways that a memory store has. */
export interface Records {
  readonly stats: StoreStats;
  put(batch: RecordBatch): void;
  /** Undefined: the account has no record there. Valid until the next call. */
  read(accountId: number, location: number): Uint8Array | undefined;
  delete(accountId: number, location: number): void;
  /** True: there is more to do. Throws if there is no memory to move records to. */
  compact(untilMs: number): boolean;
  clear(): void;
}

/** Tells that an account's record is elsewhere. */
export type Moved = (accountId: number, location: number) => void;

const NOTHING: StoreStats = { records: 0, recordBytes: 0, heldBytes: 0 };

/** A store of records in memory: from `open` to `close` it has some, and none before and after. */
export class RecordStore implements HibernationStore {
  readonly contractVersion = STORE_CONTRACT_VERSION;
  readonly name: string;
  readonly compresses: boolean;
  readonly #create: (moved: Moved) => Records;
  #records: Records | undefined;
  #host: StoreHost | undefined;

  constructor(name: string, compresses: boolean, create: (moved: Moved) => Records) {
    this.name = name;
    this.compresses = compresses;
    this.#create = create;
  }

  open(host: StoreHost): void {
    if (host.contractVersion !== this.contractVersion) {
      const message = `store ${this.name} is built for contract ${this.contractVersion}, the manager for ${shown(host.contractVersion)}`;
      throw new DormouseError('ERR_STORE_CONTRACT', message);
    }
    if (this.#records !== undefined) {
      throw new DormouseError('ERR_STORE_CONTRACT', `store ${this.name} is open already: each manager needs one of its own`);
    }
    this.#host = host;
    this.#records = this.#create((accountId, location) => host.moved(accountId, location));
  }

  put(batch: RecordBatch): void {
    this.#opened().put(batch);
  }

  read(accountId: number, location: number): Uint8Array {
    const record = this.#opened().read(accountId, location);
    if (record !== undefined) return record;
    throw new DormouseError('ERR_STORE_FAILED', `store ${this.name} has no record of account ${accountId} at location ${location}`, {
      accountId,
    });
  }

  delete(accountId: number, location: number): void {
    this.#records?.delete(accountId, location);
  }

  compact(budgetMs: number): boolean {
    try {
      return this.#records?.compact(performance.now() + budgetMs) ?? false;
    } catch (error) {
      this.#host?.logger.warn(`store ${this.name} cannot be compacted: ${messageOf(error)}`);
      return false;
    }
  }

  stats(): StoreStats {
    return this.#records?.stats ?? NOTHING;
  }

  close(): void {
    this.#records?.clear();
    this.#records = undefined;
    this.#host = undefined;
  }

  #opened(): Records {
    if (this.#records === undefined) throw new DormouseError('ERR_STORE_FAILED', `store ${this.name} is not open`);
    return this.#records;
  }
}
