import { expect, it } from 'vitest';
import type { Arm } from '../src/compare/contender.js';
import { readTwice } from '../src/compare/sessions-reading.js';
import { openReference } from '../src/reference/reference.js';

const SETUP = { workload: 'W1', arith: 'f64', sessions: 10, diffMs: 100 } as const;
const TICKS = 5;

/** An arm that has run its ticks; `lazy`: when its sessions are first asked for, which then takes as much CPU time as ticks of a whole race do. */
function armOf({ lazy }: { readonly lazy: boolean }): Arm {
  const reference = openReference(SETUP);
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
  const reference = openReference(SETUP);
  while (reference.ticks < TICKS) reference.tick();
  const expected = { updates: 50, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0, checksum: reference.checksum() };
  expect(await readTwice(armOf({ lazy: false }))).toEqual(expected);
});

it('an arm that leaves the work of its ticks to whoever reads its sessions is refused', async () => {
  await expect(readTwice(armOf({ lazy: true }))).rejects.toThrow(/left work to be done when its sessions are read: that took \d+ ms/);
});
