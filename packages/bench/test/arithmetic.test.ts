import { describe, expect, it } from 'vitest';
import { BRIEF_BYTES, briefByteSum, byteSum, wordSum, writeInbound } from '../src/arithmetic/packets.js';
import { arena, startValues, xs } from '../src/arithmetic/random.js';
import { ARITH as F32, round } from '../src/arithmetic/rounding.js';
import { repeatOf } from '../src/arithmetic/skew.js';
import { ARITH as F64, round as keep } from '../src/arithmetic/unrounded.js';

describe('the arithmetic of the workloads', () => {
  it('the f32 build rounds and the f64 build does not', () => {
    expect([F32, round(0.1)]).toEqual(['f32', Math.fround(0.1)]);
    expect([F64, keep(0.1)]).toEqual(['f64', 0.1]);
  });

  it('start values follow the generator from the id', () => {
    let r = Math.imul(10_007, 0x9e37_79b1);
    const next = (): number => {
      r = xs(r);
      return arena(r);
    };
    expect(startValues(10_007)).toEqual({ x: next(), y: next(), targetX: next(), targetY: next(), rng: r >>> 0 });
  });

  it('start values are there for an id whose product is 0', () => {
    expect(startValues(0).rng).not.toBe(0);
  });

  it('repeats of W3 lie in 1…4096 and fall with the rank', () => {
    expect([0, 1, 100, 4999].map((rank) => repeatOf(rank, 5000))).toEqual([625, 312, 6, 1]);
    expect(repeatOf(0, 1_000_000)).toBe(4096);
  });

  it.each([byteSum, briefByteSum])('$name is the sum taken byte by byte, for every length', (sumOf) => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 151 + 7) & 0xff);
    for (let length = 0; length <= 60; length++) {
      const payload = new Uint8Array(64);
      payload.set(bytes.subarray(0, length), 4);
      const expected = bytes.subarray(0, length).reduce((sum, byte) => sum + byte, 0);
      expect(sumOf(new Int32Array(payload.buffer, 0, 16), 1, length)).toBe(expected);
    }
  });

  it('bytes of all ones do not overflow a lane', () => {
    const words = new Int32Array(16_384).fill(-1);
    expect(briefByteSum(words, 0, BRIEF_BYTES)).toBe(BRIEF_BYTES * 255);
    expect(byteSum(words, 0, 65_532)).toBe(65_532 * 255);
  });

  it('payload words of the driver follow id, tick and position', () => {
    const words = new Int32Array(9);
    writeInbound(words, 1, 10_000, 3);
    const first = (10_000n * 0x9e37_79b1n + 3n * 0x85eb_ca6bn) & 0xffff_ffffn;
    expect([words[0], words[1] >>> 0]).toEqual([0, Number(first)]);
    expect(words[8] >>> 0).toBe(Number((first + 7n * 0x27d4_eb2fn) & 0xffff_ffffn));
    expect(wordSum(words, 1, 32)).toBe(words.reduce((sum, word) => (sum + word) | 0, 0));
  });
});
