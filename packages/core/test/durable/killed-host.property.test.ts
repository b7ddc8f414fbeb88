import { expect, it } from 'vitest';
import { KilledHost } from './killed-host.js';

/** Of Christopher Wellons (splitmix32): 0 ≤ r < 1. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

it.each(Array.from({ length: 10 }, (_, seed) => seed + 1))(
  'whatever a host does and whenever its process dies, each session comes back once, as it was at the last checkpoint or later (seed %i)',
  async (seed) => {
    const host = new KilledHost(randomOf(seed));
    await host.start();
    for (let step = 0; step < 600; step++) await host.step();
    await host.die();
    expect(host.deaths).toBeGreaterThan(2);
    expect(host.acknowledged).toBeGreaterThan(2);
  },
);
