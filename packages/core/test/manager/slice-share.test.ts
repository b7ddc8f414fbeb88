import { describe, expect, it } from 'vitest';
import { SliceShare } from '../../src/manager/upkeep/slice-share.js';

function grown(slices: number): SliceShare {
  const share = new SliceShare();
  for (let slice = 0; slice < slices; slice++) share.grow();
  return share;
}

describe('SliceShare', () => {
  it('begins with a sixteenth of a slice', () => {
    expect([grown(0).of(2), grown(0).isWhole]).toEqual([0.125, false]);
  });

  it('is more with each slice', () => {
    const shares = Array.from({ length: 106 }, (_, slices) => grown(slices).of(2));
    expect(shares).toEqual([...new Set(shares)].sort((a, b) => a - b));
    expect(grown(105).isWhole).toBe(false);
  });

  it('is one half from the 107th slice on', () => {
    expect([106, 107, 400].map((slices) => [grown(slices).of(2), grown(slices).isWhole])).toEqual(Array(3).fill([1, true]));
  });
});
