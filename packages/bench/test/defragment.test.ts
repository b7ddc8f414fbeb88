import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

function bench(...args: string[]): Promise<{ status: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, 'defragment', ...args], (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

const NUMBER = expect.any(Number);
const FEW = ['--sessions', '640', '--awake', '480', '--rounds', '3', '--cold-rounds', '2', '--ticks-before', '16', '--pace-ms', '5'];
const ENOUGH_TO_WEIGH = [...FEW, '--sessions', '4000', '--awake', '3000'];

// Side by side: what is measured waits most of the time, and none of it is a test's affair.
describe.concurrent('dormouse-bench defragment', () => {
  it.each([
    ['inline', []],
    ['poolifier', ['--workers', '2']],
  ])('--json tells how long slices were, and what has been given back, on %s', async (scheduler, more) => {
    const { status, stdout } = await bench(...ENOUGH_TO_WEIGH, '--scheduler', scheduler, ...more, '--json');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      longestSliceUs: { median: NUMBER, p99: NUMBER, mean: NUMBER, max: NUMBER },
      longestOnTickUs: { median: NUMBER, p99: NUMBER, mean: NUMBER, max: NUMBER },
      latestTickUs: { median: NUMBER, p99: NUMBER, mean: NUMBER, max: NUMBER },
      latestTickBeforeUs: { median: NUMBER, p99: NUMBER, mean: NUMBER, max: NUMBER },
      roundsWithin: NUMBER,
      freshBytes: NUMBER,
      defragmentedBytes: NUMBER,
      config: { scheduler, sessions: 4000, awake: 3000, sliceMs: 2, paceMs: 5, rounds: 3, coldRounds: 2 },
    });
    expect([report.rounds, report.coldSliceUs, report.coldOnTickUs, report.coldLatestTickUs].map(({ length }) => length)).toEqual([
      3, 2, 2, 2,
    ]);
    // 3000 sessions that lay in 63 blocks lie in 47.
    for (const { movedSessions, droppedBlocks, slices } of report.rounds) {
      expect(movedSessions).toBeGreaterThan(0);
      expect(droppedBlocks).toBeGreaterThan(8);
      expect(slices).toBeGreaterThan(0);
    }
    expect(report.longestSliceUs.max).toBe(Math.max(...report.rounds.map((round: { longestSliceUs: number }) => round.longestSliceUs)));
    expect(report.roundsWithin).toBe(report.rounds.filter((round: { longestSliceUs: number }) => round.longestSliceUs <= 2000).length);
    // 32 KiB of rings each, and 1 % more: what V8 and malloc take and give back meanwhile is a tenth of that, of so many.
    expect(report.freshBytes).toBeGreaterThan(3000 * 32_768);
    expect(report.defragmentedBytes).toBeLessThan(4000 * 32_768);
    expect(status).toBe(0);
  });

  it('prints a table without --json', async () => {
    const { status, stdout } = await bench(...FEW);
    expect(stdout).toMatch(/^640 sessions, all but 480 put to sleep, slices of 2 ms, a tick every 5 ms\n/);
    expect(stdout).toMatch(/\nlongest slice( +\d+\.\d\d){3} +\d+\.\d\d \d+\.\d\d\n/);
    expect(stdout).toMatch(/\nwithin the slice: [0-3] of 3 rounds\n/);
    expect(status).toBe(0);
  });

  it('--pace-ms 0 lets no time between ticks, so that slices are on them', async () => {
    const { status, stdout } = await bench(...FEW, '--cold-rounds', '0', '--pace-ms', '0', '--json');
    expect(JSON.parse(stdout).longestOnTickUs.max).toBeGreaterThan(0);
    expect(status).toBe(0);
    expect((await bench(...FEW, '--pace-ms', '0')).stdout).toMatch(/^640 sessions, .*, ticks without a pause\n/);
  });

  it.each([
    [['--awake', '5000'], '1…4999', '5000'],
    [['--sessions', '10', '--awake', '11'], '1…9', '11'],
    [['--rounds', '0'], '1…1000', '0'],
    [['--slice-ms', '0'], '1…1000', '0'],
    [['--pace-ms', '-1'], '0…1000', '-1'],
  ])('refuses %j, naming what is allowed, with exit code 2', async (args, allowed, value) => {
    const { status, stdout, stderr } = await bench(...args);
    expect(stderr).toContain(allowed);
    expect(stderr).toContain(value);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});
