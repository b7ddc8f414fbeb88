import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Arm } from '../src/compare/contender.js';
import { readTwice } from '../src/compare/sessions-reading.js';
import { openReference } from '../src/reference/reference.js';

const SETUP = { workload: 'W1', arith: 'f64', diffMs: 100 } as const;
const FEW = 10;
const TICKS = 5;

/** CPU time by this clock alone: what takes how long is the test's to say. */
let cpuUs = 0;
beforeEach(() => {
  cpuUs = 0;
  vi.spyOn(process, 'cpuUsage').mockImplementation((before) => ({ user: cpuUs - (before?.user ?? 0), system: 0 }));
});
afterEach(() => vi.restoreAllMocks());

/** An arm that has run its ticks, or, if `readingUs` is more than nothing, takes so long for something when its sessions are first asked for. */
function armOf({ readingUs, sessions: count = FEW }: { readonly readingUs: number; readonly sessions?: number }): Arm {
  const reference = openReference({ ...SETUP, sessions: count });
  while (reference.ticks < TICKS) reference.tick();
  let leftUs = readingUs;
  const sessions = () => {
    cpuUs += leftUs;
    leftUs = 0;
    return reference.sessions();
  };
  return { tick() {}, sessions, async close() {} };
}

it('sessions that are as they should be are read, counted and hashed', async () => {
  const reference = openReference({ ...SETUP, sessions: FEW });
  while (reference.ticks < TICKS) reference.tick();
  const expected = { updates: 50, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0, checksum: reference.checksum() };
  expect(await readTwice(armOf({ readingUs: 0 }))).toEqual(expected);
});

it('an arm that leaves the work of its ticks to whoever reads its sessions is refused', async () => {
  await expect(readTwice(armOf({ readingUs: 400_000 }))).rejects.toThrow(
    /left work to be done when its sessions are read: that took 400 ms/,
  );
});

it('what a first reading makes of each of many sessions is no work of ticks', async () => {
  const { updates } = await readTwice(armOf({ readingUs: 400_000, sessions: 30_000 }));
  expect(updates).toBe(30_000 * TICKS);
});
