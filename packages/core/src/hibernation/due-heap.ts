import { type EntryPages, NO_ENTRY, PLACE_MASK, wordOf } from './entry-pages.js';

const PAGE_BITS = 12;
const PAGE_PLACES = 1 << PAGE_BITS;
const MASK = PAGE_PLACES - 1;

/**
 * Entries by (due time, account), the first at the top: a binary heap in pages, so that growing copies nothing. Each entry knows its place in
 * it, so that one that wakes before its time is taken out at once: nothing stale gathers, and nothing is ever compacted. Main thread only.
 */
export class DueHeap {
  readonly #entries: EntryPages;
  readonly #pages: Int32Array[] = [];
  #count = 0;

  constructor(entries: EntryPages) {
    this.#entries = entries;
  }

  get count(): number {
    return this.#count;
  }

  get heldBytes(): number {
    return this.#pages.length * PAGE_PLACES * 4;
  }

  /** The entry that is due first, or −1. */
  get first(): number {
    return this.#count === 0 ? NO_ENTRY : this.#pages[0][0];
  }

  /** When it is due; `Infinity` when none is. */
  get firstDueMs(): number {
    return this.#count === 0 ? Number.POSITIVE_INFINITY : this.#dueMsOf(this.#pages[0][0]);
  }

  /** Adds an entry that is not in. Its account is set. */
  add(entry: number, dueMs: number): void {
    const at = this.#count++;
    if (at >> PAGE_BITS === this.#pages.length) this.#pages.push(new Int32Array(PAGE_PLACES));
    this.#entries.dueOf(entry).dueMs[entry & PLACE_MASK] = dueMs;
    this.#rise(entry, at);
  }

  /** Takes an entry out; one that is not in is left alone. */
  remove(entry: number): void {
    const due = this.#entries.of(entry).due;
    const at = (due?.places[entry & PLACE_MASK] ?? 0) - 1;
    if (due === undefined || at < 0) return;
    due.places[entry & PLACE_MASK] = 0;
    const last = this.#at(--this.#count);
    if (last !== entry) {
      // What stood at the end may belong above the hole or below it.
      const above = (at - 1) >> 1;
      if (at > 0 && this.#isBefore(last, this.#at(above))) this.#rise(last, at);
      else this.#sink(last, at);
    }
    // One page is kept in hand.
    if (this.#pages.length > (this.#count >> PAGE_BITS) + 2) this.#pages.pop();
  }

  /** When an entry is due; `Infinity` when it is not in. */
  dueMsOf(entry: number): number {
    const due = this.#entries.of(entry).due;
    return due === undefined || due.places[entry & PLACE_MASK] === 0 ? Number.POSITIVE_INFINITY : due.dueMs[entry & PLACE_MASK];
  }

  #rise(entry: number, from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.#at(above);
      if (!this.#isBefore(entry, other)) break;
      this.#put(other, at);
      at = above;
    }
    this.#put(entry, at);
  }

  #sink(entry: number, from: number): void {
    let at = from;
    for (let below = at * 2 + 1; below < this.#count; below = at * 2 + 1) {
      if (below + 1 < this.#count && this.#isBefore(this.#at(below + 1), this.#at(below))) below++;
      const other = this.#at(below);
      if (!this.#isBefore(other, entry)) break;
      this.#put(other, at);
      at = below;
    }
    this.#put(entry, at);
  }

  #isBefore(a: number, b: number): boolean {
    const dueA = this.#dueMsOf(a);
    const dueB = this.#dueMsOf(b);
    return dueA !== dueB ? dueA < dueB : this.#accountOf(a) < this.#accountOf(b);
  }

  #at(place: number): number {
    return this.#pages[place >> PAGE_BITS][place & MASK];
  }

  #put(entry: number, at: number): void {
    this.#pages[at >> PAGE_BITS][at & MASK] = entry;
    this.#entries.dueOf(entry).places[entry & PLACE_MASK] = at + 1;
  }

  #dueMsOf(entry: number): number {
    return this.#entries.dueOf(entry).dueMs[entry & PLACE_MASK];
  }

  #accountOf(entry: number): number {
    return this.#entries.of(entry).accounts[wordOf(entry)];
  }
}
