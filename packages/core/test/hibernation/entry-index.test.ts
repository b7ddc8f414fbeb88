import { describe, expect, it } from 'vitest';
import { EntryIndex } from '../../src/hibernation/entry-index.js';
import { randomOf } from '../seeded-random.js';

const SUBMAPS = 256;

describe('EntryIndex', () => {
  it('copies a submap only into a shorter one when keys go: few of its keys are looked at for each', () => {
    let looks = 0;
    const index = new EntryIndex((entry) => {
      looks++;
      return entry;
    });
    // Of some 1500 keys a submap, which has 2048 places, 400 are left.
    const count = 1500 * SUBMAPS;
    const left = 400 * SUBMAPS;
    for (let key = 0; key < count; key++) index.add(key, key);
    looks = 0;
    for (let key = count - 1; key >= left; key--) index.delete(key);
    expect(looks / (count - left)).toBeLessThan(3);
    for (let key = 0; key < left; key += 101) expect(index.find(key)).toBe(key);
  });

  it('holds what a map would hold where submaps are as full as they get and keys lie far behind their homes', () => {
    const keys: number[] = [];
    const index = new EntryIndex((entry) => keys[entry]);
    const expected = new Map<number, number>();
    const random = randomOf(1);
    const absent: number[] = [];
    for (let step = 0; step < 400_000; step++) {
      const key = Math.floor(random() * 120_000) + 1;
      const entry = expected.get(key);
      const chance = random();
      if (entry === undefined) {
        // More come than go, until most are there.
        if (chance > 0.9) absent.push(key);
        else {
          expected.set(key, keys.push(key) - 1);
          index.add(key, keys.length - 1);
        }
      } else if (chance < 0.3) {
        index.delete(key);
        expected.delete(key);
      } else if (chance < 0.4) {
        expected.set(key, keys.push(key) - 1);
        index.replace(key, keys.length - 1);
      } else expect(index.find(key)).toBe(entry);
    }
    for (const [key, entry] of expected) if (index.find(key) !== entry) expect(index.find(key)).toBe(entry);
    for (const key of absent) if (!expected.has(key) && index.find(key) !== -1) expect(index.find(key)).toBe(-1);
    expect(expected.size).toBeGreaterThan(60_000);
    for (const key of [...expected.keys()]) index.delete(key);
    expect(index.heldBytes).toBe(0);
  });

  it('with room reserved, moves nobody while they come, and holds no more than without', () => {
    let looks = 0;
    const keyOf = (entry: number): number => {
      looks++;
      return entry;
    };
    const reserved = new EntryIndex(keyOf);
    const grown = new EntryIndex(keyOf);
    const count = 1000 * SUBMAPS;
    reserved.reserve(count);
    for (let key = 0; key < count; key++) reserved.add(key, key);
    expect(looks).toBe(0);
    for (let key = 0; key < count; key++) grown.add(key, key);
    expect(looks).toBeGreaterThan(count);
    reserved.trim();
    expect(reserved.heldBytes).toBeLessThanOrEqual(grown.heldBytes * 1.25);
    for (let key = 0; key < count; key += 101) expect(reserved.find(key)).toBe(key);
  });

  it('gives back what was reserved for those who have not come, and what was reserved for nobody is nothing', () => {
    const index = new EntryIndex((entry) => entry);
    for (const count of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) index.reserve(count);
    expect(index.heldBytes).toBe(0);
    index.reserve(1000 * SUBMAPS);
    for (let key = 0; key < 5000; key++) index.add(key, key);
    index.trim();
    const few = new EntryIndex((entry) => entry);
    for (let key = 0; key < 5000; key++) few.add(key, key);
    expect(index.heldBytes).toBeLessThanOrEqual(few.heldBytes * 1.25);
    for (let key = 0; key < 5000; key++) expect(index.find(key)).toBe(key);
    index.reserve(10);
    for (let key = 0; key < 5000; key++) index.delete(key);
    index.trim();
    expect(index.heldBytes).toBe(0);
  });
});
