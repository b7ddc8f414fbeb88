import { describe, expect, it } from 'vitest';
import type { FleetFootprint, HibernateReport } from '../src/hibernation/measure.js';
import { accounting } from '../src/targets/accounting.js';
import type { Footprints } from '../src/targets/footprints.js';
import { sleep } from '../src/targets/sleep.js';
import { type Arm, type LoadTarget, rowOf, type TargetRow } from '../src/targets/target.js';

const ARM: Arm = { scheduler: 'inline', workers: 0, caller: 'idle', hasWorkers: false };
const SESSIONS = 5000;
const EMPTY_BYTES = 60e6;
const AWAKE_BYTES = SESSIONS * 33_500;

/** What a target makes of processes whose fleets take so much asleep, and all so much awake. */
async function rowsOf(target: LoadTarget, asleepBytes: number[], awakeBytes = AWAKE_BYTES, activePercent = 16): Promise<TargetRow[]> {
  const fleets = asleepBytes.map((bytes): FleetFootprint => {
    return { rssEmptyBytes: EMPTY_BYTES, rssActiveBytes: EMPTY_BYTES + awakeBytes, rssHibernatedBytes: EMPTY_BYTES + bytes };
  });
  const report: Partial<HibernateReport> = {
    ...fleets[0],
    fleets,
    accountedBytes: { empty: 1e6, active: 1e6 + AWAKE_BYTES, hibernated: 2e6, woken: null, reduction: null },
    activePercent,
    memoryLimitBytes: (1e6 + AWAKE_BYTES) / 0.16,
  };
  const footprints = { asleep: async () => report } as unknown as Footprints;
  return (await target.measure(ARM, { mostSessions: SESSIONS, footprints })).map((measured) => rowOf(target, ARM, measured));
}

describe('the share of memory that sleepers keep (R-24)', () => {
  it.each([
    [0.004, true],
    [0.02, false],
    [-0.004, true],
    [-0.05, false],
  ])('of %d of what they take awake passes: %s', async (share, pass) => {
    const [row] = await rowsOf(sleep, [share * AWAKE_BYTES]);
    expect(row.value).toBeCloseTo(Math.abs(share) * 100, 9);
    expect(row.pass).toBe(pass);
  });

  it('is that of the median fleet, whatever the order, and those that are less than nothing before it', async () => {
    const [row] = await rowsOf(
      sleep,
      [0.009, -0.05, 0.04, 0.003, -0.02].map((share) => share * AWAKE_BYTES),
    );
    expect(row.value).toBeCloseTo(0.3, 9);
  });

  it('is no number, and does not pass, where they were not awake with their rings in use', async () => {
    const [row] = await rowsOf(sleep, [0], SESSIONS * 16_384);
    expect(row).toMatchObject({ value: null, pass: false });
  });
});

describe('what the manager says it holds (R-27)', () => {
  it('passes near to the resident set, and its percentage where it is that of the limit', async () => {
    expect((await rowsOf(accounting, [0])).map(({ pass }) => pass)).toEqual([true, true]);
    expect((await rowsOf(accounting, [0], AWAKE_BYTES * 1.2)).map(({ pass }) => pass)).toEqual([false, true]);
    expect((await rowsOf(accounting, [0], AWAKE_BYTES, 15)).map(({ pass }) => pass)).toEqual([true, false]);
  });
});
