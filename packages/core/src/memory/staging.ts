import { allocatePages } from './pages.js';

/** Records of one batch: as many as a store is handed together. */
export const RECORDS_A_BATCH = 32;
/** Batches of one round. */
const BATCHES = 8;
/** Rows that can be listed for one round. */
export const MOST_LISTED = RECORDS_A_BATCH * BATCHES;
/** For the records of one batch: 1 KiB each. A record that finds no room is left to the host. */
const PART_BYTES = RECORDS_A_BATCH * 1024;
const SLOTS = 16;
const ENDS = SLOTS + MOST_LISTED;
const SHAPES = ENDS + MOST_LISTED;
/** As many as a manager can have behaviours. */
const SHAPE_BYTES = 64;
const SUMS = SHAPES + SHAPE_BYTES / 4;
const HEAD_BYTES = 8192;
const BYTES = HEAD_BYTES + BATCHES * PART_BYTES;

/** Behaviours' own numbers. */
export const OWN_SHAPES: Readonly<Uint8Array> = Uint8Array.from({ length: SHAPE_BYTES }, (_, behaviorIndex) => behaviorIndex);

/**
 * Where sleepers' rows become records, by whichever thread: which rows, and room for what comes of them (memory/README.md, "Storing rounds").
 * The list is written by the host before it opens a round; a batch's part and its `ends` by the participant that runs the batch, and read by the host
 * when the round has ended. Plain words: the round's own atomics publish them.
 */
export class Staging {
  readonly buffer: SharedArrayBuffer;
  /** Slots of the rows to be stored; {@link count} of them. Batch b has 32 · b … 32 · b + 31. */
  readonly slots: Int32Array;
  /** Where each one's record ends in its batch's part; it begins where the one before ends. Of no length: it found no room. */
  readonly ends: Int32Array;
  /** Sums of what the records say (`RecordWriter.contentSum`), where they are {@link sums wanted}. */
  readonly contents: Float64Array;
  /** Records of each batch, one behind the other. */
  readonly parts: readonly Uint8Array[];
  /**
   * By behaviour's number, that of the shape that stands in its records. Its own, but with a store that outlives the process, where the host writes the table before there are
   * other participants.
   */
  readonly shapes: Uint8Array;
  readonly #words: Int32Array;

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, SLOTS);
    this.slots = new Int32Array(buffer, SLOTS * 4, MOST_LISTED);
    this.ends = new Int32Array(buffer, ENDS * 4, MOST_LISTED);
    this.contents = new Float64Array(buffer, SUMS * 4, MOST_LISTED);
    this.shapes = new Uint8Array(buffer, SHAPES * 4, SHAPE_BYTES);
    this.parts = Array.from({ length: BATCHES }, (_, batch) => new Uint8Array(buffer, HEAD_BYTES + batch * PART_BYTES, PART_BYTES));
  }

  /** `packs`: see {@link packs}. */
  static create(packs: boolean): Staging {
    const staging = new Staging(allocatePages(BYTES));
    staging.#words[1] = packs ? 1 : 0;
    staging.shapes.set(OWN_SHAPES);
    return staging;
  }

  static attach(buffer: SharedArrayBuffer): Staging {
    return new Staging(buffer);
  }

  /** Rows listed, 0…{@link MOST_LISTED}. */
  get count(): number {
    return this.#words[0];
  }

  set count(count: number) {
    this.#words[0] = count;
  }

  /** True: who writes records sums up what they say. Written by the host before it opens a round. */
  get sums(): boolean {
    return this.#words[2] === 1;
  }

  set sums(sums: boolean) {
    this.#words[2] = sums ? 1 : 0;
  }

  /** True: rows with requests on their way are left to the host, who can name them. Written by the host once, at start. */
  get namesRequests(): boolean {
    return this.#words[3] === 1;
  }

  set namesRequests(names: boolean) {
    this.#words[3] = names ? 1 : 0;
  }

  /** True: all records have the zeros of their fields packed; false: the store would rather compress them itself. The same from the first round on. */
  get packs(): boolean {
    return this.#words[1] === 1;
  }
}
