import { EntryIndex } from './entry-index.js';
import { type LinkColumns, linkOf, NO_ENTRY } from './entry-pages.js';

/**
 * Entries by a key that many may have, a map or a group: a doubly linked list for each key, and an index of the lists' heads. Linking and
 * unlinking cost a few words. Main thread only.
 */
export class EntryLists {
  readonly #columnsOf: (entry: number) => LinkColumns;
  readonly #heads: EntryIndex;

  /** `columnsOf`: the columns of an entry's page. */
  constructor(columnsOf: (entry: number) => LinkColumns) {
    this.#columnsOf = columnsOf;
    this.#heads = new EntryIndex((entry) => {
      const columns = columnsOf(entry);
      return columns.keys[linkOf(columns, entry)];
    });
  }

  get heldBytes(): number {
    return this.#heads.heldBytes;
  }

  link(entry: number, key: number): void {
    const columns = this.#columnsOf(entry);
    const place = linkOf(columns, entry);
    const head = this.#heads.find(key);
    columns.keys[place] = key;
    columns.next[place] = head;
    columns.previous[place] = NO_ENTRY;
    if (head === NO_ENTRY) {
      this.#heads.add(key, entry);
      return;
    }
    this.#setPrevious(head, entry);
    this.#heads.replace(key, entry);
  }

  /** The entry keeps its key's word until it is written to. */
  unlink(entry: number): void {
    const columns = this.#columnsOf(entry);
    const place = linkOf(columns, entry);
    const next = columns.next[place];
    const previous = columns.previous[place];
    if (next !== NO_ENTRY) this.#setPrevious(next, previous);
    if (previous !== NO_ENTRY) this.#setNext(previous, next);
    else if (next === NO_ENTRY) this.#heads.delete(columns.keys[place]);
    else this.#heads.replace(columns.keys[place], next);
  }

  /** The entries that have this key, the last linked first. */
  of(key: number): number[] {
    const entries: number[] = [];
    for (let entry = this.#heads.find(key); entry !== NO_ENTRY; ) {
      entries.push(entry);
      const columns = this.#columnsOf(entry);
      entry = columns.next[linkOf(columns, entry)];
    }
    return entries;
  }

  #setPrevious(entry: number, previous: number): void {
    const columns = this.#columnsOf(entry);
    columns.previous[linkOf(columns, entry)] = previous;
  }

  #setNext(entry: number, next: number): void {
    const columns = this.#columnsOf(entry);
    columns.next[linkOf(columns, entry)] = next;
  }
}
