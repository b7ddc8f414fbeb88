import { describe, expect, it } from 'vitest';
import { Trails } from '../src/trails.js';

describe('trails', () => {
  it('keep the places of each bot in order, to the decimetre', () => {
    const trails = new Trails(2);
    trails.add(0, 1.04, 2, true);
    trails.add(1, 500, 300, true);
    trails.add(0, 10, 20, true);
    trails.add(0, 10, 50.06, true);
    expect(trails.trail(0)).toEqual([
      { x: 1, z: 2 },
      { x: 10, z: 20 },
      { x: 10, z: 50.1 },
    ]);
    expect(trails.place(1)).toEqual({ x: 500, z: 300 });
  });

  it('leave out what lies on a straight line, but not a turn back', () => {
    const trails = new Trails(1);
    for (const x of [0, 10, 20, 30, 5]) trails.add(0, x, 7, true);
    expect(trails.trail(0).map(({ x }) => x)).toEqual([0, 30, 5]);
  });

  it('drop the oldest places of a long trail', () => {
    const trails = new Trails(1);
    for (let step = 0; step < 1000; step++) trails.add(0, step % 2, step / 10, true);
    expect(trails.trail(0).length).toBeLessThanOrEqual(192);
    expect(trails.trail(0).at(-1)).toEqual({ x: 1, z: 99.9 });
    expect(trails.place(0)).toEqual({ x: 1, z: 99.9 });
  });

  it('know who walks, and how many ways were walked to their end', () => {
    const trails = new Trails(3);
    for (const bot of [0, 1]) trails.add(bot, 1, 1, true);
    expect([trails.walking, trails.arrivals]).toEqual([2, 0]);
    trails.add(0, 2, 2, false);
    expect([trails.walking, trails.arrivals]).toEqual([1, 1]);
    trails.add(0, 2, 2, true);
    expect([trails.walking, trails.arrivals]).toEqual([2, 1]);
    expect([0, 1, 2].map((bot) => trails.isWalking(bot))).toEqual([true, true, false]);
  });

  it('know nothing of a bot that was never heard of', () => {
    expect(new Trails(1).place(0)).toBeUndefined();
    expect(new Trails(1).trail(0)).toEqual([]);
  });
});
