import { DormouseError } from '../errors.js';
import { OS_PAGE_WORDS, SUBMAP_HEADER_WORDS, SUBMAPS } from '../layout/geometry.js';
import type { SessionTable } from './session-table.js';

const VERSION = 0; // even: settled; odd: the writer is at work
const MASK = 1; // entries in use as a table, minus one
const COUNT = 2; // keys

const FIRST_ENTRIES = 32;
/** Beyond this share of its entries a submap doubles. What is once written to is memory for good: at the most full a lookup looks at some 4 entries, of which a cache line has 8, and at 32 of an account that is not there. */
const MOST_FULL = 7 / 8;
const NOT_FOUND = -1;
/** Of a hash the highest bits are the submap's number. */
const SUBMAP_SHIFT = 26;

/** A reader's patience: tries without a look at the clock, then until so many ms have passed. */
const SPINS = 100;
const PATIENCE_MS = 1000;

/**
 * Account id → slot, in shared memory: open addressing in 64 submaps that double one at a time, linear probing,
 * deletion by shifting back, so that no tombstones gather.
 *
 * One writer, the main thread. Readers on every thread, without locks: each submap carries a version that is odd while it
 * is being changed; a lookup counts only if the version was even before and the same after. The writer never waits for
 * readers. A reader waits for the writer only while a change is under way (tens of nanoseconds; a doubling some 100 µs), at most
 * a second, then throws `ERR_INDEX_UNSETTLED`.
 *
 * An entry is two words: key (0: free) and slot.
 */
export class AccountIndex {
  readonly #words: Int32Array;
  /** First words: of the submaps' headers, one behind the other, and of their entries. */
  readonly #headers: number;
  readonly #entries: number;
  readonly #capacity: number;
  #size = 0;

  private constructor(table: SessionTable) {
    this.#words = table.words;
    this.#headers = table.regions.index / 4;
    this.#entries = this.#headers + SUBMAPS * SUBMAP_HEADER_WORDS;
    this.#capacity = table.regions.submapCapacity;
  }

  /** The writer's side; clears nothing, the memory must be fresh. */
  static create(table: SessionTable): AccountIndex {
    const index = new AccountIndex(table);
    for (let submap = 0; submap < SUBMAPS; submap++) index.#words[index.#headerOf(submap) + MASK] = FIRST_ENTRIES - 1;
    return index;
  }

  /** A reader's side, on any thread. */
  static attach(table: SessionTable): AccountIndex {
    return new AccountIndex(table);
  }

  /** Keys in the index. Writer's side. */
  get size(): number {
    return this.#size;
  }

  /** Bytes of the operating system's pages that the index has written to. Writer's side. */
  get touchedBytes(): number {
    // The headers fill one.
    let pages = 1;
    let counted = 0;
    for (let submap = 0; submap < SUBMAPS; submap++) {
      const begin = this.#entriesOf(submap);
      const end = begin + (this.#words[this.#headerOf(submap) + MASK] + 1) * 2;
      // Small submaps share pages: each is counted once.
      const firstPage = Math.max(counted, Math.floor(begin / OS_PAGE_WORDS));
      counted = Math.max(counted, Math.ceil(end / OS_PAGE_WORDS));
      pages += counted - firstPage;
    }
    return pages * OS_PAGE_WORDS * 4;
  }

  /** Slot of `accountId`, or −1. Writer's side only: plain reads. */
  get(accountId: number): number {
    const at = this.#find(accountId);
    return at === NOT_FOUND ? NOT_FOUND : this.#words[at + 1];
  }

  /** Slot of `accountId`, or −1, read from any thread while the writer may be at work. */
  read(accountId: number): number {
    const words = this.#words;
    const hash = mix(accountId);
    const submap = hash >>> SUBMAP_SHIFT;
    const header = this.#headerOf(submap);
    let deadline = 0;
    for (let attempt = 0; ; attempt++) {
      const version = Atomics.load(words, header + VERSION);
      if ((version & 1) === 0) {
        const slot = this.#probe(submap, hash, accountId);
        if (Atomics.load(words, header + VERSION) === version) return slot;
      }
      if (attempt < SPINS) continue;
      const now = performance.now();
      if (attempt === SPINS) deadline = now + PATIENCE_MS;
      else if (now > deadline) break;
      Atomics.wait(words, header + VERSION, version | 1, 1);
    }
    throw new DormouseError(
      'ERR_INDEX_UNSETTLED',
      `account ${accountId} could not be looked up: its submap did not settle in ${PATIENCE_MS} ms`,
    );
  }

  /** Adds `accountId`; false, and nothing changed, when it is there already. Throws `ERR_INDEX_FULL` when its submap is. */
  insert(accountId: number, slot: number): boolean {
    if (this.get(accountId) !== NOT_FOUND) return false;
    const words = this.#words;
    const hash = mix(accountId);
    const submap = hash >>> SUBMAP_SHIFT;
    const header = this.#headerOf(submap);
    const count = words[header + COUNT] + 1;
    const entriesNow = words[header + MASK] + 1;
    if (count > entriesNow * MOST_FULL) {
      if (entriesNow < this.#capacity) this.#double(submap);
      else if (count >= entriesNow) {
        throw new DormouseError('ERR_INDEX_FULL', `the account index has no room for account ${accountId}; raise sessionCeiling`);
      }
    }
    Atomics.add(words, header + VERSION, 1);
    this.#place(submap, hash, accountId, slot);
    words[header + COUNT] = count;
    Atomics.add(words, header + VERSION, 1);
    this.#size++;
    return true;
  }

  /** Points `accountId`, which must be there, at another slot. */
  move(accountId: number, slot: number): void {
    const at = this.#find(accountId);
    if (at === NOT_FOUND) throw new DormouseError('ERR_INVALID_ARGUMENT', `account ${accountId} is not in the index`);
    Atomics.store(this.#words, at + 1, slot);
  }

  /** Removes `accountId`; its slot, or −1 when it was not there. */
  delete(accountId: number): number {
    const at = this.#find(accountId);
    if (at === NOT_FOUND) return NOT_FOUND;
    const words = this.#words;
    const submap = mix(accountId) >>> SUBMAP_SHIFT;
    const header = this.#headerOf(submap);
    const entries = this.#entriesOf(submap);
    const mask = words[header + MASK];
    const slot = words[at + 1];
    Atomics.add(words, header + VERSION, 1);
    // Shift back: each entry behind the hole moves into it unless it would come to stand before its home.
    let hole = (at - entries) / 2;
    for (let next = (hole + 1) & mask; words[entries + next * 2] !== 0; next = (next + 1) & mask) {
      const home = mix(words[entries + next * 2] >>> 0) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      Atomics.store(words, entries + hole * 2, words[entries + next * 2]);
      Atomics.store(words, entries + hole * 2 + 1, words[entries + next * 2 + 1]);
      hole = next;
    }
    Atomics.store(words, entries + hole * 2, 0);
    words[header + COUNT]--;
    Atomics.add(words, header + VERSION, 1);
    this.#size--;
    return slot;
  }

  /** Probes with atomic loads; may see a half-made change, which the caller finds out by the version. */
  #probe(submap: number, hash: number, accountId: number): number {
    const words = this.#words;
    const entries = this.#entriesOf(submap);
    const mask = Atomics.load(words, this.#headerOf(submap) + MASK);
    // A table is never full while settled; under a change the bound ends the walk.
    for (let at = hash & mask, steps = 0; steps <= mask; at = (at + 1) & mask, steps++) {
      const key = Atomics.load(words, entries + at * 2) >>> 0;
      // In this order: account 0, which nobody has, would else be found in every free entry.
      if (key === 0) return NOT_FOUND;
      if (key === accountId) return Atomics.load(words, entries + at * 2 + 1);
    }
    return NOT_FOUND;
  }

  #place(submap: number, hash: number, accountId: number, slot: number): void {
    const words = this.#words;
    const entries = this.#entriesOf(submap);
    const mask = words[this.#headerOf(submap) + MASK];
    let at = hash & mask;
    while (words[entries + at * 2] !== 0) at = (at + 1) & mask;
    Atomics.store(words, entries + at * 2 + 1, slot);
    Atomics.store(words, entries + at * 2, accountId | 0);
  }

  /** Doubles one submap in place, under one odd version. The others stay as they are. */
  #double(submap: number): void {
    const words = this.#words;
    const header = this.#headerOf(submap);
    const entries = this.#entriesOf(submap);
    const entriesNow = words[header + MASK] + 1;
    const old = words.slice(entries, entries + entriesNow * 2);
    Atomics.add(words, header + VERSION, 1);
    for (let at = 0; at < entriesNow; at++) Atomics.store(words, entries + at * 2, 0);
    Atomics.store(words, header + MASK, entriesNow * 2 - 1);
    for (let at = 0; at < entriesNow; at++) {
      const key = old[at * 2] >>> 0;
      if (key !== 0) this.#place(submap, mix(key), key, old[at * 2 + 1]);
    }
    Atomics.add(words, header + VERSION, 1);
  }

  #find(accountId: number): number {
    const words = this.#words;
    const hash = mix(accountId);
    const submap = hash >>> SUBMAP_SHIFT;
    const mask = words[this.#headerOf(submap) + MASK];
    const entries = this.#entriesOf(submap);
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const key = words[entries + at * 2] >>> 0;
      if (key === 0) return NOT_FOUND;
      if (key === accountId) return entries + at * 2;
    }
  }

  #headerOf(submap: number): number {
    return this.#headers + submap * SUBMAP_HEADER_WORDS;
  }

  #entriesOf(submap: number): number {
    return this.#entries + submap * this.#capacity * 2;
  }
}

/** murmur3's finaliser: every bit of the id reaches the submap (top 6 bits) and the place in it (low bits). */
function mix(accountId: number): number {
  let h = accountId;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
