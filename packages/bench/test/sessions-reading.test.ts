import { expect, it } from 'vitest';
import type { Arm } from '../src/compare/contender.js';
import { readTwice } from '../src/compare/sessions-reading.js';
import { openReference } from '../src/reference/reference.js';

const SETUP = { workload: 'W1', arith: 'f64', diffMs: 100 } as const;
const FEW = 10;
const TICKS = 5;

/** An arm that has run its ticks; `lazy`: when its sessions are first asked for, which then takes 0.4 s of CPU time: as ticks of a whole race of few do. */
function armOf({ lazy, sessions: count = FEW }: { readonly lazy: boolean; readonly sessions?: number }): Arm {
  const reference = openReference({ ...SETUP, sessions: count });
  const run = (): void => {
    while (reference.ticks < TICKS) reference.tick();
  };
  const catchUp = (): void => {
    const isLate = reference.ticks < TICKS;
    const cpuBefore = process.cpuUsage();
    run();
    while (isLate && process.cpuUsage(cpuBefore).user < 400_000);
  };
  if (!lazy) run();
  const sessions = () => {
    catchUp();
    return reference.sessions();
  };
  return { tick() {}, sessions, async close() {} };
}

it('sessions that are as they should be are read, counted and hashed', async () => {
  const reference = openReference({ ...SETUP, sessions: FEW });
  while (reference.ticks < TICKS) reference.tick();
  const expected = { updates: 50, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0, checksum: reference.checksum() };
  expect(await readTwice(armOf({ lazy: false }))).toEqual(expected);
});

it('an arm that leaves the work of its ticks to whoever reads its sessions is refused', async () => {
  await expect(readTwice(armOf({ lazy: true }))).rejects.toThrow(/left work to be done when its sessions are read: that took \d+ ms/);
});

it('what a first reading makes of each of many sessions is no work of ticks', async () => {
  const { updates } = await readTwice(armOf({ lazy: true, sessions: 30_000 }));
  expect(updates).toBe(30_000 * TICKS);
});
