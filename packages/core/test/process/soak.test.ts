import { expect, it } from 'vitest';
import { run } from './run.js';

interface Told {
  ticks: number;
  deaths: number;
  interrupted: number;
  recoveries: number;
  resizes: number;
  problems: number;
  deathsByStep: Record<string, number>;
  notes: string[];
}

/** CI has a step of its own for a million. */
const TICKS = 100_000;
const MINUTES = 60_000;

it(
  `in ${TICKS} ticks in which threads die at any step, leave and come, every session is updated once, the interrupted at most once`,
  async () => {
    const told = await run<Told>(new URL('./soak.mjs', import.meta.url), '--ticks', String(TICKS), '--seed', '1');
    expect(told.notes).toEqual([]);
    expect(told.problems).toBe(0);
    expect(told.ticks).toBeGreaterThanOrEqual(TICKS);
    for (const figure of ['deaths', 'interrupted', 'recoveries', 'resizes'] as const) expect(told[figure], figure).toBeGreaterThan(0);
    expect(Object.keys(told.deathsByStep).length).toBeGreaterThan(3);
  },
  10 * MINUTES,
);
