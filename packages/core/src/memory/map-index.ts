import { allocatePages } from './pages.js';

/** Words before the directory: word 0 holds its entries minus one, a power of two minus one; the rest of the cache line is unused. */
const DIRECTORY = 16;
/** Words of a directory entry: behaviour's index plus one (0: free), map id, first word of its slots, how many they are. */
const ENTRY = 4;
const FIRST_ENTRIES = 16;
const FIRST_WORDS = 1024;
/** No such entry. */
export const NO_GROUP = -1;

/** Sessions of one behaviour on one map. */
export interface MapGroup {
  readonly behaviorIndex: number;
  readonly mapId: number;
  readonly count: number;
}

/**
 * Behaviour and map → slots by ascending account id, in shared memory. The main thread writes it between ticks, every thread reads it
 * during them, so nothing in it is atomic. When it outgrows its buffer it moves to a larger one, which other threads must be handed:
 * see memory/README.md.
 *
 * A hash directory (open addressing, linear probing, at most half full) and behind it the slots of one group after the other.
 */
export class MapIndex {
  buffer: SharedArrayBuffer;
  /** All of it. Entry e of the directory, as {@link find} gives it, has its first slot's word at `e + 2` and their number at `e + 3`. */
  words: Int32Array;

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, buffer.byteLength / 4);
  }

  /** An index of nobody. */
  static create(): MapIndex {
    const index = new MapIndex(allocatePages(FIRST_WORDS * 4));
    index.words[0] = FIRST_ENTRIES - 1;
    return index;
  }

  static attach(buffer: SharedArrayBuffer): MapIndex {
    return new MapIndex(buffer);
  }

  /** Word of the directory entry of a behaviour's sessions on a map; `NO_GROUP` when there are none. Any thread. */
  find(behaviorIndex: number, mapId: number): number {
    const { words } = this;
    const mask = words[0];
    for (let place = hash(behaviorIndex, mapId) & mask; ; place = (place + 1) & mask) {
      const entry = DIRECTORY + place * ENTRY;
      const key = words[entry];
      if (key === 0) return NO_GROUP;
      if (key === behaviorIndex + 1 && words[entry + 1] >>> 0 === mapId) return entry;
    }
  }

  /**
   * Makes room for `groups` that have `sessionCount` sessions together, and for nobody else; returns the word where the first group's slots
   * go, the others' follow in order. Main thread, between ticks; the slots are the caller's to write.
   */
  reset(groups: Iterable<MapGroup>, groupCount: number, sessionCount: number): number {
    let entries = FIRST_ENTRIES;
    while (entries < groupCount * 2) entries *= 2;
    const firstSlot = DIRECTORY + entries * ENTRY;
    this.#reserve(firstSlot + sessionCount);
    const { words } = this;
    words[0] = entries - 1;
    words.fill(0, DIRECTORY, firstSlot);
    let at = firstSlot;
    for (const { behaviorIndex, mapId, count } of groups) {
      let place = hash(behaviorIndex, mapId) & (entries - 1);
      while (words[DIRECTORY + place * ENTRY] !== 0) place = (place + 1) & (entries - 1);
      const entry = DIRECTORY + place * ENTRY;
      words[entry] = behaviorIndex + 1;
      words[entry + 1] = mapId;
      words[entry + 2] = at;
      words[entry + 3] = count;
      at += count;
    }
    return firstSlot;
  }

  #reserve(wordCount: number): void {
    let room = this.words.length;
    if (wordCount <= room) return;
    while (room < wordCount) room *= 2;
    this.buffer = allocatePages(room * 4);
    this.words = new Int32Array(this.buffer, 0, room);
  }
}

function hash(behaviorIndex: number, mapId: number): number {
  const mixed = Math.imul(mapId ^ Math.imul(behaviorIndex + 1, 0x9e37_79b1), 0x85eb_ca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
