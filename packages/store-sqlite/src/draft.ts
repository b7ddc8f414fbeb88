import { DormouseError, HEAD_BYTES, NO_LOCATION, type RecordBatch } from '@dormouse/core';
import type { Commit } from './file-writer.js';
import type { Pending } from './pending.js';
import type { RecordTable } from './record-table.js';
import { PLACE_BYTES } from './store-file.js';

const ENTRY_BYTES = PLACE_BYTES + HEAD_BYTES;
const NO_BATCH: RecordBatch = {
  count: 0,
  bytes: new Uint8Array(0),
  ends: new Uint32Array(0),
  accountIds: new Uint32Array(0),
  locations: new Uint32Array(0),
  heads: new Uint8Array(0),
};

/**
 * A commit that is under way: a batch, if there is one, with all that is pending. From `begin` on its new records have ids that nobody else gets; `settle` or
 * `giveUp` ends it, and nothing of it shows before. There is one at a time.
 */
export class Draft {
  readonly commit: Commit;
  readonly #table: RecordTable;
  readonly #batch: RecordBatch;
  readonly #taken: Pending;
  /** Ids that were reserved for it. */
  readonly #reserved: number[] = [];
  /** Of records that it replaces, those that have been deleted since. */
  readonly #deleted = new Set<number>();

  /** Throws `ERR_STORE_CONTRACT`, `ERR_STORE_FAILED`: nothing is reserved or taken then. */
  constructor(table: RecordTable, pending: Pending, batch: RecordBatch = NO_BATCH, isFlush = false) {
    const { count, bytes, ends, accountIds, heads } = batch;
    if (heads === undefined || heads.length < count * HEAD_BYTES) {
      throw new DormouseError('ERR_STORE_CONTRACT', `store sqlite needs the heads of ${count} records: got ${heads?.length ?? 'no'} bytes`);
    }
    this.#table = table;
    this.#batch = batch;
    const ids = this.#idsOf(batch);
    const places = new Uint8Array(count * ENTRY_BYTES);
    const view = new DataView(places.buffer, 0, places.length);
    for (let index = 0; index < count; index++) {
      const at = index * ENTRY_BYTES;
      view.setUint32(at, ids[index], true);
      view.setUint32(at + 4, accountIds[index], true);
      view.setUint32(at + 8, ends[index] - (index === 0 ? 0 : ends[index - 1]), true);
      places.set(heads.subarray(index * HEAD_BYTES, (index + 1) * HEAD_BYTES), at + PLACE_BYTES);
    }
    this.#taken = pending.take();
    this.commit = {
      deletes: this.#taken.ids,
      notes: [...this.#taken.texts],
      ids,
      accountIds: accountIds.slice(0, count),
      ends: ends.slice(0, count),
      bytes: bytes.slice(0, count === 0 ? 0 : ends[count - 1]),
      places,
      isFlush,
    };
  }

  /** The record of this id has been deleted: if it is one that this replaces, the next commit deletes it. */
  delete(id: number): void {
    if (this.commit.ids.includes(id)) this.#deleted.add(id);
  }

  /** All of it is in the file. Returns what has been noted. */
  settle(): ReadonlyMap<string, string> {
    const { ids, accountIds, ends } = this.commit;
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index];
      this.#batch.locations[index] = id;
      if (!this.#deleted.has(id)) this.#table.set(accountIds[index], id, ends[index] - (index === 0 ? 0 : ends[index - 1]));
    }
    return this.#taken.texts;
  }

  /**
   * It has failed. That nothing of it is in the file is not known where the thread died, or the process does before another commit: so what it may have put at new ids is deleted by the
   * next one; a record that was to be replaced is there, the old or the new.
   */
  giveUp(pending: Pending): void {
    pending.putBack(this.#taken);
    for (const id of this.#reserved) {
      this.#table.free(id);
      pending.delete(id);
    }
  }

  /** The id of a record that replaces one is that one's. */
  #idsOf({ count, accountIds, locations }: RecordBatch): Uint32Array {
    const ids = new Uint32Array(count);
    for (let index = 0; index < count; index++) {
      const location = locations[index];
      if (location !== NO_LOCATION && this.#table.has(accountIds[index], location)) {
        ids[index] = location;
        continue;
      }
      const id = this.#table.reserve();
      if (id === undefined) {
        for (const reserved of this.#reserved) this.#table.free(reserved);
        throw new DormouseError('ERR_STORE_FAILED', `store sqlite has no room for a further record: there are ${this.#table.records}`);
      }
      this.#reserved.push(id);
      ids[index] = id;
    }
    return ids;
  }
}
