import type { RecordKind } from '../record/record-head.js';
import { DueHeap } from './due-heap.js';
import { EntryIndex } from './entry-index.js';
import { EntryLists } from './entry-lists.js';
import { EntryPages, linkOf, NO_ENTRY, PLACE_MASK, wordOf } from './entry-pages.js';

export { NO_ENTRY } from './entry-pages.js';

/** In an entry's kind, above the behaviour's number (at most 64 of them). */
const REFUSED = 0x100;
/** The entry is among those that are late, and not on the clock. */
const LATE = 0x200;
/** Two bits from here on: see {@link Sleepers.kindOf}. */
const KIND_SHIFT = 10;
const KIND_MASK = 3 << KIND_SHIFT;
const BEHAVIOR_MASK = 0xff;

/**
 * Who is asleep: by account, map, group and the time when it is to wake. An entry is a small integer, stable until it is removed; one that
 * was removed is not to be used. Nothing that is done to one entry takes longer for how many there are, but for logarithms: what grows, grows by
 * pages or by a 256th. Some 32 bytes an entry, 12 more if its page has sleepers with a group and 6 for each group, 16 if it has some that are to wake. Main
 * thread only.
 */
export class Sleepers {
  /** Told of each entry that comes, goes, or gets another map or group. Must not throw, nor change anything here. */
  onChanged: ((entry: number) => void) | undefined;
  readonly #pages = new EntryPages();
  readonly #accounts = new EntryIndex((entry) => this.accountOf(entry));
  readonly #maps = new EntryLists((entry) => this.#pages.of(entry).maps);
  /** Of all groups but 0, which is that of those who are in none. */
  readonly #groups = new EntryLists((entry) => this.#pages.groupsOf(entry));
  readonly #clock = new DueHeap(this.#pages);
  /** Those whose time has come, and who could not wake. */
  readonly #late = new DueHeap(this.#pages);
  /** Those refused that had a time: nobody looks at it, but it stays known. */
  readonly #idle = new DueHeap(this.#pages);
  /** Who was found last, while it is in; of nobody, account 0 and no entry. */
  #foundAccount = 0;
  #found = NO_ENTRY;

  get count(): number {
    return this.#pages.count;
  }

  /** Bytes held, room to spare included. */
  get heldBytes(): number {
    const times = this.#clock.heldBytes + this.#late.heldBytes + this.#idle.heldBytes;
    return this.#pages.heldBytes + this.#accounts.heldBytes + this.#maps.heldBytes + this.#groups.heldBytes + times;
  }

  /** When the next sleeper on the clock is to wake, simulated ms; `Infinity` when none is. */
  get nextDueMs(): number {
    return this.#clock.firstDueMs;
  }

  /** That sleeper: of those with this time the one with the lowest account; `NO_ENTRY` when none is. */
  get nextDue(): number {
    return this.#clock.first;
  }

  /** Sleepers that are late. */
  get lateCount(): number {
    return this.#late.count;
  }

  /** Of these the first by (time, account), or `NO_ENTRY`. */
  get firstLate(): number {
    return this.#late.first;
  }

  /** The account's entry, or `NO_ENTRY`. */
  find(accountId: number): number {
    // A session that wakes is asked for five times.
    if (accountId === this.#foundAccount) return this.#found;
    const entry = this.#accounts.find(accountId);
    if (entry === NO_ENTRY) return NO_ENTRY;
    this.#foundAccount = accountId;
    this.#found = entry;
    return entry;
  }

  /** Adds an account that is not there. `dueMs`: when it is to wake; `Infinity`: by no clock. Throws `ERR_INDEX_FULL` beyond 67 million. */
  add(
    accountId: number,
    incarnation: number,
    behaviorIndex: number,
    mapId: number,
    groupId: number,
    location: number,
    dueMs: number,
  ): number {
    const entry = this.#pages.take();
    const page = this.#pages.of(entry);
    const place = entry & PLACE_MASK;
    const word = wordOf(entry);
    page.accounts[word] = accountId;
    try {
      this.#accounts.add(accountId, entry);
    } catch (error) {
      this.#pages.give(entry);
      throw error;
    }
    page.incarnations[word] = incarnation;
    page.locations[word] = location;
    page.kinds[place] = behaviorIndex;
    this.#maps.link(entry, mapId);
    if (page.groups !== undefined) page.groups.keys[linkOf(page.groups, entry)] = 0;
    if (groupId !== 0) this.#groups.link(entry, groupId);
    if (page.due !== undefined) page.due.places[place] = 0;
    if (dueMs !== Number.POSITIVE_INFINITY) this.#clock.add(entry, dueMs);
    this.onChanged?.(entry);
    return entry;
  }

  /** About so many are about to be added: room is made for them in one go. */
  reserve(count: number): void {
    this.#accounts.reserve(count);
  }

  /** They have been: room that was made for more is given back. */
  trim(): void {
    this.#accounts.trim();
  }

  remove(entry: number): void {
    if (entry === this.#found) {
      this.#foundAccount = 0;
      this.#found = NO_ENTRY;
    }
    this.#timesOf(entry).remove(entry);
    this.#accounts.delete(this.accountOf(entry));
    this.#maps.unlink(entry);
    if (this.groupOf(entry) !== 0) this.#groups.unlink(entry);
    this.#pages.give(entry);
    this.onChanged?.(entry);
  }

  /** True if an entry with this number is in use. */
  has(entry: number): boolean {
    return this.#pages.isUsed(entry);
  }

  accountOf(entry: number): number {
    return this.#pages.of(entry).accounts[wordOf(entry)];
  }

  incarnationOf(entry: number): number {
    return this.#pages.of(entry).incarnations[wordOf(entry)];
  }

  behaviorOf(entry: number): number {
    return this.#pages.of(entry).kinds[entry & PLACE_MASK] & BEHAVIOR_MASK;
  }

  mapOf(entry: number): number {
    return this.#pages.of(entry).maps.keys[wordOf(entry)];
  }

  groupOf(entry: number): number {
    const { groups } = this.#pages.of(entry);
    return groups === undefined ? 0 : groups.keys[linkOf(groups, entry)];
  }

  /** Where its record is, as its store has said. */
  locationOf(entry: number): number {
    return this.#pages.of(entry).locations[wordOf(entry)];
  }

  /** When it is to wake, simulated ms, or what it was given when it was late, or had when it was refused; `Infinity`: by no clock. */
  dueMsOf(entry: number): number {
    return this.#timesOf(entry).dueMsOf(entry);
  }

  /** What it comes to be when it wakes: of one that was awake when its record was written, and has not come back yet, what it was then; asleep of all others. */
  kindOf(entry: number): RecordKind {
    return ((this.#pages.of(entry).kinds[entry & PLACE_MASK] & KIND_MASK) >> KIND_SHIFT) as RecordKind;
  }

  setKind(entry: number, kind: RecordKind): void {
    const { kinds } = this.#pages.of(entry);
    kinds[entry & PLACE_MASK] = (kinds[entry & PLACE_MASK] & ~KIND_MASK) | (kind << KIND_SHIFT);
  }

  /** True once its record was found to be of no use: it cannot wake. */
  isRefused(entry: number): boolean {
    return (this.#pages.of(entry).kinds[entry & PLACE_MASK] & REFUSED) !== 0;
  }

  setLocation(entry: number, location: number): void {
    this.#pages.of(entry).locations[wordOf(entry)] = location;
  }

  /** When it is to wake, simulated ms; `Infinity`: by no clock. */
  setDue(entry: number, dueMs: number): void {
    this.#timesOf(entry).remove(entry);
    this.#pages.of(entry).kinds[entry & PLACE_MASK] &= ~LATE;
    if (dueMs !== Number.POSITIVE_INFINITY) this.#timesOf(entry).add(entry, dueMs);
  }

  /** Its time has come, and it could not wake: it is late from then on, by this time among all that are, and off the clock. */
  setLate(entry: number, dueMs: number): void {
    this.#timesOf(entry).remove(entry);
    this.#pages.of(entry).kinds[entry & PLACE_MASK] |= LATE;
    this.#late.add(entry, dueMs);
  }

  setMap(entry: number, mapId: number): void {
    if (this.mapOf(entry) === mapId) return;
    this.#maps.unlink(entry);
    this.#maps.link(entry, mapId);
    this.onChanged?.(entry);
  }

  setGroup(entry: number, groupId: number): void {
    const before = this.groupOf(entry);
    if (before === groupId) return;
    if (before !== 0) this.#groups.unlink(entry);
    if (groupId === 0) {
      const groups = this.#pages.groupsOf(entry);
      groups.keys[linkOf(groups, entry)] = 0;
    } else this.#groups.link(entry, groupId);
    this.onChanged?.(entry);
  }

  /** Marks one whose record is of no use, and takes it off the clock. What it is, and its time, stay known. */
  refuse(entry: number): void {
    const dueMs = this.dueMsOf(entry);
    this.#timesOf(entry).remove(entry);
    this.#pages.of(entry).kinds[entry & PLACE_MASK] |= REFUSED;
    this.setDue(entry, dueMs);
  }

  /** Those on a map, by ascending account. A list of its own: entries may come and go meanwhile. Cost: those on the map. */
  ofMap(mapId: number): number[] {
    return this.#sorted(this.#maps.of(mapId));
  }

  /** Those of a group, likewise; for group 0, which has no list, all entries are looked at. */
  ofGroup(groupId: number): number[] {
    if (groupId !== 0) return this.#sorted(this.#groups.of(groupId));
    const entries: number[] = [];
    for (const entry of this.entries()) if (this.groupOf(entry) === 0) entries.push(entry);
    return this.#sorted(entries);
  }

  /** All of them, in no order that means anything. Safe while entries are removed. */
  entries(): Generator<number> {
    return this.#pages.entries();
  }

  #timesOf(entry: number): DueHeap {
    const kind = this.#pages.of(entry).kinds[entry & PLACE_MASK];
    if ((kind & REFUSED) !== 0) return this.#idle;
    return (kind & LATE) === 0 ? this.#clock : this.#late;
  }

  #sorted(entries: number[]): number[] {
    return entries.sort((a, b) => this.accountOf(a) - this.accountOf(b));
  }
}
