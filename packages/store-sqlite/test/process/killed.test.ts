import { expect, it } from 'vitest';
import { hasSqlite } from '../with-sqlite.js';
import { run } from './run.js';

interface Told {
  readonly kills: number;
  readonly problems: number;
  readonly notes: readonly string[];
  readonly stored: number;
  readonly checkpoints: number;
  readonly back: number;
  readonly asleep: number;
  readonly exact: number;
  readonly digests: number;
}

it.runIf(hasSqlite).each([
  ['1', []],
  ['2', ['--most-ms', '300', '--scheduler', 'tinypool']],
])(
  'a process that is killed 30 times under load loses nothing that it has acknowledged, and has nobody twice or as he never was (seed %s %j)',
  async (seed, more) => {
    const told = await run<Told>('./killed.mjs', ['--rounds', '30', '--seed', seed, ...more]);
    expect([told.problems, told.notes]).toEqual([0, []]);
    expect(told.kills).toBe(31);
    for (const figure of ['stored', 'checkpoints', 'back', 'asleep', 'exact'] as const) expect(told[figure], figure).toBeGreaterThan(0);
    expect(told.digests).toBeGreaterThan(5);
  },
  600_000,
);
