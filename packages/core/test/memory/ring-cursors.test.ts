import { describe, expect, it } from 'vitest';
import { NEAR_WORDS, PAD_HEADER } from '../../src/layout/geometry.js';
import { claimRecord, lastRecordAt, releaseRecord, skipPads, wordsInUse } from '../../src/memory/ring-cursors.js';

const cursorsOf = (tail: number, head: number): number => (head & 0xffff) | ((tail & 0xffff) << 16);

/** A ring alone: position p is word p. */
function ring(capacity: number) {
  const words = new Int32Array(capacity);
  return {
    words,
    claim: (cursors: number, need: number) => claimRecord(words, 0, 0, capacity, cursors, need),
    skip: (cursors: number) => skipPads(words, 0, 0, capacity, cursors),
    at: (cursors: number, need: number) => lastRecordAt(cursors, need, 0, 0, capacity),
  };
}

describe('a record', () => {
  it.each([256, 4096, 32_768])('fills an empty near part to its last word, in a ring of %i words', (capacity) => {
    const { claim, at } = ring(capacity);
    const after = claim(0, NEAR_WORDS);
    expect(after).toBe(cursorsOf(0, 64));
    expect(at(after, NEAR_WORDS)).toBe(0);
  });

  it('that the near part cannot hold goes to the far one behind a pad', () => {
    const { words, claim, at, skip } = ring(256);
    const first = claim(0, 60);
    const after = claim(first, 5);
    expect([at(after, 5), words[60]]).toEqual([64, PAD_HEADER]);
    expect(skip(releaseRecord(after, 60))).toBe(cursorsOf(64, 69));
  });

  it('that the far part’s rest cannot hold goes round to the near one', () => {
    const { words, claim, at, skip } = ring(256);
    const cursors = cursorsOf(200, 250);
    const after = claim(cursors, 10);
    expect([at(after, 10), words[250]]).toEqual([0, PAD_HEADER]);
    expect(skip(releaseRecord(after, 50))).toBe(cursorsOf(256, 266));
  });

  it('that neither the far part’s rest nor the near part can hold goes behind two pads', () => {
    const { words, claim, at, skip } = ring(256);
    const cursors = cursorsOf(240, 250);
    const after = claim(cursors, 100);
    expect(after).toBe(cursorsOf(240, 256 + 64 + 100));
    expect([at(after, 100), words[250], words[0]]).toEqual([64, PAD_HEADER, PAD_HEADER]);
    expect(skip(releaseRecord(after, 10))).toBe(cursorsOf(256 + 64, 256 + 64 + 100));
  });

  it('is refused, nothing written, when pads and record together exceed what is free', () => {
    const { words, claim } = ring(256);
    expect(claim(cursorsOf(100, 250), 101)).toBe(0);
    expect(claim(cursorsOf(60, 250), 61)).toBe(0);
    expect(words.every((word) => word === 0)).toBe(true);
  });

  it('as long as the far part fits an empty ring and nothing longer ever does', () => {
    for (const capacity of [256, 4096, 32_768]) {
      const { claim, at } = ring(capacity);
      const most = capacity - NEAR_WORDS;
      const after = claim(0, most);
      expect([wordsInUse(after), at(after, most)]).toEqual([capacity, NEAR_WORDS]);
      expect(claim(0, most + 1)).toBe(0);
    }
  });
});

describe('cursors', () => {
  it('tell a full ring of the largest size from an empty one', () => {
    const { claim } = ring(32_768);
    const full = claim(claim(0, 64), 32_704);
    expect([wordsInUse(full), wordsInUse(0)]).toEqual([32_768, 0]);
    expect(claim(full, 1)).toBe(0);
  });

  it('go on through 65 536 words', () => {
    for (const capacity of [256, 32_768]) {
      const { claim, at, words } = ring(capacity);
      let cursors = cursorsOf(65_500, 65_530);
      expect(wordsInUse(cursors)).toBe(30);
      cursors = claim(cursors, 6);
      expect([cursors, at(cursors, 6)]).toEqual([cursorsOf(65_500, 0), capacity - 6]);
      cursors = claim(cursors, 4);
      expect([cursors, at(cursors, 4), words[capacity - 6]]).toEqual([cursorsOf(65_500, 4), 0, 0]);
      cursors = releaseRecord(releaseRecord(cursors, 30), 6);
      expect(cursors).toBe(cursorsOf(0, 4));
      expect(releaseRecord(cursors, 4)).toBe(0);
    }
  });

  it('are 0 if and only if the ring is empty, wherever it stands', () => {
    for (const capacity of [256, 512, 32_768]) {
      const { claim, skip } = ring(capacity);
      let cursors = claim(0, 3);
      let empty = 0;
      for (let i = 0; i < 70_000 / 3; i++) {
        // Never empty: one record goes in before the last comes out.
        const both = claim(cursors, 3);
        cursors = releaseRecord(skip(both), 3);
        if (both === 0 || cursors === 0) empty++;
      }
      expect(empty).toBe(0);
      expect(releaseRecord(skip(cursors), 3)).toBe(0);
    }
  });
});
