import { describe, expect, it } from 'vitest';
import { EntryIndex } from '../../src/hibernation/entry-index.js';

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
    expect(looks / (count - left)).toBeLessThan(20);
    for (let key = 0; key < left; key += 101) expect(index.find(key)).toBe(key);
  });
});
