import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dormouse-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs it where it finds a folder for such files of its own; tells what it has left there, too. */
function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: folder },
  });
  return { status, stdout, stderr, left: readdirSync(folder) };
}

const NUMBER = expect.any(Number);
const SUMMARY = { median: NUMBER, p99: NUMBER, mean: NUMBER };
const CHOICE = { scheduler: 'inline', workers: 0, caller: 'idle', dispatch: 'resident' };

const COMMANDS = [
  ['hibernate', '--store', 'sqlite', '--sessions', '3000', '--rounds', '2', '--warm-ups', '1'],
  ['restart', '--hibernated', '3000', '--active', '60', '--rounds', '2'],
  ['checkpoint', '--sessions', '60', '--every-ms', '100', '--round-ms', '500', '--rounds', '2', '--tick-rate', '50'],
];

describe.skipIf(isBuiltin('node:sqlite'))('without SQLite in this version of Node.js', () => {
  it.each(COMMANDS)('%s %s says which is needed, with exit code 1, and leaves nothing behind', (...args) => {
    const { status, stdout, stderr, left } = bench(...args, '--json');
    expect(stderr).toMatch(new RegExp(`^error: .*22\\.13.*${process.version.slice(1)}.*\\(ERR_NODE_VERSION\\)`));
    expect({ status, stdout, left }).toEqual({ status: 1, stdout: '', left: [] });
  });
});

describe.runIf(isBuiltin('node:sqlite'))('with SQLite in this version of Node.js', () => {
  it('hibernate --store sqlite prints what sleepers take of memory and of a file, which is gone then', () => {
    const { status, stdout, stderr, left } = bench(...COMMANDS[0], '--json');
    expect(status, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.config).toMatchObject({ ...CHOICE, store: 'sqlite', synchronous: 'full' });
    expect(report.disk).toEqual({ fileBytes: NUMBER, readBytes: NUMBER, writtenBytes: NUMBER });
    expect(report.disk.fileBytes).toBeGreaterThan(3000 * 150);
    expect(report.disk.writtenBytes).toBeGreaterThan(report.disk.fileBytes / 2);
    expect([report.hibernateUs, report.wakeUs, report.rounds.length]).toEqual([SUMMARY, SUMMARY, 2]);
    expect(report.accountedBytes.reduction).toBeGreaterThan(0.9);
    expect(left).toEqual([]);
    expect(bench(...COMMANDS[0], '--synchronous', 'normal').stdout).toMatch(/files: +[\d.]+ MB, written [\d.]+ MB/);
  });

  it('restart prints how long it is to the first tick, and what is back', () => {
    const { status, stdout, stderr, left } = bench(...COMMANDS[1], '--json');
    expect(status, stderr).toBe(0);
    const { config, restarts, ...medians } = JSON.parse(stdout);
    const restart = {
      firstTickAfterMs: NUMBER,
      startMs: NUMBER,
      resumeMs: NUMBER,
      tickMs: NUMBER,
      cpuMs: NUMBER,
      readBytes: NUMBER,
      fileBytes: NUMBER,
      rssBeforeBytes: NUMBER,
      rssAfterBytes: NUMBER,
      resumed: { asleep: 3000, active: 60, quarantined: 0, refused: 0 },
    };
    expect(medians).toEqual(restart);
    expect(restarts).toEqual([restart, restart]);
    expect(config).toEqual({
      ...CHOICE,
      hibernated: 3000,
      active: 60,
      stateBytes: 280,
      state: 'typical',
      groups: false,
      synchronous: 'full',
      rounds: 2,
      node: process.version,
    });
    for (const { firstTickAfterMs, startMs, resumeMs, tickMs, readBytes, fileBytes } of restarts) {
      expect(firstTickAfterMs).toBeCloseTo(startMs + tickMs, 6);
      expect(resumeMs).toBeLessThan(startMs);
      expect(readBytes).toBeGreaterThan(3000 * 32);
      expect(fileBytes).toBeGreaterThan(3000 * 150);
    }
    expect(left).toEqual([]);
    expect(bench(...COMMANDS[1]).stdout).toMatch(
      /^3000 sessions asleep and 60 active.*\n\nstart to the end of the first tick .*back: 3000 asleep, 60 active/s,
    );
  });

  it('checkpoint prints what ticks are with and without, and what went to the disk', () => {
    const { status, stdout, stderr, left } = bench(...COMMANDS[2], '--json');
    expect(status, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toEqual({
      withUs: SUMMARY,
      withoutUs: SUMMARY,
      lateWithUs: SUMMARY,
      lateWithoutUs: SUMMARY,
      ratio: { median: NUMBER, p99: NUMBER, medianOfRoundsP99: NUMBER },
      checkpoints: NUMBER,
      durationMs: SUMMARY,
      writtenRecords: NUMBER,
      recordBytes: NUMBER,
      diskBytesPerSecond: NUMBER,
      config: {
        ...CHOICE,
        sessions: 60,
        everyMs: 100,
        tickRate: 50,
        rounds: 2,
        roundMs: 500,
        synchronous: 'full',
        node: process.version,
      },
    });
    expect(report.checkpoints).toBeGreaterThan(1);
    expect(report.writtenRecords).toBeGreaterThan(60);
    // The store counts what its log has come to when that is copied into the file: not yet, of so little.
    expect(report.diskBytesPerSecond).toBeGreaterThanOrEqual(0);
    expect(left).toEqual([]);
    expect(bench(...COMMANDS[2]).stdout).toMatch(
      /^60 sessions of W2 on inline, 50 ticks a second, a checkpoint each 100 ms\n.*MB\/s to the disk/s,
    );
  });
});

it.each([
  ['restart', '--hibernated', '1048577', '0…1048576'],
  ['restart', '--active', '-1', '0…100000'],
  ['restart', '--rounds', '0', '1…1000'],
  ['restart', '--synchronous', 'off', 'full, normal'],
  ['checkpoint', '--every-ms', '99', '100…3600000'],
  ['checkpoint', '--tick-rate', '1001', '1…1000'],
  ['checkpoint', '--round-ms', 'long', '100…3600000'],
])('%s refuses %s %s, naming what is allowed, with exit code 2', (command, flag, value, allowed) => {
  const { status, stdout, stderr } = bench(command, flag, value);
  expect(stderr).toContain(flag);
  expect(stderr).toContain(allowed);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});
