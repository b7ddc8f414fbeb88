/** The first bit that is set at or behind `from`, 0 … 63, of two words, `low` being bits 0 … 31; 64 if there is none. */
export function firstBit(low: number, high: number, from: number): number {
  if (from < 32) {
    const left = low & (-1 << from);
    if (left !== 0) return lowestBit(left);
    from = 32;
  }
  const left = from < 64 ? high & (-1 << (from & 31)) : 0;
  return left !== 0 ? 32 + lowestBit(left) : 64;
}

/** The lowest bit that is set, of bits that are not 0. */
export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
