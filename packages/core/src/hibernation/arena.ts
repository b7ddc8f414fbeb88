import { DormouseError, messageOf } from '../errors.js';
import { allocateResizable, type ResizableBuffer } from './resizable-buffer.js';

/** Memory that entries are appended to. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** The location of its word 0. */
  readonly base: number;
  /** Words that were ever written to, from 0 on: pages of the system's. */
  touched: number;
  /** Words that entries were appended to, from 0 on. */
  used: number;
  /** Words of those that hold an entry that was not let go of. 0: the chunk is dropped, or begins anew. */
  live: number;
}

interface OwnedChunk extends Chunk {
  readonly buffer: ResizableBuffer;
  isSparse: boolean;
}

/** 2³² words can be told apart. */
const LOCATION_BITS = 32;
const PAGE_BYTES = 4096;
/** An entry beyond this part of a chunk has a chunk of its own, of its size: it would leave too much of the one before unused. */
const LARGE_SHARE = 4;
/** A chunk is worth compacting when this part of it holds nothing any more. */
const SPARSE_SHARE = 8;
/** What a chunk takes beside its memory, bytes: buffer, views and object, by the growth of a heap with 10 000 of them. */
const CHUNK_OVERHEAD_BYTES = 700;

/**
 * Memory for entries of any size that come and go, for one thread: 16 GiB at most. An entry is some words in a chunk, known by its location, a
 * u32: chunk × words a chunk + word. Appended to the open chunk; the memory of a chunk whose last entry is let go of goes back to the
 * operating system there and then. What an entry holds, and how long it is, is its owner's to know.
 */
export class Arena {
  readonly #chunks: (OwnedChunk | undefined)[] = [];
  readonly #wordShift: number;
  readonly #chunkWords: number;
  #open: OwnedChunk | undefined;
  #sparseCount = 0;
  /** No index below it is free. */
  #lowestFree = 0;

  /** `chunkBytes`: a power of two. */
  constructor(chunkBytes: number) {
    this.#chunkWords = chunkBytes >>> 2;
    this.#wordShift = Math.log2(this.#chunkWords);
  }

  /** Bytes of memory that was written to and not given back, and the bookkeeping. */
  get heldBytes(): number {
    let held = 0;
    for (const chunk of this.#chunks) {
      if (chunk !== undefined) held += Math.ceil((chunk.touched * 4) / PAGE_BYTES) * PAGE_BYTES + CHUNK_OVERHEAD_BYTES;
    }
    return held;
  }

  /** The chunk of a location; undefined: there is none, or nothing was ever appended there. */
  chunkOf(location: number): Chunk | undefined {
    const chunk = this.#chunks[location >>> this.#wordShift];
    return chunk !== undefined && location - chunk.base < chunk.used ? chunk : undefined;
  }

  /** Appends an entry of `words` words, whose content is whatever was there before. Returns its location. Throws `ERR_MEMORY`. */
  append(words: number): number {
    if (words > this.#chunkWords / LARGE_SHARE) return take(this.#addChunk(words), words);
    let chunk = this.#open;
    if (chunk === undefined || chunk.used + words > this.#chunkWords) {
      chunk = this.#addChunk(this.#chunkWords);
      const full = this.#open;
      this.#open = chunk;
      if (full !== undefined) this.#look(full);
    }
    return take(chunk, words);
  }

  /** Lets go of an entry. Whoever does so twice frees another's. */
  free(location: number, words: number): void {
    const chunk = this.#chunks[location >>> this.#wordShift];
    if (chunk === undefined) return;
    chunk.live -= words;
    if (chunk.live > 0) this.#look(chunk);
    else if (chunk === this.#open) chunk.used = 0;
    else this.#drop(chunk);
  }

  /** True if `takeSparse` gives one. */
  get hasSparse(): boolean {
    return this.#sparseCount > 0 || isSparse(this.#open, this.#chunkWords);
  }

  /**
   * The chunk of which the most is unused; undefined: none is worth it. Nothing is appended to it any more: whoever takes it moves all of its
   * entries elsewhere, and frees them here.
   */
  takeSparse(): Chunk | undefined {
    const open = this.#open;
    if (isSparse(open, this.#chunkWords)) {
      this.#open = undefined;
      this.#look(open);
    }
    if (this.#sparseCount === 0) return undefined;
    let sparsest: OwnedChunk | undefined;
    for (const chunk of this.#chunks) {
      if (chunk?.isSparse === true && (sparsest === undefined || chunk.live < sparsest.live)) sparsest = chunk;
    }
    return sparsest;
  }

  /** Gives back an open chunk that holds nothing. */
  trim(): void {
    const open = this.#open;
    if (open === undefined || open.live > 0) return;
    this.#open = undefined;
    this.#drop(open);
  }

  /** Gives everything back. */
  clear(): void {
    this.#open = undefined;
    for (const chunk of this.#chunks) if (chunk !== undefined) this.#drop(chunk);
    this.#chunks.length = 0;
    this.#lowestFree = 0;
  }

  #look(chunk: OwnedChunk): void {
    if (chunk === this.#open || chunk.isSparse || !isSparse(chunk, this.#chunkWords)) return;
    chunk.isSparse = true;
    this.#sparseCount++;
  }

  #addChunk(words: number): OwnedChunk {
    let index = this.#lowestFree;
    while (this.#chunks[index] !== undefined) index++;
    this.#lowestFree = index;
    if (index >= 2 ** (LOCATION_BITS - this.#wordShift)) {
      throw new DormouseError('ERR_MEMORY', `no room for a further chunk of records: there are ${index}, of ${this.#chunkWords * 4} bytes`);
    }
    const byteLength = words * 4;
    let buffer: ResizableBuffer;
    try {
      buffer = allocateResizable(byteLength);
    } catch (cause) {
      throw new DormouseError('ERR_MEMORY', `no memory for a chunk of records (${byteLength} bytes): ${messageOf(cause)}`, { cause });
    }
    const chunk: OwnedChunk = {
      buffer,
      bytes: new Uint8Array(buffer, 0, byteLength),
      words: new Uint32Array(buffer, 0, words),
      base: (index << this.#wordShift) >>> 0,
      touched: 0,
      used: 0,
      live: 0,
      isSparse: false,
    };
    this.#chunks[index] = chunk;
    return chunk;
  }

  #drop(chunk: OwnedChunk): void {
    if (chunk.isSparse) this.#sparseCount--;
    const index = chunk.base >>> this.#wordShift;
    this.#chunks[index] = undefined;
    if (index < this.#lowestFree) this.#lowestFree = index;
    chunk.live = 0;
    chunk.used = 0;
    chunk.buffer.resize(0);
  }
}

function isSparse(chunk: Chunk | undefined, chunkWords: number): chunk is OwnedChunk {
  return chunk !== undefined && (chunk.used - chunk.live) * SPARSE_SHARE >= chunkWords;
}

function take(chunk: Chunk, words: number): number {
  const at = chunk.used;
  chunk.used += words;
  chunk.live += words;
  if (chunk.used > chunk.touched) chunk.touched = chunk.used;
  return chunk.base + at;
}
