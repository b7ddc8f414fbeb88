import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { HEAD_BYTES, type HeadPage, MOST_HEADS } from '@dormouse/core';
import { fileError, numberOf, openForReading, PLACE_BYTES } from './store-file.js';

const BUSY_MS = 1000;
const ENTRY_BYTES = PLACE_BYTES + HEAD_BYTES;
/** Heads are copied by words, in a quarter of the time. */
const HEAD_WORDS = HEAD_BYTES / 4;
const FILE_PAGE_BYTES = 4096;

/** Rows behind an id, in the order in which they lie in the file, as one row: SQLite puts places and heads together faster than Node.js takes rows. */
const PAGE = `
  SELECT count(*) AS count, max(id) AS last, sum(id) AS sum, CAST(group_concat(place, '') AS BLOB) AS places
  FROM (SELECT id, place FROM record WHERE id > ? ORDER BY id LIMIT ${MOST_HEADS})`;

/** Tells of a record that is in the file. */
export type Found = (accountId: number, id: number, length: number) => void;

interface Row {
  readonly count: number;
  readonly last: number;
  readonly sum: number;
  readonly places: Uint8Array;
}

/** Reads a store's file, on the thread that made it, and only that: what it reads is what was committed last. */
export class FileReader {
  readonly #path: string;
  #database: DatabaseSync | undefined;
  #record: StatementSync | undefined;
  #readBytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Bytes of the pages that had to be looked at, from the disk or not. */
  get readBytes(): number {
    return this.#readBytes;
  }

  /** Undefined: there is no record of this id. Throws what SQLite throws, and `ERR_STORE_FILE`. */
  record(id: number): Uint8Array | undefined {
    this.#record ??= this.#opened().prepare('SELECT bytes FROM record WHERE id = ?');
    const bytes = (this.#record.get(id) as { bytes: Uint8Array } | undefined)?.bytes;
    if (bytes !== undefined) this.#readBytes += Math.ceil(bytes.length / FILE_PAGE_BYTES) * FILE_PAGE_BYTES;
    return bytes;
  }

  notes(): Map<string, string> {
    const rows = this.#opened().prepare('SELECT key, text FROM note').all() as unknown as { key: string; text: string }[];
    return new Map(rows.map(({ key, text }) => [key, text]));
  }

  /** Goes through all records once, a page for each step; each is told by `found`, then the page. Throws `ERR_STORE_FILE` where what is known of a record is not what its row says. */
  *heads(found: Found, page: HeadPage): Generator<void> {
    const query = this.#opened().prepare(PAGE);
    const lastId = numberOf(this.#opened(), 'SELECT ifnull(max(id), 0) FROM record');
    const heads = new Uint32Array(MOST_HEADS * HEAD_WORDS);
    const bytes = new Uint8Array(heads.buffer, 0, heads.byteLength);
    const ids = new Uint32Array(MOST_HEADS);
    for (let behind = 0; ; ) {
      const row = query.get(behind) as unknown as Row;
      if (row.count === 0) return;
      this.#unpack(row, found, heads, ids);
      this.#readBytes += row.places.length;
      // As close together as these: ids that are free are used again first.
      const more = Math.round(((lastId - row.last) * row.count) / (row.last - behind));
      page(row.count, bytes.subarray(0, row.count * HEAD_BYTES), ids.subarray(0, row.count), more);
      behind = row.last;
      yield;
    }
  }

  /** To be opened again when something is read. */
  close(): void {
    this.#record = undefined;
    this.#database?.close();
    this.#database = undefined;
  }

  #opened(): DatabaseSync {
    this.#database ??= openForReading(this.#path, BUSY_MS);
    return this.#database;
  }

  #unpack({ count, last, sum, places }: Row, found: Found, heads: Uint32Array, ids: Uint32Array): void {
    const isWhole = places?.length === count * ENTRY_BYTES;
    if (!isWhole) throw fileError(this.#path, `is damaged: ${count} records up to id ${last} have ${places?.length} bytes of heads`);
    const view = new DataView(places.buffer, places.byteOffset, places.byteLength);
    // Node.js gives each blob memory of its own, from its beginning.
    const words = new Uint32Array(places.buffer, places.byteOffset, places.length >>> 2);
    let idSum = 0;
    for (let index = 0; index < count; index++) {
      const at = index * ENTRY_BYTES;
      const id = view.getUint32(at, true);
      const length = view.getUint32(at + 8, true);
      if (id === 0 || length === 0) throw fileError(this.#path, `is damaged: record ${id} has ${length} bytes`);
      idSum += id;
      ids[index] = id;
      found(view.getUint32(at + 4, true), id, length);
      const head = (at + PLACE_BYTES) >>> 2;
      for (let word = 0; word < HEAD_WORDS; word++) heads[index * HEAD_WORDS + word] = words[head + word];
    }
    if (idSum !== sum) throw fileError(this.#path, `is damaged: heads up to id ${last} are not those of their records`);
  }
}
