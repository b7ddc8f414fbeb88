import { DormouseError } from '../errors.js';
import { powerOfTwoFrom } from '../layout/geometry.js';

/** What a record says is not what it can say. */
export function corrupt(accountId: number, problem: string): DormouseError {
  return new DormouseError('ERR_RECORD_CORRUPT', `the record of account ${accountId} is corrupt: ${problem}`, { accountId });
}

const TOO_SHORT = 'it ends within a field';

/** Bytes that may be read behind a record's last, whatever they are. */
const SLACK = 8;

/** The bytes of one record, taken in order: a copy of the thread's own, for the same reasons as `ByteSink`. */
export class ByteSource {
  bytes = new Uint8Array(1024);
  view = new DataView(this.bytes.buffer, 0, 1024);
  /** First byte not taken yet. */
  at = 0;
  /** Bytes there are. */
  length = 0;
  /** Whose record it is, for errors. */
  accountId = 0;

  /** Turns to another record. */
  load(from: Uint8Array, accountId: number): void {
    const { length } = from;
    if (length + SLACK > this.bytes.length) {
      this.bytes = new Uint8Array(powerOfTwoFrom(length + SLACK));
      this.view = new DataView(this.bytes.buffer, 0, this.bytes.length);
    }
    this.bytes.set(from);
    this.at = 0;
    this.length = length;
    this.accountId = accountId;
  }

  /** First of the next `count` bytes. Throws if there are fewer. */
  take(count: number): number {
    const { at } = this;
    if (count > this.length - at) throw corrupt(this.accountId, TOO_SHORT);
    this.at = at + count;
    return at;
  }

  varint(): number {
    const { bytes, length } = this;
    let { at } = this;
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= length || shift > 28) throw corrupt(this.accountId, at >= length ? TOO_SHORT : 'a number of more than 32 bits');
      const byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    this.at = at;
    return value >>> 0;
  }

  /** The same, which must not be more than `most`. */
  varintUpTo(most: number, what: string): number {
    const value = this.varint();
    if (value > most) throw corrupt(this.accountId, `${what} must be at most ${most}: got ${value}`);
    return value;
  }

  word(): number {
    return this.view.getInt32(this.take(4), true);
  }

  double(): number {
    const more = this.varint();
    return more === 0 ? this.view.getFloat64(this.take(8), true) : more - 1;
  }

  /** Copies the next `count` bytes to byte `to` of `into`. */
  copy(into: Uint8Array, to: number, count: number): void {
    const start = this.take(count);
    if (count < 64) for (let i = 0; i < count; i++) into[to + i] = this.bytes[start + i];
    else into.set(this.bytes.subarray(start, start + count), to);
  }
}
