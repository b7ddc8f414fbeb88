import { DormouseError, shown } from '../errors.js';

/** Heads that {@link DurableRecords.load} hands over in one call at most. */
export const MOST_HEADS = 4096;

/** What a durable store has read and written since it was opened, and how large it is. */
export interface DiskStats {
  /** Bytes of all its files. */
  readonly fileBytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/**
 * What `load` hands over: heads and locations of records, valid during the call; and about how many records are behind these, if the store can tell at no cost:
 * room is made for them at once. It need not be exact, and only what is said with the first page counts.
 */
export type HeadPage = (count: number, heads: Uint8Array, locations: Uint32Array, more?: number) => void;

/**
 * What a store has beside its contract if its records outlive the process. One file then holds what a manager is: its records, each with its head, and a few
 * *notes*, short texts by key. The store knows nothing of what heads and notes mean.
 *
 * `put` is done when the batch is as durable as the store has been told to make it, with everything deleted and noted before: all of it or none. A record
 * that replaces another one of its account stays at its location, or is told where it is; there are never two of one account, whenever the process dies. `delete` and `note` alone become durable
 * with the next `put` or `flush`, or by the store's own timer, within a second.
 *
 * | member | called | must | may fail |
 * |---|---|---|---|
 * | `notes` | after `open` | have every note that was durable when the store was last open | no |
 * | `load` | once, behind `open`, before all others | hand over every record's head once, by pages, in the order in which they are read fastest; the next page within 30 s | yes: the start fails |
 * | `note` | between ticks | keep the text in place of the one of this key | no |
 * | `flush` | between ticks, and last before `close` | be done when all that was put, deleted and noted before is durable | yes: it is tried again |
 * | `disk` | any time | be cheap | no |
 */
export interface DurableRecords {
  readonly notes: ReadonlyMap<string, string>;
  load(page: HeadPage): void | Promise<void>;
  note(key: string, text: string): void;
  flush(): void | Promise<void>;
  disk(): DiskStats;
}

const MEMBERS = ['load', 'note', 'flush', 'disk'] as const;

/** Throws `ERR_STORE_CONTRACT` unless `durable` has every member. */
export function requireDurableRecords(store: string, durable: unknown): void {
  const candidate = durable as DurableRecords | null;
  if (typeof candidate !== 'object' || candidate === null || typeof candidate.notes?.get !== 'function') {
    throw new DormouseError('ERR_STORE_CONTRACT', `durable of store ${store} must have notes, a map: got ${shown(durable)}`);
  }
  for (const member of MEMBERS) {
    if (typeof candidate[member] === 'function') continue;
    throw new DormouseError('ERR_STORE_CONTRACT', `durable of store ${store} has no ${member}(): got ${shown(candidate[member])}`);
  }
}
