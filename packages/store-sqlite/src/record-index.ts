import { setImmediate as turn } from 'node:timers/promises';
import type { HeadPage } from '@dormouse/core';
import type { FileReader } from './file-reader.js';
import { RecordTable } from './record-table.js';
import { contractError, storeError } from './store-error.js';

/** What a file has, as it is found when the file has been opened: before it is asked for the first time, or as it is loaded. */
export class RecordIndex {
  readonly #file: string;
  readonly #reader: FileReader;
  #table: RecordTable | undefined;
  #isLoading = false;

  constructor(file: string, reader: FileReader) {
    this.#file = file;
    this.#reader = reader;
  }

  /** Who has not loaded it has all of it gone through now. Throws `ERR_STORE_FILE`, `ERR_STORE_FAILED`. */
  get table(): RecordTable {
    if (this.#table !== undefined) return this.#table;
    if (this.#isLoading) throw contractError('is being loaded');
    const table = new RecordTable();
    const pages = this.#pages(table, () => {});
    this.#guarded(() => {
      while (pages.next().done !== true);
    });
    return this.#take(table);
  }

  /** Hands over all heads, and lets others have their turn behind each page. Throws and rejects as `table`. */
  async load(page: HeadPage): Promise<void> {
    if (this.#isLoading) throw contractError('is being loaded already');
    this.#isLoading = true;
    try {
      const table = new RecordTable();
      const pages = this.#pages(table, page);
      while (this.#guarded(() => pages.next().done) !== true) await turn();
      if (this.#table === undefined) this.#take(table);
    } finally {
      this.#isLoading = false;
    }
  }

  #pages(table: RecordTable, page: HeadPage): Generator<void> {
    return this.#reader.heads((accountId, id, length) => table.add(accountId, id, length), page);
  }

  #take(table: RecordTable): RecordTable {
    table.added();
    this.#table = table;
    return table;
  }

  #guarded<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw storeError(error, `cannot read ${this.#file}`);
    }
  }
}
