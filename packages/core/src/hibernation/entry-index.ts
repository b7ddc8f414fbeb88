import { DormouseError } from '../errors.js';
import { allocatePages } from '../memory/pages.js';
import { NO_ENTRY } from './entry-pages.js';

/** Submaps, each of which grows and shrinks by itself: at a million keys one has 4096, and moving them takes some 100 µs. */
const SUBMAP_BITS = 8;
const HASH_BITS = 32 - SUBMAP_BITS;
/** Powers that V8 computes anew at each use where they are written out there: 40 ns a look. */
const HASH_MASK = 2 ** HASH_BITS - 1;
const HASH_SHARE = 2 ** -HASH_BITS;
const FIRST_PLACES = 8;
/** From this many on, a submap is whole pages: none of malloc's are left half used when it is copied to larger ones. */
const PAGE_PLACES = 1024;
/**
 * A place is 0 when it is free, else an entry plus one; above that how far it is behind its home, {@link FAR} at most; above that two bits of its key's hash. So a look asks for
 * few others' keys, and of those behind a key that is taken out only those are asked for that are far from home.
 */
const ENTRY_BITS = 26;
const ENTRY_MASK = 2 ** ENTRY_BITS - 1;
const FAR = 15;
const TAG_SHIFT = 30;
const NO_PLACES = new Uint32Array(0);

/**
 * Keys → entries: open addressing in submaps that grow, by a quarter of a power of two, and shrink one at a time, linear probing, deletion by shifting back. It
 * keeps the entries alone; an entry's key is asked of who has it, and must stay as it is while the entry is in. Four bytes a place, of which four fifths
 * are in use at most, and a third at least, of 2048 a quarter; from 64 to 80 of 100 of a million that only come. Main thread only.
 */
export class EntryIndex {
  readonly #keyOf: (entry: number) => number;
  readonly #submaps: Uint32Array[] = Array.from({ length: 1 << SUBMAP_BITS }, () => NO_PLACES);
  readonly #counts = new Uint32Array(1 << SUBMAP_BITS);
  #heldBytes = 0;

  constructor(keyOf: (entry: number) => number) {
    this.#keyOf = keyOf;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The key's entry, or −1. */
  find(key: number): number {
    const hash = mix(key);
    const places = this.#submaps[hash >>> (32 - SUBMAP_BITS)];
    const at = this.#probe(places, hash, key);
    return at < 0 ? NO_ENTRY : (places[at] & ENTRY_MASK) - 1;
  }

  /** Adds an entry whose key is not in. Throws `ERR_INDEX_FULL` beyond 67 million entries. */
  add(key: number, entry: number): void {
    if (entry >= ENTRY_MASK) {
      throw new DormouseError('ERR_INDEX_FULL', `at most ${ENTRY_MASK} sessions can sleep: key ${key} would be one more`);
    }
    const hash = mix(key);
    const submap = hash >>> (32 - SUBMAP_BITS);
    const count = ++this.#counts[submap];
    let places = this.#submaps[submap];
    if (count * 5 > places.length * 4) places = this.#resize(submap, placesAfter(places.length));
    put(places, hash, entry);
  }

  /** Makes room for about so many at once, if it is a number: a million that come one at a time are moved four times each while it grows. */
  reserve(count: number): void {
    if (!(count > 0 && count < ENTRY_MASK)) return;
    const each = count / this.#submaps.length;
    // Their shares differ by about the root of one: two of these on top leave few that have to grow.
    const length = roomFor(each + 2 * Math.sqrt(each));
    for (let submap = 0; submap < this.#submaps.length; submap++) {
      if (this.#submaps[submap].length < length) this.#resize(submap, length);
    }
  }

  /** Gives back what was reserved for more than came. */
  trim(): void {
    for (let submap = 0; submap < this.#submaps.length; submap++) {
      const length = roomFor(this.#counts[submap]);
      const most = length === 0 ? 0 : placesAfter(length);
      if (most < this.#submaps[submap].length) this.#resize(submap, length);
    }
  }

  /** Has a key that is in stand for another entry, which has the same key. */
  replace(key: number, entry: number): void {
    const hash = mix(key);
    const places = this.#submaps[hash >>> (32 - SUBMAP_BITS)];
    const at = this.#probe(places, hash, key);
    places[at] = (places[at] & ~ENTRY_MASK) | (entry + 1);
  }

  /** Takes out a key that is in. */
  delete(key: number): void {
    const hash = mix(key);
    const submap = hash >>> (32 - SUBMAP_BITS);
    const places = this.#submaps[submap];
    const { length } = places;
    let hole = this.#probe(places, hash, key);
    // Shift back: each entry behind the hole moves into it unless it would come to stand before its home.
    for (let next = following(hole, length); places[next] !== 0; next = following(next, length)) {
      const gap = distance(hole, next, length);
      const from = this.#distanceFromHome(places, next);
      if (from < gap) continue;
      places[hole] = movedTo(places[next], from - gap);
      hole = next;
    }
    places[hole] = 0;
    const count = --this.#counts[submap];
    // Half of it is in use then: a quarter of those must go, or three fifths as many come, before it is resized again.
    if (count === 0) this.#resize(submap, 0);
    else if (count * 3 < length) {
      const shorter = placesFor(count * 2);
      // Whole pages: next to 2048 places there are 1024.
      if (shorter < length) this.#resize(submap, shorter);
    }
  }

  /** Where the key is, or −1. */
  #probe(places: Uint32Array, hash: number, key: number): number {
    const { length } = places;
    if (length === 0) return -1;
    let from = 0;
    for (let at = homeOf(hash, length); places[at] !== 0; at = following(at, length)) {
      if (((places[at] ^ headOf(hash, from++)) & ~ENTRY_MASK) === 0 && this.#keyAt(places, at) === key) return at;
    }
    return -1;
  }

  #distanceFromHome(places: Uint32Array, at: number): number {
    const from = (places[at] >>> ENTRY_BITS) & FAR;
    return from < FAR ? from : distance(homeOf(mix(this.#keyAt(places, at)), places.length), at, places.length);
  }

  #keyAt(places: Uint32Array, at: number): number {
    return this.#keyOf((places[at] & ENTRY_MASK) - 1);
  }

  #resize(submap: number, length: number): Uint32Array {
    const before = this.#submaps[submap];
    const after = allocate(length);
    for (const place of before) {
      if (place === 0) continue;
      const entry = (place & ENTRY_MASK) - 1;
      put(after, mix(this.#keyOf(entry)), entry);
    }
    this.#submaps[submap] = after;
    this.#heldBytes += after.byteLength - before.byteLength;
    return after;
  }
}

function allocate(length: number): Uint32Array {
  if (length === 0) return NO_PLACES;
  return length < PAGE_PLACES ? new Uint32Array(length) : new Uint32Array(allocatePages(length * 4), 0, length);
}

function put(places: Uint32Array, hash: number, entry: number): void {
  const { length } = places;
  let at = homeOf(hash, length);
  let from = 0;
  for (; places[at] !== 0; from++) at = following(at, length);
  places[at] = headOf(hash, from) | (entry + 1);
}

/** What stands above the entry. The bits of the hash are the lowest: a home is of the highest. */
function headOf(hash: number, from: number): number {
  return (hash << TAG_SHIFT) | (Math.min(from, FAR) << ENTRY_BITS);
}

function movedTo(place: number, from: number): number {
  return (place & ~(FAR << ENTRY_BITS)) | (Math.min(from, FAR) << ENTRY_BITS);
}

/** Its share of the hash's values behind the submap's: whatever the length. The product has at most 45 bits. */
function homeOf(hash: number, length: number): number {
  return ((hash & HASH_MASK) * length * HASH_SHARE) | 0;
}

function following(at: number, length: number): number {
  return at + 1 === length ? 0 : at + 1;
}

/** How far `at` is behind `from`, round the end. */
function distance(from: number, at: number, length: number): number {
  return at >= from ? at - from : at - from + length;
}

/** The least length there is of at least so many places: four, five, six or seven times a power of two, in whole pages. */
function placesFor(count: number): number {
  const quarter = 2 ** Math.max(0, 29 - Math.clz32(count));
  const step = count <= PAGE_PLACES ? quarter : Math.max(quarter, PAGE_PLACES);
  return Math.max(FIRST_PLACES, Math.ceil(count / step) * step);
}

/** The least length of which so many are four fifths at most. */
function roomFor(count: number): number {
  return count === 0 ? 0 : placesFor(Math.ceil((count * 5) / 4));
}

/** The next longer one. */
function placesAfter(length: number): number {
  return placesFor(length + 1);
}

function mix(key: number): number {
  let h = key;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
