const FIRST_FACTOR = 0x9e37_79b1;
const SECOND_FACTOR = 0x85eb_ca77;
const CANONICAL_F32 = 0x7fc0_0000;
const CANONICAL_F64_HIGH = 0x7ff8_0000;

/**
 * A hash of 64 bits over 32-bit words, in two lanes of which the second takes in the first at every word: what cancels in one does not
 * in the other. Ends with murmur3's finaliser, so that sums of hashes are as good as hashes. Not against an adversary.
 *
 * One object is used over and over: nothing is allocated. Its lanes are 32-bit integers of either sign.
 */
export class Hash64 {
  a = 0;
  b = 0;

  /** Begins with what tells this hash apart from others of the same words. */
  begin(a: number, b: number): void {
    this.a = a;
    this.b = b;
  }

  word(word: number): void {
    this.a = stepA(this.a, word);
    this.b = stepB(this.b, word, this.a);
  }

  /** `count` words from `words[at]` on. */
  words(words: Int32Array, at: number, count: number): void {
    for (let i = 0; i < count; i++) this.word(words[at + i]);
  }

  /** `count` bytes from byte `start` of `words` on, which may lie at any alignment; little-endian. */
  bytes(words: Int32Array, start: number, count: number): void {
    const shift = (start & 3) << 3;
    let at = start >> 2;
    let left = count;
    for (; left >= 4; left -= 4, at++) this.word(shift === 0 ? words[at] : (words[at] >>> shift) | (words[at + 1] << (32 - shift)));
    if (left === 0) return;
    let last = words[at] >>> shift;
    if (left << 3 > 32 - shift) last |= words[at + 1] << (32 - shift);
    this.word(last & ((1 << (left << 3)) - 1));
  }

  /** The bits of `count` floats. All that are no number count alike: which bits they have depends on how code was compiled. */
  floats(words: Int32Array, at: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.word(canonicalFloat(words[at + i]));
    }
  }

  /** The same for doubles. */
  doubles(words: Int32Array, at: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const low = words[at + 2 * i];
      const high = words[at + 2 * i + 1];
      const magnitude = high & 0x7fff_ffff;
      const isNumber = magnitude < 0x7ff0_0000 || (magnitude === 0x7ff0_0000 && low === 0);
      this.word(isNumber ? low : 0);
      this.word(isNumber ? high : CANONICAL_F64_HIGH);
    }
  }

  /** Mixes what was taken in; the result is in `a` and `b`. */
  end(): void {
    const a = endA(this.a, this.b);
    this.b = endB(this.b, a);
    this.a = (a + this.b) | 0;
  }

  /** The bytes of a text in UTF-8, and how many. */
  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    for (const byte of bytes) this.word(byte);
    this.word(bytes.length);
  }
}

/** The bits of a float: the same for all that are no number. */
export function canonicalFloat(bits: number): number {
  return (bits & 0x7fff_ffff) > 0x7f80_0000 ? CANONICAL_F32 : bits;
}

/** The first lane after another word. */
export function stepA(a: number, word: number): number {
  const product = Math.imul(a ^ word, FIRST_FACTOR);
  return product ^ (product >>> 15);
}

/** The second lane after another word; `a` is the first after it. */
export function stepB(b: number, word: number, a: number): number {
  const product = Math.imul((b + word) ^ ((a >>> 13) | (a << 19)), SECOND_FACTOR);
  return product ^ (product >>> 14);
}

/** Mixes the first lane at the end. The second is mixed with it; then it is itself the sum of both. */
export function endA(a: number, b: number): number {
  let mixed = (a + b) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}

export function endB(b: number, mixedA: number): number {
  let mixed = b ^ mixedA;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0xcc9e_2d51);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x1b87_3593);
  return mixed ^ (mixed >>> 16);
}

/** 64 bits in hexadecimal. */
export function hexOf(a: number, b: number): string {
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}
