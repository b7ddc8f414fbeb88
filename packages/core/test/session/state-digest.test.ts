import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { f32, i32, u8, u16 } from '../../src/layout/field.js';
import { Column } from '../../src/layout/geometry.js';
import { Hash64, hexOf } from '../../src/session/hash-64.js';
import { StateDigest } from '../../src/session/state-digest.js';
import { makeStore } from './store-fixture.js';

/** What the parts come to, by their names. */
function partsOf(digest: StateDigest): Record<string, string> {
  digest.take();
  return Object.fromEntries(
    digest.parts.map(({ behavior = '', name }, part) => [`${behavior}${name}`, hexOf(digest.partHigh(part), digest.partLow(part))]),
  );
}

/** Names of the parts in which two digests differ. */
function differing(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(before).filter((name) => before[name] !== after[name]);
}

describe('StateDigest', () => {
  it('has a part for each field of each behaviour, and for what all sessions have', () => {
    const { store } = makeStore({ x: f32() }, { x: f32(), y: u8() });
    const names = new StateDigest(store).parts.map(({ behavior, name }) => (behavior === undefined ? name : `${behavior}.${name}`));
    expect(names.filter((name) => !name.startsWith('('))).toEqual(['one.(behavior)', 'one.x', 'two.(behavior)', 'two.x', 'two.y']);
    expect(names.filter((name) => name.startsWith('('))).toEqual(
      expect.arrayContaining(['(map)', '(group)', '(status)', '(updates)', '(random)', '(timers)', '(inbound)', '(mailbox)']),
    );
  });

  it('sums up sessions and parts to the same digest', () => {
    const { store, create } = makeStore({ x: f32(), n: i32({ hot: true }) }, { y: u16({ length: 3 }) });
    const slots = [create(7), create(8, 1), create(9), create(4_000_000_000, 1)];
    const digest = new StateDigest(store);
    digest.take();
    const sum = (values: number[]): number => values.reduce((total, value) => (total + value) | 0, 0) >>> 0;
    const parts = digest.parts.map((_, part) => part);
    expect(sum(slots.map((slot) => digest.slotHigh(slot)))).toBe(digest.high);
    expect(sum(slots.map((slot) => digest.slotLow(slot)))).toBe(digest.low);
    expect(sum(parts.map((part) => digest.partHigh(part)))).toBe(digest.high);
    expect(sum(parts.map((part) => digest.partLow(part)))).toBe(digest.low);
    expect(String(digest)).toBe(hexOf(digest.high, digest.low));
  });

  it('traces a change to the session and to the part', () => {
    const { store, create } = makeStore({ x: f32(), n: i32({ hot: true }) });
    const slots = Array.from({ length: 130 }, (_, index) => create(1 + index));
    const digest = new StateDigest(store);
    const before = partsOf(digest);
    const bySlot = slots.map((slot) => digest.slotLow(slot));
    store.setWord(slots[100], Column.map, 5);
    expect(differing(before, partsOf(digest))).toEqual(['(map)']);
    expect(slots.filter((slot, index) => digest.slotLow(slot) !== bySlot[index])).toEqual([slots[100]]);
    store.setWord(slots[100], Column.map, 0);
    expect(partsOf(digest)).toEqual(before);
    const block = store.block(slots[100]);
    block.hot.i32[store.hostOf(slots[100]).layout.columns.find(({ name }) => name === 'n')?.offset ?? 0] = 1;
    expect(differing(before, partsOf(digest))).toEqual(['onen']);
  });

  it('of nobody is 0, and is that again when all have gone', () => {
    const { store, create } = makeStore({ x: f32() });
    const digest = new StateDigest(store);
    digest.take();
    expect(String(digest)).toBe('0'.repeat(16));
    const slot = create(5);
    digest.take();
    expect(String(digest)).not.toBe('0'.repeat(16));
    store.release(slot, () => {});
    digest.take();
    expect(String(digest)).toBe('0'.repeat(16));
  });

  it('tells two accounts with each other’s states apart', () => {
    const digestOf = (first: number, second: number): string => {
      const { store, create } = makeStore({ n: i32() });
      for (const [accountId, value] of [
        [1, first],
        [2, second],
      ])
        store.block(create(accountId)).cold.i32[accountId - 1] = value;
      const digest = new StateDigest(store);
      digest.take();
      return String(digest);
    };
    expect(digestOf(10, 20)).not.toBe(digestOf(20, 10));
  });

  it('tells two behaviours of the same fields apart', () => {
    const digestOf = (behavior: number): string => {
      const { store, create } = makeStore({}, {});
      create(1, behavior);
      const digest = new StateDigest(store);
      digest.take();
      return String(digest);
    };
    expect(digestOf(0)).not.toBe(digestOf(1));
  });
});

describe('Hash64', () => {
  const hashOf = (fill: (hash: Hash64) => void): string => {
    const hash = new Hash64();
    hash.begin(1, 2);
    fill(hash);
    hash.end();
    return hexOf(hash.a, hash.b);
  };

  it('takes bytes as they are, wherever they lie', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(7), fc.nat(7), (bytes, start, other) => {
        const at = (offset: number, noise: number): Int32Array => {
          const memory = new Uint8Array(64).fill(noise);
          memory.set(bytes, offset);
          return new Int32Array(memory.buffer, 0, 16);
        };
        const aligned = hashOf((hash) => hash.bytes(at(start, 0), start, bytes.length));
        expect(hashOf((hash) => hash.bytes(at(other, 0xff), other, bytes.length))).toBe(aligned);
      }),
    ));

  it('differs when one bit of any of its words does, or two', () =>
    fc.assert(
      fc.property(fc.int32Array({ minLength: 1, maxLength: 6 }), fc.nat(191), fc.nat(191), (words, first, second) => {
        const flipped = words.slice();
        flipped[(first >> 5) % words.length] ^= 1 << (first & 31);
        if (second !== first) flipped[(second >> 5) % words.length] ^= 1 << (second & 31);
        fc.pre(flipped.some((word, index) => word !== words[index]));
        expect(hashOf((hash) => hash.words(flipped, 0, words.length))).not.toBe(hashOf((hash) => hash.words(words, 0, words.length)));
      }),
      { numRuns: 2000 },
    ));

  it('spreads counted values evenly over both lanes', () => {
    const counts = new Int32Array(512);
    const hash = new Hash64();
    for (let value = 0; value < 65_536; value++) {
      hash.begin(3, 4);
      hash.word(value);
      hash.end();
      counts[hash.a >>> 24]++;
      counts[256 + (hash.b >>> 24)]++;
    }
    for (const lane of [counts.subarray(0, 256), counts.subarray(256)]) {
      const chiSquare = lane.reduce((sum, count) => sum + (count - 256) ** 2 / 256, 0);
      // 255 degrees of freedom: mean 255, standard deviation 22.6.
      expect(chiSquare).toBeLessThan(368);
    }
  });

  it('takes everything that is no number alike, and 0 and −0 apart', () => {
    const single = (bits: number): string => hashOf((hash) => hash.floats(Int32Array.of(bits), 0, 1));
    const double = (low: number, high: number): string => hashOf((hash) => hash.doubles(Int32Array.of(low, high), 0, 1));
    for (const bits of [0x7fc0_0001, 0xffc0_0000, 0x7f80_0001, 0xffff_ffff]) expect(single(bits | 0)).toBe(single(0x7fc0_0000));
    for (const [low, high] of [
      [1, 0x7ff0_0000],
      [0, 0xfff8_0000],
      [-1, -1],
    ])
      expect(double(low, high | 0)).toBe(double(0, 0x7ff8_0000));
    const different = [0, 0x8000_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000].map((bits) => single(bits | 0));
    expect(new Set(different).size).toBe(5);
    const doubles = [
      [0, 0],
      [0, 0x8000_0000],
      [0, 0x7ff0_0000],
      [0, 0xfff0_0000],
      [0, 0x7ff8_0000],
    ].map(([low, high]) => double(low, high | 0));
    expect(new Set(doubles).size).toBe(5);
  });
});
