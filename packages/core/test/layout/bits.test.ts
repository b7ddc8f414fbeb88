import { describe, expect, it } from 'vitest';
import { firstBit, lowestBit } from '../../src/layout/bits.js';

/** Words with no bit, one, all but one, all, and every other one. */
const WORDS = [
  0,
  -1,
  0x55555555,
  0xaaaaaaaa | 0,
  ...Array.from({ length: 32 }, (_, bit) => 1 << bit),
  ...Array.from({ length: 32 }, (_, bit) => ~(1 << bit)),
];

function firstBitByLooking(low: number, high: number, from: number): number {
  let bit = from;
  while (bit < 64 && (((bit < 32 ? low : high) >>> (bit & 31)) & 1) === 0) bit++;
  return bit;
}

describe('the first bit of two words', () => {
  it('is the one that looking at one after the other finds, from any bit on', () => {
    const wrong: number[][] = [];
    for (const low of WORDS) {
      for (const high of WORDS) {
        for (let from = 0; from <= 64; from++) {
          if (firstBit(low, high, from) !== firstBitByLooking(low, high, from)) wrong.push([low, high, from]);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is 64 where none is left', () => {
    expect([firstBit(0, 0, 0), firstBit(-1, 0, 32), firstBit(-1, -1, 64), firstBit(1, 0, 1)]).toEqual([64, 64, 64, 64]);
  });
});

describe('the lowest bit of a word', () => {
  it.each(Array.from({ length: 32 }, (_, bit) => bit))('%i, whatever is above it', (bit) => {
    expect([lowestBit(1 << bit), lowestBit(-1 << bit)]).toEqual([bit, bit]);
  });
});
