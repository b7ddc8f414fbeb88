import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { DormouseError, messageOf } from '../errors.js';
import { CHUNK_HEAD_BYTES, FORMAT_VERSION, MAGIC } from './format.js';

/** Reads a recording's chunks one after the other. What it throws is `ERR_REPLAY_FILE`, naming the file and where in it. */
export class ChunkReader {
  readonly path: string;
  /** True once the file has been found to end in the middle of a chunk: whoever wrote it was interrupted. */
  isTruncated = false;
  /** Where the next chunk begins. */
  #at = MAGIC.length;
  #fd: number | undefined;
  readonly #fileBytes: number;

  constructor(path: string) {
    this.path = path;
    try {
      this.#fd = openSync(path, 'r');
      this.#fileBytes = fstatSync(this.#fd).size;
      this.#checkMagic();
    } catch (cause) {
      this.close();
      if (DormouseError.isInstance(cause)) throw cause;
      throw new DormouseError('ERR_REPLAY_FILE', `${path} cannot be read: ${messageOf(cause)}`, { cause });
    }
  }

  /** Where the chunk that was read last begins. */
  offset = 0;

  /** The next chunk's contents; undefined at the end, be it whole or torn. */
  next(): Uint8Array | undefined {
    const left = this.#fileBytes - this.#at;
    if (left === 0 || this.isTruncated) return undefined;
    this.offset = this.#at;
    const head = this.#read(this.#at, Math.min(CHUNK_HEAD_BYTES, left));
    if (head.length < CHUNK_HEAD_BYTES) return this.#torn();
    if (head.readUInt32LE(8) !== crc32(head.subarray(0, 8))) throw this.corrupt('the head of a chunk fails its checksum');
    const length = head.readUInt32LE(0);
    if (length > left - CHUNK_HEAD_BYTES) return this.#torn();
    const bytes = this.#read(this.#at + CHUNK_HEAD_BYTES, length);
    if (head.readUInt32LE(4) !== crc32(bytes)) throw this.corrupt('a chunk fails its checksum');
    this.#at += CHUNK_HEAD_BYTES + length;
    return bytes;
  }

  /** The error for something wrong in the chunk that was read last. */
  corrupt(what: string): DormouseError {
    return new DormouseError('ERR_REPLAY_FILE', `${this.path} is corrupt at byte ${this.offset}: ${what}`);
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }

  #torn(): undefined {
    this.isTruncated = true;
  }

  #checkMagic(): void {
    const found = this.#read(0, Math.min(MAGIC.length, this.#fileBytes));
    const last = MAGIC.length - 1;
    if (found.length < MAGIC.length || !found.subarray(0, last).equals(MAGIC.subarray(0, last))) {
      throw new DormouseError('ERR_REPLAY_FILE', `${this.path} is not a recording`);
    }
    if (found[last] !== FORMAT_VERSION) {
      throw new DormouseError(
        'ERR_REPLAY_FILE',
        `${this.path} is a recording of format ${found[last]}: this version of @dormouse/core reads format ${FORMAT_VERSION}`,
      );
    }
  }

  #read(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const count = readSync(this.#fd as number, bytes, done, length - done, position + done);
      if (count === 0) throw new Error(`the file has shrunk to less than ${position + length} bytes`);
      done += count;
    }
    return bytes;
  }
}
