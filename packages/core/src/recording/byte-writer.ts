const FIRST_BYTES = 4096;
const encoder = new TextEncoder();

/** Bytes that grow as they are written. Numbers are little-endian; a varint has seven bits a byte, the lowest first (LEB128). */
export class ByteWriter {
  length = 0;
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer, 0, FIRST_BYTES);

  /** What was written; valid until something more is. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** Writes over a word that is there already. */
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  u64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigUint64(this.length, value, true);
    this.length += 8;
  }

  /** An integer 0 … 2⁵³ − 1. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    // Bits are taken by division where 32 are too few.
    while (rest > 0x7fff_ffff) {
      this.#bytes[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#bytes[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.length++] = rest;
  }

  /** An integer of either sign, small ones in few bytes: 0, −1, 1, −2, … */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** `length` bytes of `bytes` from `start` on, their number before them. */
  block(bytes: Uint8Array, start = 0, length = bytes.length - start): void {
    this.varint(length);
    this.#reserve(length);
    // A short payload is copied faster by hand than by `set`, which makes a view first.
    if (length <= 64) for (let i = 0; i < length; i++) this.#bytes[this.length + i] = bytes[start + i];
    else this.#bytes.set(bytes.subarray(start, start + length), this.length);
    this.length += length;
  }

  /** As UTF-8, the number of bytes before it. */
  text(value: string): void {
    this.block(encoder.encode(value));
  }

  /** The words as they are, without their number. */
  words(values: Uint32Array): void {
    this.#reserve(values.length * 4);
    for (let i = 0, at = this.length; i < values.length; i++, at += 4) this.#view.setUint32(at, values[i], true);
    this.length += values.length * 4;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count));
    grown.set(this.written);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer, 0, grown.length);
  }
}
