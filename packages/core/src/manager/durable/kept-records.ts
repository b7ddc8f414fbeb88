import { NO_LOCATION } from '../../hibernation/hibernation-store.js';

const FIRST_SLOTS = 1024;

/**
 * Where the records of sessions are that have a slot, in a store that outlives the process: what such a session wakes as, or goes on as, if the process dies. A
 * session that has never been stored has none. Twelve bytes a slot, of those that have been in use. Main thread only.
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
    if (slot >= this.#locations.length) this.#grow(slot + 1);
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

  #grow(atLeast: number): void {
    const length = 2 ** Math.ceil(Math.log2(atLeast));
    const locations = new Uint32Array(length).fill(NO_LOCATION);
    const contents = new Float64Array(length);
    locations.set(this.#locations);
    contents.set(this.#contents);
    this.#locations = locations;
    this.#contents = contents;
  }
}
