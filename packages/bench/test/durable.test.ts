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

const COMMANDS = [['hibernate', '--store', 'sqlite', '--sessions', '3000', '--rounds', '2']];

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
    if (status !== 0) throw new Error(stderr);
    const report = JSON.parse(stdout);
    expect(report.config).toMatchObject({ ...CHOICE, store: 'sqlite', synchronous: 'full' });
    expect(report.disk).toEqual({ fileBytes: NUMBER, readBytes: NUMBER, writtenBytes: NUMBER });
    expect(report.disk.fileBytes).toBeGreaterThan(3000 * 150);
    expect(report.disk.writtenBytes).toBeGreaterThan(report.disk.fileBytes / 2);
    expect([report.hibernateUs, report.wakeUs, report.rounds.length]).toEqual([SUMMARY, SUMMARY, 2]);
    expect(report.accountedBytes.reduction).toBeGreaterThan(0.97);
    expect({ status, left }).toEqual({ status: 0, left: [] });
    expect(bench(...COMMANDS[0], '--synchronous', 'normal').stdout).toMatch(/files: +[\d.]+ MB, written [\d.]+ MB/);
  });
});
