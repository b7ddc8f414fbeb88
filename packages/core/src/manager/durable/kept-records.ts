import { NO_LOCATION } from '../../hibernation/hibernation-store.js';
import { powerOfTwoFrom } from '../../layout/geometry.js';

const FIRST_SLOTS = 1024;

/**
 * Where the records of sessions are that have a slot, in a store that outlives the process: what such a session wakes as, or goes on as, if the process dies. A
 * session that has never been stored has none. Twelve bytes a slot, of those that have been in use since the last defragmentation. Main thread only.
 */
export class KeptRecords {
  #locations = new Uint32Array(FIRST_SLOTS).fill(NO_LOCATION);
  /** A sum of what the record says (`RecordWriter.contentSum`); 0: it is to be written again. */
  #contents = new Float64Array(FIRST_SLOTS);

  get heldBytes(): number {
    return this.#locations.byteLength + this.#contents.byteLength;
  }

  /** Where a slot's record is, or `NO_LOCATION`. */
  locationOf(slot: number): number {
    return slot < this.#locations.length ? this.#locations[slot] : NO_LOCATION;
  }

  /** The sum that was given with the record, or 0. */
  contentOf(slot: number): number {
    return slot < this.#contents.length ? this.#contents[slot] : 0;
  }

  keep(slot: number, location: number, content = 0): void {
    if (slot >= this.#locations.length) this.#resize(roomFor(slot + 1));
    this.#locations[slot] = location;
    this.#contents[slot] = content;
  }

  /** All records are to be written again. */
  forgetContents(): void {
    this.#contents.fill(0);
  }

  /** A session has been moved from one slot to another, which had none. */
  moved(from: number, to: number): void {
    this.keep(to, this.locationOf(from), this.contentOf(from));
    this.take(from);
  }

  /** Where the record of a slot is that is left, or `NO_LOCATION`: nothing is known of it here from now on. */
  take(slot: number): number {
    const location = this.locationOf(slot);
    if (location !== NO_LOCATION) this.keep(slot, NO_LOCATION);
    return location;
  }

  /** Nobody has a slot from this one on: gives back what is not needed for those before it. */
  trim(slots: number): void {
    const length = roomFor(slots);
    if (length < this.#locations.length) this.#resize(length);
  }

  #resize(length: number): void {
    const locations = new Uint32Array(length).fill(NO_LOCATION);
    const contents = new Float64Array(length);
    locations.set(this.#locations.subarray(0, length));
    contents.set(this.#contents.subarray(0, length));
    this.#locations = locations;
    this.#contents = contents;
  }
}

function roomFor(slots: number): number {
  return Math.max(FIRST_SLOTS, powerOfTwoFrom(slots));
}
