import { allocatePages } from '../memory/pages.js';

/** Entries a page. */
const PAGE_BITS = 11;
export const PAGE_ENTRIES = 1 << PAGE_BITS;
export const PLACE_MASK = PAGE_ENTRIES - 1;

/** Ends a list, and stands for an entry that is not there. */
export const NO_ENTRY = -1;

/** Of each entry account, incarnation, location, map and its two links lie side by side: who wakes is one cache line, not six. */
const ENTRY_WORDS = 6;
/** The word of the behaviour lies apart. */
const KINDS_AT = PAGE_ENTRIES * ENTRY_WORDS * 4;
const PAGE_BYTES = KINDS_AT + PAGE_ENTRIES * 2;
const LINK_WORDS = 3;
const LINK_BYTES = PAGE_ENTRIES * LINK_WORDS * 4;
const DUE_BYTES = PAGE_ENTRIES * 12;

/** Where an entry's words are in the columns of its page. */
export function wordOf(entry: number): number {
  return (entry & PLACE_MASK) * ENTRY_WORDS;
}

/** And in columns of links. */
export function linkOf({ stride }: LinkColumns, entry: number): number {
  return (entry & PLACE_MASK) * stride;
}

/** Columns of a doubly linked list of the entries that have the same key, `stride` words from one entry to the next. */
export interface LinkColumns {
  readonly stride: number;
  readonly keys: Uint32Array;
  readonly next: Int32Array;
  readonly previous: Int32Array;
}

/** Columns of the entries that are to wake at a time. */
export interface DueColumns {
  readonly dueMs: Float64Array;
  /** Where an entry stands in the heap, plus one; 0: it is in none. */
  readonly places: Int32Array;
}

/**
 * Columns of {@link PAGE_ENTRIES} entries, all of one buffer, each a word behind the other: an entry's is at {@link wordOf}. Those of groups and of due times
 * come when the first entry needs them.
 */
export class EntryPage {
  /** 0: the entry is free. */
  readonly accounts: Uint32Array;
  readonly incarnations: Int32Array;
  readonly locations: Uint32Array;
  readonly maps: LinkColumns;
  /** Number of the behaviour, and flags above it, by place. */
  readonly kinds: Uint16Array;
  groups: LinkColumns | undefined;
  due: DueColumns | undefined;
  /** Entries in use. */
  count = 0;
  /** Entries that have ever been in use since the page was empty: those behind them have never been written to. */
  touched = 0;
  /** The free ones of these, through `maps.next`. */
  firstFree = NO_ENTRY;

  constructor() {
    const buffer = allocatePages(PAGE_BYTES);
    this.accounts = new Uint32Array(buffer, 0, PAGE_ENTRIES * ENTRY_WORDS);
    this.incarnations = new Int32Array(buffer, 4, PAGE_ENTRIES * ENTRY_WORDS - 1);
    this.locations = new Uint32Array(buffer, 8, PAGE_ENTRIES * ENTRY_WORDS - 2);
    this.maps = linkColumns(buffer, 3, ENTRY_WORDS);
    this.kinds = new Uint16Array(buffer, KINDS_AT, PAGE_ENTRIES);
  }
}

/**
 * Entries by small integers that stay as they are, in pages of columns: growing copies nothing, and a page that has become empty is given back,
 * but for one, so that one entry that comes and goes allocates nothing. The lowest page that has room is used first. Main thread only.
 */
export class EntryPages {
  readonly #pages: (EntryPage | undefined)[] = [];
  /** An empty page, kept. */
  #spare: EntryPage | undefined;
  /** No page before this one has room. */
  #firstWithRoom = 0;
  #count = 0;
  #heldBytes = 0;

  /** Entries in use. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of all columns there are. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The page of an entry that is in use. */
  of(entry: number): EntryPage {
    return this.#pages[entry >> PAGE_BITS] as EntryPage;
  }

  isUsed(entry: number): boolean {
    const page = this.#pages[entry >> PAGE_BITS];
    return page !== undefined && page.accounts[wordOf(entry)] !== 0;
  }

  /** A free entry; it is in use when its account is not 0 any more, which is the caller's to set. */
  take(): number {
    let pageIndex = this.#firstWithRoom;
    while (this.#pages[pageIndex]?.count === PAGE_ENTRIES) pageIndex++;
    this.#firstWithRoom = pageIndex;
    const page = this.#pages[pageIndex] ?? this.#open(pageIndex);
    let place = page.firstFree;
    if (place === NO_ENTRY) place = page.touched++;
    else page.firstFree = page.maps.next[wordOf(place)];
    page.count++;
    this.#count++;
    return (pageIndex << PAGE_BITS) | place;
  }

  /** Frees an entry that is in no list any more. */
  give(entry: number): void {
    const pageIndex = entry >> PAGE_BITS;
    const place = entry & PLACE_MASK;
    const page = this.of(entry);
    page.accounts[wordOf(place)] = 0;
    page.maps.next[wordOf(place)] = page.firstFree;
    page.firstFree = place;
    page.count--;
    this.#count--;
    if (pageIndex < this.#firstWithRoom) this.#firstWithRoom = pageIndex;
    if (page.count === 0) this.#close(pageIndex, page);
  }

  /** The group columns of an entry's page. */
  groupsOf(entry: number): LinkColumns {
    const page = this.of(entry);
    if (page.groups === undefined) {
      page.groups = linkColumns(allocatePages(LINK_BYTES), 0, LINK_WORDS);
      this.#heldBytes += LINK_BYTES;
    }
    return page.groups;
  }

  /** The due times of an entry's page. */
  dueOf(entry: number): DueColumns {
    const page = this.of(entry);
    if (page.due === undefined) {
      const buffer = allocatePages(DUE_BYTES);
      page.due = {
        dueMs: new Float64Array(buffer, 0, PAGE_ENTRIES),
        places: new Int32Array(buffer, PAGE_ENTRIES * 8, PAGE_ENTRIES),
      };
      this.#heldBytes += DUE_BYTES;
    }
    return page.due;
  }

  /** Entries in use, ascending. Safe while entries are given back or taken; those taken meanwhile may come or not. */
  *entries(): Generator<number> {
    for (let pageIndex = 0; pageIndex < this.#pages.length; pageIndex++) {
      for (let place = 0; place < (this.#pages[pageIndex]?.touched ?? 0); place++) {
        if (this.#pages[pageIndex]?.accounts[wordOf(place)] !== 0) yield (pageIndex << PAGE_BITS) | place;
      }
    }
  }

  #open(pageIndex: number): EntryPage {
    let page = this.#spare;
    this.#spare = undefined;
    if (page === undefined) {
      page = new EntryPage();
      this.#heldBytes += PAGE_BYTES;
    }
    this.#pages[pageIndex] = page;
    return page;
  }

  #close(pageIndex: number, page: EntryPage): void {
    this.#pages[pageIndex] = undefined;
    while (this.#pages.length > 0 && this.#pages[this.#pages.length - 1] === undefined) this.#pages.pop();
    if (page.groups !== undefined) this.#heldBytes -= LINK_BYTES;
    if (page.due !== undefined) this.#heldBytes -= DUE_BYTES;
    if (this.#spare !== undefined) {
      this.#heldBytes -= PAGE_BYTES;
      return;
    }
    page.groups = undefined;
    page.due = undefined;
    page.touched = 0;
    page.firstFree = NO_ENTRY;
    this.#spare = page;
  }
}

/** Three columns behind one another's words, from word `first` of each `stride` on. */
function linkColumns(buffer: SharedArrayBuffer, first: number, stride: number): LinkColumns {
  const length = PAGE_ENTRIES * stride - first;
  return {
    stride,
    keys: new Uint32Array(buffer, first * 4, length),
    next: new Int32Array(buffer, first * 4 + 4, length - 1),
    previous: new Int32Array(buffer, first * 4 + 8, length - 2),
  };
}
