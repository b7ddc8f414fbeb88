import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column } from '../../src/layout/geometry.js';
import { clearServices } from '../../src/memory/services.js';
import { nextRandom } from '../../src/runtime/random.js';
import { makeBlock } from '../memory/block-fixture.js';

const MASK = 0xffff_ffffn;

/** sfc32 as it is published, over bigints: four words of state, one word an output. */
class Sfc32 {
  a: bigint;
  b: bigint;
  c = 0n;
  counter = 1n;

  constructor(seed: number, accountId: number) {
    this.a = BigInt(seed);
    this.b = BigInt(accountId);
    for (let i = 0; i < 12; i++) this.next();
  }

  next(): bigint {
    const output = (this.a + this.b + this.counter) & MASK;
    this.counter = (this.counter + 1n) & MASK;
    this.a = this.b ^ (this.b >> 9n);
    this.b = (this.c + (this.c << 3n)) & MASK;
    this.c = (((this.c << 21n) | (this.c >> 11n)) + output) & MASK;
    return output;
  }

  /** 53 bits: 21 of one output above 32 of the next. */
  random(): number {
    const high = this.next() >> 11n;
    return Number((high << 32n) | this.next()) / 2 ** 53;
  }
}

const u32 = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff));

/** The first numbers of account `accountId`, in row `row`. */
function stream(seed: number, accountId: number, count: number, row = 0): number[] {
  const { block } = makeBlock();
  block.page[Column.account + row] = accountId;
  return Array.from({ length: count }, () => nextRandom(block, row, seed));
}

describe('a stream of random numbers', () => {
  it('is sfc32, for every seed and account', () =>
    fc.assert(
      fc.property(u32, u32, fc.nat(63), (seed, accountId, row) => {
        const reference = new Sfc32(seed, accountId);
        expect(stream(seed, accountId, 20, row)).toEqual(Array.from({ length: 20 }, () => reference.random()));
      }),
    ));

  it('stays sfc32 over 100 000 numbers', () => {
    const { block } = makeBlock();
    const reference = new Sfc32(7, 1000);
    let differing = 0;
    for (let i = 0; i < 100_000; i++) if (nextRandom(block, 0, 7) !== reference.random()) differing++;
    expect(differing).toBe(0);
  });

  it('lies in 0 ≤ r < 1, in steps of 2⁻⁵³', () => {
    for (const random of stream(1, 2, 10_000)) {
      expect(random >= 0 && random < 1).toBe(true);
      expect(Number.isInteger(random * 2 ** 53)).toBe(true);
    }
  });

  it('goes on when its counter of outputs has gone round', () => {
    const { block } = makeBlock();
    nextRandom(block, 0, 1);
    const counter = block.services.random + 3 * 64;
    block.cold.i32[counter] = -1;
    nextRandom(block, 0, 1);
    expect(block.cold.i32[counter]).toBe(2);
  });

  it('of one row does not depend on how others are asked in between', () => {
    const { block } = makeBlock();
    const mixed = [0, 1, 0, 63, 0, 1].map((row) => [row, nextRandom(block, row, 9)] as const);
    for (const row of [0, 1, 63]) {
      const own = mixed.filter(([of]) => of === row).map(([, random]) => random);
      expect(own).toEqual(stream(9, 1000 + row, own.length));
    }
  });

  it('begins anew with the row’s next session', () => {
    const { block } = makeBlock();
    const first = [nextRandom(block, 3, 5), nextRandom(block, 3, 5)];
    clearServices(block, 3);
    expect([nextRandom(block, 3, 5), nextRandom(block, 3, 5)]).toEqual(first);
    clearServices(block, 3);
    block.page[Column.account + 3] = 77;
    expect(nextRandom(block, 3, 5)).toBe(stream(5, 77, 1)[0]);
  });

  it('differs between seeds and between accounts, also for seed 0, account 1 and their neighbours', () => {
    const firsts = new Set<number>();
    for (let seed = 0; seed < 40; seed++) for (let accountId = 1; accountId <= 40; accountId++) firsts.add(stream(seed, accountId, 1)[0]);
    expect(firsts.size).toBe(1600);
  });
});

describe('the numbers are even', () => {
  const BINS = 256;
  const DRAWS = 512_000;
  /** Chi-square with 255 degrees of freedom: mean 255, standard deviation 22.6; five of them either way. */
  const within = (counts: Int32Array): void => {
    const expected = DRAWS / BINS;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeGreaterThan(142);
    expect(chiSquare).toBeLessThan(368);
  };

  it.each([0, 1, 12_345, 0xffff_ffff])('within one stream: high and low bits (seed %d)', (seed) => {
    const { block } = makeBlock();
    const high = new Int32Array(BINS);
    const low = new Int32Array(BINS);
    for (let i = 0; i < DRAWS; i++) {
      const random = nextRandom(block, 1, seed);
      high[Math.floor(random * BINS)]++;
      low[Number((random * 2 ** 53) % BINS)]++;
    }
    within(high);
    within(low);
  });

  it('across the first numbers of neighbouring accounts', () => {
    const { block } = makeBlock();
    const counts = new Int32Array(BINS);
    for (let accountId = 1; accountId <= DRAWS; accountId++) {
      block.page[Column.account] = accountId;
      clearServices(block, 0);
      counts[Math.floor(nextRandom(block, 0, 0) * BINS)]++;
    }
    within(counts);
  });
});
