const decoder = new TextDecoder('utf-8', { fatal: true });

/** Bytes end, or mean nothing, where something was to be read: the file is no recording, or not a whole one. */
export class UnreadableBytes extends Error {}

/** Reads what a {@link ByteWriter} wrote. Throws {@link UnreadableBytes}, and never reads beyond the bytes it was given. */
export class ByteReader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.at === this.#bytes.length;
  }

  u8(): number {
    return this.#bytes[this.#take(1)];
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw new UnreadableBytes('a number is longer than 53 bits');
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  /** A view of the bytes, valid as long as they are. */
  block(): Uint8Array {
    const length = this.varint();
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(): string {
    try {
      return decoder.decode(this.block());
    } catch (cause) {
      if (cause instanceof UnreadableBytes) throw cause;
      throw new UnreadableBytes('a text is not UTF-8', { cause });
    }
  }

  words(count: number): Uint32Array {
    const start = this.#take(count * 4);
    return Uint32Array.from({ length: count }, (_, i) => this.#view.getUint32(start + i * 4, true));
  }

  /** Where the next `count` bytes begin; they are passed over. */
  #take(count: number): number {
    const start = this.at;
    if (count > this.#bytes.length - start)
      throw new UnreadableBytes(`${count} bytes were to come: ${this.#bytes.length - start} are there`);
    this.at = start + count;
    return start;
  }
}
