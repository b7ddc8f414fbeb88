/*
 * Bytes without their zeros, after the packed encoding of Cap'n Proto: for each 8 bytes a tag, whose bit i says that byte i is not 0, then those that are
 * not. Behind a tag of 0 stands how many further 8 are all zeros, behind one of 0xff how many further 8 follow as they are. Ours
 * begins and ends at any byte: what the last 8 have beyond the end is 0.
 */
const WORD = 8;
const WORD_BITS = 3;
const MOST_FURTHER = 255;
const FULL = 0xff;

/** Bytes that `count` bytes take at most when they are packed. The last of them may be written to and not belong to them. */
export function mostPackedBytes(count: number): number {
  return (wholeWords(count) / WORD) * 10 + 1;
}

/** The next multiple of 8. */
export function wholeWords(count: number): number {
  return (count + WORD - 1) & -WORD;
}

/**
 * Packs bytes `from … end − 1` to byte `to` on, and returns the byte behind. What is packed stays as it is, unless it lies within {@link mostPackedBytes} of
 * `to`, where it must not; the bytes from `end` to a multiple of 8 from `from` on are 0.
 *
 * Whether a byte is 0 nobody can foretell, a processor neither: so each is written, and the next one over it if it was. `| 0` spares the check that sums
 * of integers are some.
 */
export function packZeros(bytes: Uint8Array, from: number, end: number, to: number): number {
  let at = to | 0;
  for (let next = from | 0; next < end; next = (next + WORD) | 0) {
    const tagAt = at;
    at = (at + 1) | 0;
    const a = bytes[next];
    const isA = (a + 255) >> 8;
    bytes[at] = a;
    at = (at + isA) | 0;
    const b = bytes[next + 1];
    const isB = (b + 255) >> 8;
    bytes[at] = b;
    at = (at + isB) | 0;
    const c = bytes[next + 2];
    const isC = (c + 255) >> 8;
    bytes[at] = c;
    at = (at + isC) | 0;
    const d = bytes[next + 3];
    const isD = (d + 255) >> 8;
    bytes[at] = d;
    at = (at + isD) | 0;
    const e = bytes[next + 4];
    const isE = (e + 255) >> 8;
    bytes[at] = e;
    at = (at + isE) | 0;
    const f = bytes[next + 5];
    const isF = (f + 255) >> 8;
    bytes[at] = f;
    at = (at + isF) | 0;
    const g = bytes[next + 6];
    const isG = (g + 255) >> 8;
    bytes[at] = g;
    at = (at + isG) | 0;
    const h = bytes[next + 7];
    const isH = (h + 255) >> 8;
    bytes[at] = h;
    at = (at + isH) | 0;
    const tag = isA | (isB << 1) | (isC << 2) | (isD << 3) | (isE << 4) | (isF << 5) | (isG << 6) | (isH << 7);
    bytes[tagAt] = tag;
    if (tag !== 0 && tag !== FULL) continue;
    const further = tag === 0 ? zerosFrom(bytes, next + WORD, end) : fullFrom(bytes, next + WORD, end);
    bytes[at] = further >> WORD_BITS;
    at = (at + 1) | 0;
    if (tag === FULL) {
      for (let k = next + WORD, stop = k + further; k < stop; k++, at++) bytes[at] = bytes[k];
    }
    next = (next + further) | 0;
  }
  return at;
}

/**
 * Unpacks bytes `start … end − 1` into the first `size` of `into`, and the zeros behind them up to a multiple of 8. False, and anything in there: they say
 * more than `size` bytes, or end within what they say. `from` has 8 bytes more, whatever they are.
 */
export function unpackZeros(from: Uint8Array, start: number, end: number, into: Uint8Array, size: number): boolean {
  const whole = wholeWords(size);
  let at = start | 0;
  let to = 0;
  while (at < end) {
    if (to === whole) return false;
    const tag = from[at];
    at = (at + 1) | 0;
    into[to] = from[at] & -(tag & 1);
    at = (at + (tag & 1)) | 0;
    into[to + 1] = from[at] & -((tag >> 1) & 1);
    at = (at + ((tag >> 1) & 1)) | 0;
    into[to + 2] = from[at] & -((tag >> 2) & 1);
    at = (at + ((tag >> 2) & 1)) | 0;
    into[to + 3] = from[at] & -((tag >> 3) & 1);
    at = (at + ((tag >> 3) & 1)) | 0;
    into[to + 4] = from[at] & -((tag >> 4) & 1);
    at = (at + ((tag >> 4) & 1)) | 0;
    into[to + 5] = from[at] & -((tag >> 5) & 1);
    at = (at + ((tag >> 5) & 1)) | 0;
    into[to + 6] = from[at] & -((tag >> 6) & 1);
    at = (at + ((tag >> 6) & 1)) | 0;
    into[to + 7] = from[at] & -(tag >> 7);
    at = (at + (tag >> 7)) | 0;
    to = (to + WORD) | 0;
    if (tag !== 0 && tag !== FULL) continue;
    if (at >= end) return false;
    const further = from[at] << WORD_BITS;
    at = (at + 1) | 0;
    if (further > whole - to) return false;
    if (tag === 0) {
      for (const stop = to + further; to < stop; to++) into[to] = 0;
    } else {
      if (further > end - at) return false;
      for (const stop = to + further; to < stop; to++, at++) into[to] = from[at];
    }
  }
  if (at > end) return false;
  for (; to < whole; to++) into[to] = 0;
  for (let k = size; k < whole; k++) if (into[k] !== 0) return false;
  return true;
}

/** How many bytes from `start` on, by 8, are 0; as many as a count can say. */
function zerosFrom(bytes: Uint8Array, start: number, end: number): number {
  const stop = Math.min(end, start + MOST_FURTHER * WORD);
  let at = start;
  while (at < stop && isZero(bytes, at)) at += WORD;
  return at - start;
}

/** The same of those that are not, but for one in 8: that would be worth its tag, no more. */
function fullFrom(bytes: Uint8Array, start: number, end: number): number {
  const stop = Math.min(end, start + MOST_FURTHER * WORD);
  let at = start;
  while (at < stop && nonZeros(bytes, at) >= WORD - 1) at += WORD;
  return at - start;
}

function isZero(bytes: Uint8Array, at: number): boolean {
  return (bytes[at] | bytes[at + 1] | bytes[at + 2] | bytes[at + 3] | bytes[at + 4] | bytes[at + 5] | bytes[at + 6] | bytes[at + 7]) === 0;
}

function nonZeros(bytes: Uint8Array, at: number): number {
  let count = 0;
  for (let k = 0; k < WORD; k++) count += (bytes[at + k] + 255) >> 8;
  return count;
}
