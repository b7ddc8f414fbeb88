import { describe, expect, it } from 'vitest';
import { bytesOf, makeBlock } from './block-fixture.js';
import { makeRings as setUp } from './ring-fixture.js';

describe('HostRings accounts for the memory it has seen written', () => {
  const PAGE = 4096;

  it('counts a page for each sixteen rows while rings stay near', () => {
    const { rings, push } = setUp(16_384);
    expect(rings.touchedBytes(0)).toBe(0);
    push(0, 1, bytesOf(1, 48));
    push(15, 1, bytesOf(1, 48));
    expect(rings.touchedBytes(0)).toBe(PAGE);
    push(16, 1, bytesOf(1, 48));
    expect(rings.touchedBytes(0)).toBe(2 * PAGE);
    expect(rings.touchedBytes(1)).toBe(0);
  });

  it('counts far pages up to the highest position ever written, and keeps counting them after the ring is rewound', () => {
    const { rings, push, at } = setUp(16_384);
    push(0, 1, bytesOf(1, 9000));
    expect(rings.touchedBytes(0)).toBe(PAGE + 3 * PAGE);
    at(0).receive();
    push(0, 1, bytesOf(1, 300));
    expect(rings.touchedBytes(0)).toBe(PAGE + 3 * PAGE);
  });

  it('counts a page that two rows share once', () => {
    const { rings, push } = setUp(1024);
    // Far parts of 768 bytes: rows 0…4 lie in the first page, row 5 reaches into the second.
    for (let row = 0; row < 5; row++) push(row, 1, bytesOf(1, 300));
    expect(rings.touchedBytes(0)).toBe(PAGE + PAGE);
    push(5, 1, bytesOf(1, 300));
    expect(rings.touchedBytes(0)).toBe(PAGE + 2 * PAGE);
  });

  it('learns of what sessions wrote when it drains or surveys', () => {
    const { block, rings, at } = setUp(16_384);
    at(0).send(1, bytesOf(1, 5000));
    expect(rings.touchedBytes(0)).toBe(0);
    rings.survey(block);
    expect(rings.touchedBytes(0)).toBe(PAGE + 2 * PAGE);
    at(40).send(1, bytesOf(1, 48));
    rings.drain(block, 40, () => {});
    expect(rings.touchedBytes(0)).toBe(PAGE + 3 * PAGE);
  });

  it('never counts more than both rings of all rows, however often they went round', () => {
    const { block, rings, push, at } = setUp(131_072);
    for (let row = 0; row < 64; row++) {
      for (let i = 0; i < 5; i++) {
        push(row, 1, bytesOf(i, 60_000));
        at(row).send(1, bytesOf(i, 60_000));
        at(row).receive();
        if (i === 2) rings.drain(block, row, () => {});
      }
    }
    rings.survey(block);
    expect(rings.touchedBytes(0)).toBeLessThanOrEqual(2 * 64 * 131_072);
    expect(rings.touchedBytes(0)).toBeGreaterThan(2 * 64 * 60_000);
  });

  it('forgets a dropped block and no other', () => {
    const { rings, push, block } = setUp(16_384);
    const other = makeBlock({ ringBytes: 16_384, blockIndex: 1 }).block;
    push(0, 1, bytesOf(1, 9000));
    rings.push(other, 0, 1, bytesOf(1, 9000), 0, 9000);
    rings.forget(block.blockIndex);
    expect(rings.touchedBytes(0)).toBe(0);
    expect(rings.touchedBytes(1)).toBe(4 * PAGE);
  });
});
