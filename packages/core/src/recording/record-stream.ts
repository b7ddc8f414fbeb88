import { DormouseError } from '../errors.js';
import { ByteReader, UnreadableBytes } from './byte-reader.js';
import { ChunkReader } from './chunk-reader.js';
import { parseHeader, type RecordingHeader } from './header.js';
import { type InputRecord, RecordReader } from './record-reader.js';

/** A recording's file as what it holds: a header, then records. What it throws is `ERR_REPLAY_FILE`. */
export class RecordStream {
  readonly header: RecordingHeader;
  readonly #chunks: ChunkReader;
  readonly #reader: RecordReader;
  #chunk: Iterator<InputRecord> = [][Symbol.iterator]();
  #next: InputRecord | undefined;
  #isAtEnd = false;

  constructor(path: string) {
    this.#chunks = new ChunkReader(path);
    try {
      this.header = this.#readHeader();
    } catch (error) {
      this.close();
      throw error;
    }
    this.#reader = new RecordReader(this.header);
  }

  /** True once the file has been found to end in the middle of something: what was to come is not there. */
  get isTruncated(): boolean {
    return this.#chunks.isTruncated;
  }

  /** The next record, which stays the next; undefined at the end. */
  peek(): InputRecord | undefined {
    while (this.#next === undefined && !this.#isAtEnd) {
      const result = this.#read(() => this.#chunk.next());
      if (result.done !== true) {
        this.#next = result.value;
        break;
      }
      const chunk = this.#chunks.next();
      if (chunk === undefined) this.#isAtEnd = true;
      else this.#chunk = this.#reader.records(chunk);
    }
    return this.#next;
  }

  /** Passes over the record that was looked at. */
  take(): void {
    this.#next = undefined;
  }

  /** Runs what reads from records, so that what makes no sense there is told as the file's fault. */
  reading<T>(read: () => T): T {
    return this.#read(read);
  }

  /** The error for something wrong near the record that was read last. */
  corrupt(what: string): DormouseError {
    return this.#chunks.corrupt(what);
  }

  close(): void {
    this.#chunks.close();
  }

  #readHeader(): RecordingHeader {
    const chunk = this.#chunks.next();
    if (chunk === undefined) {
      throw new DormouseError('ERR_REPLAY_FILE', `${this.#chunks.path} ends before its header does: nothing was recorded`);
    }
    return this.#read(() => {
      const text = new ByteReader(chunk).text();
      try {
        return parseHeader(text);
      } catch (cause) {
        throw new UnreadableBytes('its header makes no sense', { cause });
      }
    });
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw error instanceof UnreadableBytes ? this.corrupt(error.message) : error;
    }
  }
}
