import { DormouseError, shown } from '../errors.js';

const NO_WORDS = new Int32Array(0);
/** What a copier knows of an array that it has met once only: no words yet. */
const MET_ONCE = new Int32Array(0);

/** Copies payloads into rings a word at a time, whatever the alignment of their bytes. */
export class PayloadCopier {
  #bytes: Uint8Array | undefined;
  #words: Int32Array = NO_WORDS;

  /**
   * Writes `length` bytes of `bytes`, from `start` on, from `words[at]` on, the last word padded with zeros. Allocates only when
   * it meets the same array twice in a row: then it keeps a view of it, for senders that reuse their buffers. Throws
   * `ERR_INVALID_ARGUMENT` for anything but a Uint8Array.
   */
  copy(words: Int32Array, at: number, bytes: Uint8Array, start: number, length: number): void {
    const source = this.#words;
    const first = start >> 2;
    const whole = length >> 2;
    // A view of memory that shrank or went to another thread has no length left, and then its bytes are read one by one.
    if (bytes !== this.#bytes || source.length < first + whole || ((start | length) & 3) !== 0) {
      this.#copyAny(words, at, bytes, start, length);
      return;
    }
    copyWords(words, at, source, first, first + whole);
  }

  /** `bytes` as words, where they were copied from before; empty where words cannot be had. */
  wordsOf(bytes: Uint8Array): Int32Array {
    return bytes === this.#bytes ? this.#words : NO_WORDS;
  }

  #copyAny(words: Int32Array, at: number, bytes: Uint8Array, start: number, length: number): void {
    if (length === 0) return;
    const whole = length >> 2;
    const source = bytes === this.#bytes && this.#words !== MET_ONCE ? this.#words : this.#wordsOf(bytes);
    const first = start >> 2;
    if ((start & 3) === 0 && source.length >= first + whole) {
      for (let i = 0; i < whole; i++) words[at + i] = source[first + i];
    } else {
      for (let i = 0, b = start; i < whole; i++, b += 4) {
        words[at + i] = bytes[b] | (bytes[b + 1] << 8) | (bytes[b + 2] << 16) | (bytes[b + 3] << 24);
      }
    }
    if ((length & 3) === 0) return;
    let last = 0;
    for (let b = start + (whole << 2), shift = 0; b < start + length; b++, shift += 8) last |= bytes[b] << shift;
    words[at + whole] = last;
  }

  /** `bytes` as words, from the second call in a row on; empty until then, and for bytes that no word starts at. */
  #wordsOf(bytes: Uint8Array): Int32Array {
    if (bytes !== this.#bytes) {
      // Strings and other typed arrays have a length too: they would arrive as rubbish.
      if (bytes[Symbol.toStringTag] !== 'Uint8Array') {
        throw new DormouseError('ERR_INVALID_ARGUMENT', `a payload must be a Uint8Array: got ${shown(bytes)}`);
      }
      this.#bytes = bytes;
      this.#words = MET_ONCE;
    } else {
      const aligned = (bytes.byteOffset & 3) === 0 && bytes.length > 3;
      this.#words = aligned ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2) : NO_WORDS;
    }
    return this.#words;
  }
}

/** Copies words `from … end − 1` of `source` to `words[at]` and on. */
export function copyWords(words: Int32Array, at: number, source: Int32Array, from: number, end: number): void {
  let to = at;
  let word = from;
  // Eight at a time: the loop's own checks cost more than a word.
  for (; word + 8 <= end; word += 8) {
    words[to] = source[word];
    words[to + 1] = source[word + 1];
    words[to + 2] = source[word + 2];
    words[to + 3] = source[word + 3];
    words[to + 4] = source[word + 4];
    words[to + 5] = source[word + 5];
    words[to + 6] = source[word + 6];
    words[to + 7] = source[word + 7];
    to = (to + 8) | 0;
  }
  for (; word < end; word++) {
    words[to] = source[word];
    to = (to + 1) | 0;
  }
}
