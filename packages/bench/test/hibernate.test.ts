import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const BYTES = expect.any(Number);
const SAMPLE = { rssBytes: BYTES, spareBytes: BYTES, accountedBytes: BYTES };
const FOOTPRINT = { rssEmptyBytes: BYTES, rssActiveBytes: BYTES, rssHibernatedBytes: BYTES };
const SUMMARY = { median: expect.any(Number), p99: expect.any(Number), mean: expect.any(Number) };

describe('dormouse-bench hibernate', () => {
  it.each(['memory', 'memory-deflate'])('--json prints what sleepers take of memory and of time, in store %s', (store) => {
    const { status, stdout } = bench('hibernate', '--sessions', '1000', '--rounds', '2', '--warm-ups', '1', '--store', store, '--json');
    const report = JSON.parse(stdout);
    expect(report).toEqual({
      rssEmptyBytes: BYTES,
      rssActiveBytes: BYTES,
      rssHibernatedBytes: BYTES,
      rssWokenBytes: BYTES,
      reduction: expect.any(Number),
      accountedBytes: { empty: BYTES, active: BYTES, hibernated: BYTES, woken: BYTES, reduction: expect.any(Number) },
      activePercent: (report.accountedBytes.active / report.memoryLimitBytes) * 100,
      memoryLimitBytes: 2 ** 40,
      rssBytesPerSleeper: BYTES,
      accountedBytesPerSleeper: BYTES,
      recordBytes: BYTES,
      disk: null,
      creep: [expect.any(Number), expect.any(Number)],
      hibernateUs: SUMMARY,
      wakeUs: SUMMARY,
      rounds: Array.from({ length: 2 }, () => ({ hibernated: SAMPLE, woken: SAMPLE })),
      fleets: [FOOTPRINT],
      config: {
        scheduler: 'inline',
        workers: 0,
        caller: 'idle',
        dispatch: 'resident',
        sessions: 1000,
        stateBytes: 280,
        state: 'typical',
        groups: false,
        store,
        rounds: 2,
        warmUps: 1,
        fleets: 1,
        endAsleep: false,
        heap: 'lean',
        node: process.version,
      },
    });
    // A store that deflates is given the zeros that there are.
    if (store === 'memory') expect(report.recordBytes).toBeLessThan(200);
    else expect(report.recordBytes).toBeGreaterThan(280);
    expect(report.accountedBytes.active - report.accountedBytes.empty).toBeGreaterThan(1000 * 32_768);
    expect(report.accountedBytes.reduction).toBeGreaterThan(0.98);
    expect(status).toBe(0);
  });

  it('says what states are made of, and whether there are groups; of noise no zeros are left out', () => {
    const reportOf = (...args: string[]) =>
      JSON.parse(bench('hibernate', '--sessions', '500', '--rounds', '1', '--warm-ups', '1', ...args, '--json').stdout);
    const random = reportOf('--state', 'random');
    const grouped = reportOf('--groups');
    expect(random.config).toMatchObject({ state: 'random', groups: false });
    expect(random.recordBytes).toBeGreaterThan(290);
    expect(grouped.config).toMatchObject({ state: 'typical', groups: true });
    expect(grouped.recordBytes).toBeLessThan(200);
    const { stdout } = bench('hibernate', '--sessions', '100', '--rounds', '1', '--warm-ups', '1', '--groups');
    expect(stdout).toMatch(/^100 sessions, a typical state of 280 bytes, groups of five, store memory\n/);
  });

  it('ends when all sleep, if that is asked for: in the last round nobody wakes', () => {
    const args = ['--sessions', '100', '--warm-ups', '1', '--end-asleep'];
    const reportOf = (rounds: string) => JSON.parse(bench('hibernate', ...args, '--rounds', rounds, '--json').stdout);
    const [one, two] = [reportOf('1'), reportOf('2')];
    expect([one.rounds.length, one.rssWokenBytes, one.accountedBytes.woken, one.wakeUs, one.creep]).toEqual([1, null, null, null, []]);
    expect([one.rssHibernatedBytes, one.rssActiveBytes, one.reduction]).toEqual([BYTES, BYTES, BYTES]);
    expect([two.rounds.length, two.rssWokenBytes, two.wakeUs, two.creep]).toEqual([2, null, SUMMARY, [BYTES]]);
    expect(bench('hibernate', ...args, '--rounds', '1').stdout).toMatch(/waking +– +–\n/);
  });

  it('measures several fleets, tells of the one with the median of bytes a sleeper, and what each took', () => {
    const args = ['--sessions', '300', '--rounds', '1', '--warm-ups', '1', '--fleets', '3', '--end-asleep'];
    const { stdout, stderr } = bench('hibernate', ...args, '--json');
    const { fleets, rssEmptyBytes, rssActiveBytes, rssHibernatedBytes, config } = JSON.parse(stdout);
    expect([fleets, config.fleets]).toEqual([[FOOTPRINT, FOOTPRINT, FOOTPRINT], 3]);
    const growth = (fleet: typeof FOOTPRINT): number => fleet.rssHibernatedBytes - fleet.rssEmptyBytes;
    const [, median] = [...fleets].sort((one, other) => growth(one) - growth(other));
    expect({ rssEmptyBytes, rssActiveBytes, rssHibernatedBytes }).toEqual(median);
    expect(stderr.match(/fleet \d of 3/g)).toEqual(['fleet 1 of 3', 'fleet 2 of 3', 'fleet 3 of 3']);
  });

  it.each([
    ['--state-bytes', '15', '16…8192'],
    ['--state', 'empty', 'typical, random'],
    ['--store', 'tape', 'memory, memory-deflate, sqlite'],
    ['--rounds', '0', '1…100'],
    ['--warm-ups', '101', '0…100'],
    ['--fleets', '0', '1…100'],
  ])('refuses %s %s, naming what is allowed, with exit code 2', (flag, value, allowed) => {
    const { status, stdout, stderr } = bench('hibernate', flag, value);
    expect(stderr).toContain(flag);
    expect(stderr).toContain(allowed);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

describe('the process whose memory is measured', () => {
  const ARGS = ['hibernate', '--sessions', '100', '--rounds', '1', '--warm-ups', '1', '--json'];

  it('is started with little to keep, whatever starts it, or is the one there is if that is asked for', () => {
    const spare = (...args: string[]): number => JSON.parse(bench(...ARGS, ...args).stdout).rounds[0].hibernated.spareBytes;
    // At the most: what V8 keeps of 16 MB for objects to come, the half of it in use, or of 1.
    expect(spare()).toBeLessThan(8e6);
    expect(JSON.parse(bench(...ARGS, '--heap', 'default').stdout).config.heap).toBe('default');
  });

  it('fails as what it runs fails', () => {
    const { status, stderr } = bench(...ARGS, '--scheduler', 'no-such-scheduler');
    expect([status, stderr.split('\n').length]).toEqual([2, 2]);
  });
});

describe('dormouse-bench memory', () => {
  it('--json prints accounted bytes at 50 to 5000 sessions, and that they lie on a line (R-28)', () => {
    const { status, stdout } = bench('memory', '--json');
    const report = JSON.parse(stdout);
    expect(report.points.map(({ sessions }: { sessions: number }) => sessions)).toEqual([50, 100, 200, 400, 1000, 5000]);
    for (const point of report.points) {
      expect(point).toEqual({ sessions: BYTES, accountedBytes: BYTES, poolBytes: BYTES, rssBytes: BYTES, residual: expect.any(Number) });
      expect(point.residual).toBeLessThan(0.05);
    }
    expect(report.r2).toBeGreaterThan(0.999);
    expect(report.slope).toBeGreaterThan(32_768);
    expect(status).toBe(0);
  });
});
