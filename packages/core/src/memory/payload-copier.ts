import { DormouseError, shown } from '../errors.js';
import { PACKET_WORDS } from '../layout/geometry.js';
import { copyAlike, MOST_ALIKE_BYTES, pageOf } from './alike-records.js';
import { type InboundRun, NO_HEADER } from './inbound-run.js';

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

  /**
   * Writes the records of `count` packets of a batch, from the one whose turn it is on, to their places behind `words[near]`. Moves the batch's `next` and
   * `start` on. Returns which of the block's pages of near parts they lie in, a bit each.
   */
  copyRecords(words: Int32Array, near: number, run: InboundRun, count: number): number {
    const { packets, payloads, header } = run;
    const begin = run.next;
    const end = begin + count;
    run.next = end;
    let { start } = run;
    const source = this.#wordsKnownOf(payloads);
    const length = header >>> 16;
    if (
      header !== NO_HEADER &&
      ((start | length) & 3) === 0 &&
      length <= MOST_ALIKE_BYTES &&
      source.length >= (start + count * length) >> 2
    ) {
      run.start = start + count * length;
      return copyAlike(words, near, packets, begin, end, header, source, start >> 2);
    }
    let pages = 0;
    for (let i = begin; i < end; i++) {
      const packet = i * PACKET_WORDS;
      const place = packets[packet + 3];
      const own = header === NO_HEADER ? packets[packet + 2] : header;
      const bytes = own >>> 16;
      const at = (near + place) | 0;
      const first = start >> 2;
      const last = first + (bytes >> 2);
      words[at] = own;
      if (((start | bytes) & 3) !== 0 || source.length < last) this.copy(words, (at + 1) | 0, payloads, start, bytes);
      else copyWords(words, (at + 1) | 0, source, first, last);
      start += bytes;
      pages |= pageOf(place);
    }
    run.start = start;
    return pages;
  }

  /** `bytes` as words, where they were copied from before; empty where words cannot be had. */
  #wordsKnownOf(bytes: Uint8Array): Int32Array {
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
