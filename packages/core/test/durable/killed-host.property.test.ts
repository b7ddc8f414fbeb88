import { expect, it } from 'vitest';
import { randomOf } from '../seeded-random.js';
import { KilledHost } from './killed-host.js';

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
