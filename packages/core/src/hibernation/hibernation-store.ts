import { DormouseError, shown } from '../errors.js';
import type { Logger } from '../logger.js';
import { type DurableRecords, requireDurableRecords } from './durable-records.js';

/** Version of the contract between the manager and a store. One built for another is refused at start (`ERR_STORE_CONTRACT`). */
export const STORE_CONTRACT_VERSION = 1;

/** What a store is opened with. */
export interface StoreHost {
  readonly contractVersion: number;
  readonly logger: Logger;
  /** The store has put a record elsewhere, as when it is compacted: `read` and `delete` are called with this location from now on. */
  moved(accountId: number, location: number): void;
}

/** Records to be stored together, one behind the other. */
export interface RecordBatch {
  /** 1…{@link MOST_RECORDS}. */
  readonly count: number;
  /** Record i: `bytes[ends[i − 1] … ends[i] − 1]`, from 0 on. The store's until `put` is done; it must not write to it. */
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
  /** Whose it is. No account twice. */
  readonly accountIds: Uint32Array;
  /**
   * Before: where the record is that this one replaces, as the store has told, or {@link NO_LOCATION}. For the store to fill, when it is done:
   * where each record is, any u32 below that. Left as it was by a `put` that fails.
   */
  readonly locations: Uint32Array;
  /** Given to a store with `durable`: what it is to give back of each record, `HEAD_BYTES` each, one behind the other. */
  readonly heads?: Uint8Array;
}

/** No record is there: a u32 that is no location. */
export const NO_LOCATION = 0xffff_ffff;

/** Records a batch at most. */
export const MOST_RECORDS = 32;

/** What a store holds. */
export interface StoreStats {
  readonly records: number;
  /** Bytes of these records, as they were handed over. */
  readonly recordBytes: number;
  /** Bytes of this process's memory that they take, room to spare and bookkeeping included. */
  readonly heldBytes: number;
}

/**
 * Where the records of sleeping sessions are kept. Belongs to one manager at a time, from `open` to `close`; called on its thread, never
 * overlapping but for a `put` that is under way. A record is bytes to it: what is in them, and that they are whole, is the manager's concern.
 *
 * | member | called | must | may fail |
 * |---|---|---|---|
 * | `open` | once, first | be ready when it returns or resolves, in less than a minute; leave nothing open when it fails | yes: the start fails with its error |
 * | `put` | between ticks, or in one's maintenance; the next one after the last is done | store all or none, and tell where each is; from then on `read` gives them; replaces what the account has at its location | yes: the sessions stay in memory, asleep, and it is tried again later |
 * | `read` | any time between ticks | return the record's bytes at once, valid until the next call of any member | yes: that session stays asleep, and is reported |
 * | `delete` | after a session has woken or was released | forget the record; one it does not have is none of its business | no |
 * | `compact` | between ticks, when there is time | give memory back, for about `budgetMs`; true: there is more to do, and it is called again, but no more than 10 000 times in vain | no |
 * | `stats` | any time | be cheap | no |
 * | `close` | last; also after a failed `open`; also twice | finish what it has promised, within a bound | no |
 */
export interface HibernationStore {
  readonly contractVersion: number;
  /** A short name for reports. */
  readonly name: string;
  /**
   * True: it compresses records, and is given them with the zeros that are in them. Not given or false: fields come without their zeros, which
   * is shorter by itself and gives less to whoever compresses it. Read once, before `open`.
   */
  readonly compresses?: boolean;
  /** Given by a store whose records outlive the process: the same object from before `open` until after `close`. Read once. */
  readonly durable?: DurableRecords;
  open(host: StoreHost): void | Promise<void>;
  put(batch: RecordBatch): void | Promise<void>;
  read(accountId: number, location: number): Uint8Array;
  delete(accountId: number, location: number): void;
  compact(budgetMs: number): boolean;
  stats(): StoreStats;
  close(): void | Promise<void>;
}

const MEMBERS = ['open', 'put', 'read', 'delete', 'compact', 'stats', 'close'] as const;

/** Throws `ERR_STORE_CONTRACT` unless `store` has every member and was built for this contract. */
export function requireHibernationStore(store: unknown): HibernationStore {
  const candidate = store as HibernationStore;
  if (typeof store !== 'object' || store === null) {
    const hint = typeof store === 'function' ? '; call it' : '';
    throw refused(`store must be a HibernationStore, such as memoryStore(): got ${shown(store)}${hint}`);
  }
  for (const member of MEMBERS) {
    if (typeof candidate[member] !== 'function') throw refused(`store has no ${member}(): got ${shown(candidate[member])}`);
  }
  if (typeof candidate.name !== 'string' || candidate.name === '') throw refused(`store must have a name: got ${shown(candidate.name)}`);
  if (candidate.compresses !== undefined && typeof candidate.compresses !== 'boolean') {
    throw refused(`compresses of store ${candidate.name} must be true or false: got ${shown(candidate.compresses)}`);
  }
  if (candidate.durable !== undefined) requireDurableRecords(candidate.name, candidate.durable);
  if (candidate.contractVersion !== STORE_CONTRACT_VERSION) {
    throw refused(
      `store ${candidate.name} is built for contract ${shown(candidate.contractVersion)}, this core for ${STORE_CONTRACT_VERSION}: ` +
        'install versions that belong together',
    );
  }
  return candidate;
}

function refused(message: string): DormouseError {
  return new DormouseError('ERR_STORE_CONTRACT', message);
}
