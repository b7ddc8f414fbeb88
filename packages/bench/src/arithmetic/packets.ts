/** Every other byte of a word. (Here, above its uses, since esbuild inlines a constant only then.) */
const LANES = 0x00ff_00ff;

/** Longest payload of {@link briefByteSum}: a lane of 16 bits holds the sum of 64 words' bytes. */
export const BRIEF_BYTES = 256;

/** What the driver sends to every session before each tick of W2. */
export const INBOUND_OPCODE = 0x00b5;
export const INBOUND_BYTES = 32;
export const INBOUND_WORDS = INBOUND_BYTES / 4;
const WORD_STEP = 0x27d4_eb2f;
/** What every session sends back: x, y, account id, update count. */
export const OUTBOUND_OPCODE = 0x00dd;
export const OUTBOUND_BYTES = 16;

/** Writes the driver's payload for a session and tick t (0, 1, …) to `words[at]` and on. */
export function writeInbound(words: Int32Array, at: number, accountId: number, t: number): void {
  const word = (Math.imul(accountId, 0x9e37_79b1) + Math.imul(t, 0x85eb_ca6b)) | 0;
  // Written out: it is a part of every arm's tick, and no part of what is compared.
  words[at] = word;
  words[at + 1] = word + WORD_STEP;
  words[at + 2] = word + 2 * WORD_STEP;
  words[at + 3] = word + 3 * WORD_STEP;
  words[at + 4] = word + 4 * WORD_STEP;
  words[at + 5] = word + 5 * WORD_STEP;
  words[at + 6] = word + 6 * WORD_STEP;
  words[at + 7] = word + 7 * WORD_STEP;
}

/** Sum of a payload's bytes, read as words; the last word is padded with zero bytes. */
export function byteSum(words: Int32Array, start: number, bytes: number): number {
  // What the driver sends; written out, as in writeInbound.
  if (bytes === INBOUND_BYTES) return inboundByteSum(words, start);
  const end = start + ((bytes + 3) >> 2);
  let at = start;
  let sum = 0;
  // Even and odd bytes of a word beside each other in two lanes of 16 bits, four words before the lanes are added.
  for (; at + 4 <= end; at += 4) {
    const a = words[at];
    const b = words[at + 1];
    const c = words[at + 2];
    const d = words[at + 3];
    const even = (a & LANES) + (b & LANES) + (c & LANES) + (d & LANES);
    const odd = ((a >>> 8) & LANES) + ((b >>> 8) & LANES) + ((c >>> 8) & LANES) + ((d >>> 8) & LANES);
    const lanes = even + odd;
    sum = (sum + (lanes & 0xffff) + (lanes >>> 16)) | 0;
  }
  for (; at < end; at++) {
    const lanes = (words[at] & LANES) + ((words[at] >>> 8) & LANES);
    sum = (sum + (lanes & 0xffff) + (lanes >>> 16)) | 0;
  }
  return sum;
}

function inboundByteSum(words: Int32Array, start: number): number {
  const a = words[start];
  const b = words[start + 1];
  const c = words[start + 2];
  const d = words[start + 3];
  const e = words[start + 4];
  const f = words[start + 5];
  const g = words[start + 6];
  const h = words[start + 7];
  const even = (a & LANES) + (b & LANES) + (c & LANES) + (d & LANES) + (e & LANES) + (f & LANES) + (g & LANES) + (h & LANES);
  const odd =
    ((a >>> 8) & LANES) +
    ((b >>> 8) & LANES) +
    ((c >>> 8) & LANES) +
    ((d >>> 8) & LANES) +
    ((e >>> 8) & LANES) +
    ((f >>> 8) & LANES) +
    ((g >>> 8) & LANES) +
    ((h >>> 8) & LANES);
  const lanes = (even + odd) | 0;
  return (lanes & 0xffff) + (lanes >>> 16);
}

/** The same for payloads of up to 256 bytes, in less code: little enough that V8 compiles it into an update that does much else. */
export function briefByteSum(words: Int32Array, start: number, bytes: number): number {
  const end = start + ((bytes + 3) >> 2);
  let lanes = 0;
  for (let at = start; at < end; at++) {
    const word = words[at];
    lanes = (lanes + (word & LANES) + ((word >>> 8) & LANES)) | 0;
  }
  return (lanes & 0xffff) + (lanes >>> 16);
}

/** Sum mod 2^32 of a payload's words, as i32. */
export function wordSum(words: Int32Array, start: number, bytes: number): number {
  // What sessions send; written out, as in writeInbound.
  if (bytes === OUTBOUND_BYTES) return (words[start] + words[start + 1] + words[start + 2] + words[start + 3]) | 0;
  const end = start + ((bytes + 3) >> 2);
  let sum = 0;
  for (let at = start; at < end; at++) sum = (sum + words[at]) | 0;
  return sum;
}
