import { NO_LOCATION } from '@dormouse/core';

const PAGE_BITS = 12;
const PAGE_IDS = 2 ** PAGE_BITS;
/** An id in a page that no other free one is behind. */
const LAST = 0xffff_ffff;
/** Two words an id, and what an object and two views take. */
const PAGE_BYTES = PAGE_IDS * 8 + 400;

interface Page {
  /** Of an id that has a record: whose it is. Of another: the free one behind it within the page, or LAST. */
  readonly words: Uint32Array;
  /** Bytes of the record; 0: there is none. */
  readonly lengths: Uint32Array;
  free: number;
  /** Ids that have no record, but are reserved for one. */
  reserved: number;
  records: number;
  isListed: boolean;
}

/**
 * Which ids have a record, whose, and how long: 8 bytes a record, so that what is asked and deleted is known without the file. For one thread. Ids begin
 * with 1, are reserved before a record is written there, and are used again when it is gone.
 */
export class RecordTable {
  readonly #pages: (Page | undefined)[] = [];
  /** Numbers of pages that may have room, or that are not there. */
  readonly #roomy: number[] = [];
  #pageCount = 0;
  #records = 0;
  #recordBytes = 0;

  get records(): number {
    return this.#records;
  }

  get recordBytes(): number {
    return this.#recordBytes;
  }

  /** Bytes that it takes. */
  get heldBytes(): number {
    return this.#pageCount * PAGE_BYTES + this.#pages.length * 8;
  }

  has(accountId: number, id: number): boolean {
    const page = this.#pages[id >>> PAGE_BITS];
    const at = id & (PAGE_IDS - 1);
    return id !== NO_LOCATION && page !== undefined && page.lengths[at] > 0 && page.words[at] === accountId;
  }

  /** An id that is free, and is nobody else's until `set` or `free`. Undefined: there are 2³² − 2. */
  reserve(): number | undefined {
    for (;;) {
      const number = this.#roomy.at(-1) ?? this.#pages.length;
      if (number >= 2 ** (32 - PAGE_BITS)) return undefined;
      const page = this.#pages[number] ?? this.#addPage(number);
      if (page.free === LAST) {
        this.#roomy.pop();
        page.isListed = false;
        continue;
      }
      const at = page.free;
      page.free = page.words[at];
      page.reserved++;
      return number * PAGE_IDS + at;
    }
  }

  /** The id, reserved or with a record, has this one now. */
  set(accountId: number, id: number, length: number): void {
    const page = this.#pages[id >>> PAGE_BITS];
    if (page === undefined) throw new Error(`id ${id} is not reserved`);
    const at = id & (PAGE_IDS - 1);
    if (page.lengths[at] === 0) {
      page.reserved--;
      page.records++;
      this.#records++;
    }
    this.#recordBytes += length - page.lengths[at];
    page.words[at] = accountId;
    page.lengths[at] = length;
  }

  /** The id has no record any more, or is not reserved. */
  free(id: number): void {
    const number = id >>> PAGE_BITS;
    const page = this.#pages[number];
    if (page === undefined) return;
    const at = id & (PAGE_IDS - 1);
    const length = page.lengths[at];
    if (length > 0) {
      page.records--;
      this.#records--;
      this.#recordBytes -= length;
    } else {
      page.reserved--;
    }
    page.lengths[at] = 0;
    page.words[at] = page.free;
    page.free = at;
    this.#list(number, page);
    if (page.records + page.reserved > 0) return;
    this.#pages[number] = undefined;
    this.#pageCount--;
  }

  /** What a file has is entered before anything is reserved: `add` of each, then `added`. */
  add(accountId: number, id: number, length: number): void {
    const number = id >>> PAGE_BITS;
    let page = this.#pages[number];
    if (page === undefined) {
      page = emptyPage();
      this.#pages[number] = page;
      this.#pageCount++;
    }
    page.reserved++;
    this.set(accountId, id, length);
  }

  added(): void {
    for (let number = this.#pages.length - 1; number >= 0; number--) {
      const page = this.#pages[number];
      if (page === undefined) {
        this.#roomy.push(number);
        continue;
      }
      page.free = LAST;
      for (let at = PAGE_IDS - 1; at >= 0; at--) if (page.lengths[at] === 0) link(page, number, at);
      if (page.free !== LAST) this.#list(number, page);
    }
  }

  #addPage(number: number): Page {
    const page = emptyPage();
    for (let at = PAGE_IDS - 1; at >= 0; at--) link(page, number, at);
    // Of one that had been listed the number is still on top.
    page.isListed = this.#roomy.at(-1) === number;
    this.#pages[number] = page;
    this.#pageCount++;
    this.#list(number, page);
    return page;
  }

  #list(number: number, page: Page): void {
    if (page.isListed) return;
    page.isListed = true;
    this.#roomy.push(number);
  }
}

function emptyPage(): Page {
  return {
    words: new Uint32Array(PAGE_IDS),
    lengths: new Uint32Array(PAGE_IDS),
    free: LAST,
    reserved: 0,
    records: 0,
    isListed: false,
  };
}

/** Neither 0 nor `NO_LOCATION` is an id. */
function link(page: Page, number: number, at: number): void {
  const id = number * PAGE_IDS + at;
  if (id === 0 || id === NO_LOCATION) return;
  page.words[at] = page.free;
  page.free = at;
}
