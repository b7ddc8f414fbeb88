/** Entries a page. */
const PAGE_BITS = 11;
export const PAGE_ENTRIES = 1 << PAGE_BITS;
export const PLACE_MASK = PAGE_ENTRIES - 1;

/** Ends a list, and stands for an entry that is not there. */
export const NO_ENTRY = -1;

/** Account, incarnation, location, map and its two links, and the word of the behaviour. */
const ENTRY_BYTES = 6 * 4 + 2;
const PAGE_BYTES = PAGE_ENTRIES * ENTRY_BYTES;
const LINK_BYTES = PAGE_ENTRIES * 3 * 4;
const DUE_BYTES = PAGE_ENTRIES * 12;

/** Columns of a doubly linked list of the entries that have the same key. */
export interface LinkColumns {
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

/** Columns of {@link PAGE_ENTRIES} entries. Those of groups and of due times come when the first entry needs them. */
export class EntryPage {
  /** 0: the entry is free. */
  readonly accounts: Uint32Array;
  readonly incarnations: Int32Array;
  readonly locations: Uint32Array;
  readonly maps: LinkColumns;
  /** Number of the behaviour, and flags above it. */
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
    const buffer = allocate(PAGE_BYTES);
    this.accounts = new Uint32Array(buffer, 0, PAGE_ENTRIES);
    this.incarnations = new Int32Array(buffer, PAGE_ENTRIES * 4, PAGE_ENTRIES);
    this.locations = new Uint32Array(buffer, PAGE_ENTRIES * 8, PAGE_ENTRIES);
    this.maps = linkColumns(buffer, PAGE_ENTRIES * 12);
    this.kinds = new Uint16Array(buffer, PAGE_ENTRIES * 24, PAGE_ENTRIES);
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
    return page !== undefined && page.accounts[entry & PLACE_MASK] !== 0;
  }

  /** A free entry; it is in use when its account is not 0 any more, which is the caller's to set. */
  take(): number {
    let pageIndex = this.#firstWithRoom;
    while (this.#pages[pageIndex]?.count === PAGE_ENTRIES) pageIndex++;
    this.#firstWithRoom = pageIndex;
    const page = this.#pages[pageIndex] ?? this.#open(pageIndex);
    let place = page.firstFree;
    if (place === NO_ENTRY) place = page.touched++;
    else page.firstFree = page.maps.next[place];
    page.count++;
    this.#count++;
    return (pageIndex << PAGE_BITS) | place;
  }

  /** Frees an entry that is in no list any more. */
  give(entry: number): void {
    const pageIndex = entry >> PAGE_BITS;
    const place = entry & PLACE_MASK;
    const page = this.of(entry);
    page.accounts[place] = 0;
    page.maps.next[place] = page.firstFree;
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
      page.groups = linkColumns(allocate(LINK_BYTES), 0);
      this.#heldBytes += LINK_BYTES;
    }
    return page.groups;
  }

  /** The due times of an entry's page. */
  dueOf(entry: number): DueColumns {
    const page = this.of(entry);
    if (page.due === undefined) {
      const buffer = allocate(DUE_BYTES);
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
        if (this.#pages[pageIndex]?.accounts[place] !== 0) yield (pageIndex << PAGE_BITS) | place;
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

function linkColumns(buffer: SharedArrayBuffer, at: number): LinkColumns {
  return {
    keys: new Uint32Array(buffer, at, PAGE_ENTRIES),
    next: new Int32Array(buffer, at + PAGE_ENTRIES * 4, PAGE_ENTRIES),
    previous: new Int32Array(buffer, at + PAGE_ENTRIES * 8, PAGE_ENTRIES),
  };
}

/** The growable form, as blocks' buffers: it is given back when it is let go. No other thread sees it. */
function allocate(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes, { maxByteLength: bytes });
}
