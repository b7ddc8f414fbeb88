import { DormouseError } from '../errors.js';
import { NO_ENTRY } from './entry-pages.js';

/** Submaps, each of which grows and shrinks by itself: at a million keys one has 4096, and moving them takes some 100 µs. */
const SUBMAP_BITS = 8;
const FIRST_PLACES = 8;
/** A place is 0 when it is free, else an entry plus one, and above it this many bits of its key's hash: few others' keys are looked at. */
const ENTRY_BITS = 26;
const ENTRY_MASK = 2 ** ENTRY_BITS - 1;
const NO_PLACES = new Uint32Array(0);

/**
 * Keys → entries: open addressing in submaps that double and halve one at a time, linear probing, deletion by shifting back. It keeps the
 * entries alone; an entry's key is asked of who has it, and must stay as it is while the entry is in. Four bytes a place, of which
 * three eighths to three quarters are in use. Main thread only.
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
    if (count * 4 > places.length * 3) places = this.#resize(submap, Math.max(FIRST_PLACES, places.length * 2));
    put(places, hash, entry);
  }

  /** Has a key that is in stand for another entry, which has the same key. */
  replace(key: number, entry: number): void {
    const hash = mix(key);
    const places = this.#submaps[hash >>> (32 - SUBMAP_BITS)];
    places[this.#probe(places, hash, key)] = packed(hash, entry);
  }

  /** Takes out a key that is in. */
  delete(key: number): void {
    const hash = mix(key);
    const submap = hash >>> (32 - SUBMAP_BITS);
    const places = this.#submaps[submap];
    const mask = places.length - 1;
    let hole = this.#probe(places, hash, key);
    // Shift back: each entry behind the hole moves into it unless it would come to stand before its home.
    for (let next = (hole + 1) & mask; places[next] !== 0; next = (next + 1) & mask) {
      const home = mix(this.#keyAt(places, next)) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      places[hole] = places[next];
      hole = next;
    }
    places[hole] = 0;
    const count = --this.#counts[submap];
    // At an eighth it halves: as many must come again before it doubles.
    if (count === 0) this.#resize(submap, 0);
    else if (count * 8 < places.length && places.length > FIRST_PLACES) this.#resize(submap, places.length / 2);
  }

  /** Where the key is, or −1. */
  #probe(places: Uint32Array, hash: number, key: number): number {
    const mask = places.length - 1;
    if (mask < 0) return -1;
    const tag = tagOf(hash);
    for (let at = hash & mask; places[at] !== 0; at = (at + 1) & mask) {
      if (((places[at] ^ tag) & ~ENTRY_MASK) === 0 && this.#keyAt(places, at) === key) return at;
    }
    return -1;
  }

  #keyAt(places: Uint32Array, at: number): number {
    return this.#keyOf((places[at] & ENTRY_MASK) - 1);
  }

  #resize(submap: number, length: number): Uint32Array {
    const before = this.#submaps[submap];
    const after = length === 0 ? NO_PLACES : new Uint32Array(length);
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

function put(places: Uint32Array, hash: number, entry: number): void {
  const mask = places.length - 1;
  let at = hash & mask;
  while (places[at] !== 0) at = (at + 1) & mask;
  places[at] = packed(hash, entry);
}

function packed(hash: number, entry: number): number {
  return tagOf(hash) | (entry + 1);
}

/** Of the bits below those of the submap: a home is of the lowest. */
function tagOf(hash: number): number {
  return (hash << SUBMAP_BITS) & ~ENTRY_MASK;
}

function mix(key: number): number {
  let h = key;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
