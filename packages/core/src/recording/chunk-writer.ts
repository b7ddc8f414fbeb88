import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { DormouseError, messageOf } from '../errors.js';
import { ByteWriter } from './byte-writer.js';
import { CHUNK_HEAD_BYTES, MAGIC } from './format.js';

/**
 * A recording's file as it is written: the magic number, then chunks, each written by one call. What a crash leaves is a whole number
 * of chunks, or that and the beginning of one more.
 */
export class ChunkWriter {
  /** Bytes in the file. */
  bytesWritten = 0;
  /** What the next chunk will hold. */
  readonly next = new ByteWriter();
  #fd: number | undefined;

  /** Throws `ERR_RECORDING_FILE`: the file exists and is not to be overwritten, or it cannot be made. */
  constructor(path: string, overwrite: boolean) {
    try {
      this.#fd = openSync(path, overwrite ? 'w' : 'wx');
      this.#write(MAGIC);
    } catch (cause) {
      this.close();
      const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST' && !overwrite;
      const why = exists ? 'it exists already; give { overwrite: true } to replace it' : messageOf(cause);
      throw new DormouseError('ERR_RECORDING_FILE', `${path} cannot be recorded to: ${why}`, { cause });
    }
    this.#begin();
  }

  get isEmpty(): boolean {
    return this.next.length === CHUNK_HEAD_BYTES;
  }

  /** Writes the next chunk, and begins the one after it. Throws what the file system does. */
  flush(): void {
    const { next } = this;
    const bytes = next.written;
    next.setU32(0, bytes.length - CHUNK_HEAD_BYTES);
    next.setU32(4, crc32(bytes.subarray(CHUNK_HEAD_BYTES)));
    next.setU32(8, crc32(bytes.subarray(0, 8)));
    this.#write(bytes);
    this.#begin();
  }

  /** Makes sure that what was written is on the disk. Throws what the file system does. */
  sync(): void {
    if (this.#fd !== undefined) fsyncSync(this.#fd);
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }

  #begin(): void {
    this.next.clear();
    for (let word = 0; word < CHUNK_HEAD_BYTES / 4; word++) this.next.u32(0);
  }

  #write(bytes: Uint8Array): void {
    // One call but for a disk that is nearly full: the call after then says so.
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd as number, bytes, at);
    this.bytesWritten += bytes.length;
  }
}
