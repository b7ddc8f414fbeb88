import { MOST_RECORDS } from './hibernation-store.js';

/**
 * Records of one behaviour are alike byte by byte: the first bytes of all of them, then the second of all, and so on, deflate better than one
 * record behind the other, and in less time. A record that is shorter is left out from its end on. So the columns come in pieces, from the end of a
 * record to that of the next longer one: in a piece all columns have the same records, and each of these its bytes at even distances.
 */
export class Columns {
  #pieces = 0;
  /** By piece: where in a record it ends, and how many records it has. */
  readonly #ends = new Uint32Array(MOST_RECORDS);
  readonly #across = new Uint8Array(MOST_RECORDS);
  /** By piece and record: how many there come before this one. */
  readonly #ranks = new Uint8Array(MOST_RECORDS * MOST_RECORDS);

  /** From now on it is about `count` records, of which i ends at `ends[i]`. */
  set(ends: ArrayLike<number>, count: number): void {
    this.#pieces = 0;
    for (let begin = 0; ; ) {
      const firstRank = this.#pieces * MOST_RECORDS;
      let end = 0;
      let across = 0;
      for (let i = 0, start = 0; i < count; i++) {
        const length = ends[i] - start;
        start = ends[i];
        if (length <= begin) continue;
        this.#ranks[firstRank + i] = across++;
        if (end === 0 || length < end) end = length;
      }
      if (end === 0) return;
      this.#ends[this.#pieces] = end;
      this.#across[this.#pieces++] = across;
      begin = end;
    }
  }

  /** Adds record `index`, of `length` bytes from `start` of `rows` on, to columns. */
  put(columns: Uint8Array, index: number, rows: Uint8Array, start: number, length: number): void {
    for (let piece = 0, k = 0, column = 0; k < length; piece++) {
      const end = this.#ends[piece];
      const across = this.#across[piece];
      let to = column + this.#ranks[piece * MOST_RECORDS + index];
      column += across * (end - k);
      for (; k < end; k++, to += across) columns[to] = rows[start + k];
    }
  }

  /** And back: takes one record, of `length` bytes, out of columns. Cost: its bytes, however many there are beside it. */
  take(columns: Uint8Array, index: number, length: number, into: Uint8Array): void {
    for (let piece = 0, k = 0, column = 0; k < length; piece++) {
      const end = this.#ends[piece];
      const across = this.#across[piece];
      let from = column + this.#ranks[piece * MOST_RECORDS + index];
      column += across * (end - k);
      for (; k < end; k++, from += across) into[k] = columns[from];
    }
  }
}
