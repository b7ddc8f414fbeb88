import { powerOfTwoFrom } from '../layout/geometry.js';
import type { Chunk } from './arena.js';
import { ArenaRecords } from './arena-records.js';
import { NO_LOCATION, type RecordBatch } from './hibernation-store.js';

/*
 * An entry of the arena is one record:
 *
 *   word 0          1                                       2
 *   ├ account ─────┼ bytes (15 bits) │ gone (1 bit) │ record … ┄┄┄┄┄ up to 3 bytes unused ┤
 *   ├ account ─────┼ 0x7fff          │ gone         │ 0    ┼ bytes ┼ record … ┄┄┄┄┄┄┄┄┄┄┄┤   from 32 767 bytes on
 */
const GONE = 0x8000;
const LENGTH_MASK = 0x7fff;
const LONG = 0x7fff;
const HEAD_BYTES = 6;
const LONG_HEAD_BYTES = 12;
/** The clock is looked at once in so many records. */
const STRIDE = 32;
const LEAST_SCRATCH_BYTES = 4096;

/** Records as they are, each behind 6 bytes that say whose it is and how long. Finding, adding and letting go of one does not depend on how many there are. */
export class PlainRecords extends ArenaRecords {
  #scratch = new Uint8Array(LEAST_SCRATCH_BYTES);

  read(accountId: number, location: number): Uint8Array | undefined {
    const chunk = this.#find(accountId, location);
    if (chunk === undefined) return undefined;
    const at = location - chunk.base;
    const byteCount = bytesAt(chunk, at);
    const start = at * 4 + headBytes(byteCount);
    if (this.#scratch.length < byteCount) this.#scratch = new Uint8Array(powerOfTwoFrom(byteCount));
    // Copied: views of memory that can shrink are slow to read from.
    this.#scratch.set(chunk.bytes.subarray(start, start + byteCount));
    return this.#scratch.subarray(0, byteCount);
  }

  delete(accountId: number, location: number): void {
    const chunk = this.#find(accountId, location);
    if (chunk === undefined) return;
    const at = location - chunk.base;
    const byteCount = bytesAt(chunk, at);
    this.count--;
    this.recordBytes -= byteCount;
    this.#letGo(chunk, at, byteCount);
  }

  compact(untilMs: number): boolean {
    this.arena.trim();
    const chunk = this.chunkToEmpty();
    if (chunk === undefined) return false;
    for (let entries = 1; chunk.live > 0; entries++) {
      const at = this.emptiedWords;
      const byteCount = bytesAt(chunk, at);
      if ((chunk.words[at + 1] & GONE) === 0) this.#move(chunk, at, byteCount);
      this.emptiedWords = at + wordsOf(byteCount);
      if (entries % STRIDE === 0 && performance.now() >= untilMs) break;
    }
    return this.hasChunkToEmpty;
  }

  protected get scratchBytes(): number {
    return this.#scratch.byteLength;
  }

  protected add({ bytes, ends, accountIds }: RecordBatch, index: number): number {
    const from = index === 0 ? 0 : ends[index - 1];
    const end = ends[index];
    const byteCount = end - from;
    const location = this.arena.append(wordsOf(byteCount));
    const chunk = this.arena.chunkOf(location) as Chunk;
    const at = location - chunk.base;
    chunk.words[at] = accountIds[index];
    // What goes into the upper half of word 1 is overwritten by the record's first bytes.
    chunk.words[at + 1] = Math.min(byteCount, LONG);
    if (byteCount >= LONG) chunk.words[at + 2] = byteCount;
    chunk.bytes.set(bytes.subarray(from, end), at * 4 + headBytes(byteCount));
    this.count++;
    this.recordBytes += byteCount;
    this.placed[index] = location;
    return index + 1;
  }

  #find(accountId: number, location: number): Chunk | undefined {
    const chunk = location === NO_LOCATION ? undefined : this.arena.chunkOf(location);
    if (chunk === undefined) return undefined;
    const at = location - chunk.base;
    return chunk.words[at] === accountId && (chunk.words[at + 1] & GONE) === 0 ? chunk : undefined;
  }

  #move(chunk: Chunk, at: number, byteCount: number): void {
    const accountId = chunk.words[at];
    const words = wordsOf(byteCount);
    const location = this.arena.append(words);
    const to = this.arena.chunkOf(location) as Chunk;
    to.words.set(chunk.words.subarray(at, at + words), location - to.base);
    this.#letGo(chunk, at, byteCount);
    this.moved(accountId, location);
  }

  #letGo(chunk: Chunk, at: number, byteCount: number): void {
    chunk.words[at + 1] |= GONE;
    this.arena.free(chunk.base + at, wordsOf(byteCount));
  }
}

function bytesAt(chunk: Chunk, at: number): number {
  const byteCount = chunk.words[at + 1] & LENGTH_MASK;
  return byteCount < LONG ? byteCount : chunk.words[at + 2];
}

function headBytes(byteCount: number): number {
  return byteCount < LONG ? HEAD_BYTES : LONG_HEAD_BYTES;
}

function wordsOf(byteCount: number): number {
  return (headBytes(byteCount) + byteCount + 3) >>> 2;
}
