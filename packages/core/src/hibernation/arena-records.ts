import { Arena, type Chunk } from './arena.js';
import { MOST_RECORDS, type RecordBatch, type StoreStats } from './hibernation-store.js';
import type { Moved, Records } from './record-store.js';

/**
 * What records in an arena have in common, however they lie there: counts, batches that are put as a whole or not at all, and the chunk that
 * compaction is emptying.
 */
export abstract class ArenaRecords implements Records {
  protected readonly arena: Arena;
  protected readonly moved: Moved;
  /** Where the records of the batch in hand were put. */
  protected readonly placed = new Uint32Array(MOST_RECORDS);
  protected count = 0;
  /** Of all of them, as they were handed over. */
  protected recordBytes = 0;
  /** How far the chunk that is being emptied has been gone through, in words. */
  protected emptiedWords = 0;
  #emptied: Chunk | undefined;

  constructor(chunkBytes: number, moved: Moved) {
    this.arena = new Arena(chunkBytes);
    this.moved = moved;
  }

  get stats(): StoreStats {
    return { records: this.count, recordBytes: this.recordBytes, heldBytes: this.arena.heldBytes + this.scratchBytes };
  }

  put(batch: RecordBatch): void {
    const { count, accountIds, locations } = batch;
    const { placed } = this;
    let put = 0;
    try {
      while (put < count) put = this.add(batch, put);
    } catch (error) {
      while (put-- > 0) this.delete(accountIds[put], placed[put]);
      throw error;
    }
    for (let i = 0; i < count; i++) {
      if (locations[i] !== placed[i]) this.delete(accountIds[i], locations[i]);
      locations[i] = placed[i];
    }
  }

  clear(): void {
    this.arena.clear();
    this.#emptied = undefined;
    this.count = 0;
    this.recordBytes = 0;
  }

  abstract read(accountId: number, location: number): Uint8Array | undefined;
  abstract delete(accountId: number, location: number): void;
  abstract compact(untilMs: number): boolean;

  /** Bytes of memory beside the arena's. */
  protected abstract get scratchBytes(): number;

  /** Adds one record of a batch or more, from `first` on: counts them, and notes where they are placed. Returns the first that was not added. */
  protected abstract add(batch: RecordBatch, first: number): number;

  /** The chunk to be emptied: the one in hand until nothing lives there any more, then another; undefined: none is worth it. */
  protected chunkToEmpty(): Chunk | undefined {
    if (this.#emptied === undefined || this.#emptied.live === 0) {
      this.#emptied = this.arena.takeSparse();
      this.emptiedWords = 0;
    }
    return this.#emptied;
  }

  protected get hasChunkToEmpty(): boolean {
    return (this.#emptied?.live ?? 0) > 0 || this.arena.hasSparse;
  }
}
