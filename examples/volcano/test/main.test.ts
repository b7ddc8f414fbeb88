import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBehavior } from '@dormouse/core';
import { afterAll, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'volcano-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as npm start does; once its output has `until`, it gets `signal`. */
function volcano(args: string[], signal?: NodeJS.Signals, until = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: folder });
    let [stdout, stderr] = ['', ''];
    let signalled = signal === undefined;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (signalled || !stdout.includes(until)) return;
      signalled = true;
      child.kill(signal);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

describe('the program', () => {
  it('has its behaviour in a module of its own, which workers can import to find it there', async () => {
    const url = new URL('../dist/bot.js', import.meta.url).href;
    const module = await import(url);
    expect(isBehavior(module.default)).toBe(true);
    expect(module.default.url).toBe(url);
    expect(readFileSync(main, 'utf8')).toContain("from './bot.js'");
  });

  it('runs its time, sums up and writes the map', async () => {
    const { code, stdout, stderr } = await volcano(['--sessions', '50', '--duration', '1', '--output', 'short.svg']);
    expect([code, stderr]).toEqual([0, '']);
    for (const words of ['50 bots', 'ticks in', 'threads', 'p99', 'of 0.05 % allowed', 'short.svg']) expect(stdout).toContain(words);
    // How many rest and sleep by then depends on how many ticks a second of this machine has.
    const [, active, asleep] = /(\d+) active, (\d+) asleep/.exec(stdout) ?? [];
    expect(Number(active) + Number(asleep)).toBe(50);
    expect(readFileSync(join(folder, 'short.svg'), 'utf8')).toContain('50 bots');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends on %s as at its end: summary, map, exit code 0', async (signal) => {
    const { code, stdout, stderr } = await volcano(
      ['--sessions', '50', '--duration', '600', '--output', `${signal}.svg`],
      signal,
      'polygons',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('of 0.05 % allowed');
    expect(readFileSync(join(folder, `${signal}.svg`), 'utf8')).toContain('</svg>');
  });

  it('ends in the same way when SIGINT comes to the whole process group, and once more from the parent that passes it on', async () => {
    const childModule = new URL('../../../scripts/child.mjs', import.meta.url).href;
    const program = `import { run } from ${JSON.stringify(childModule)};
      process.exitCode = await run(process.execPath, ${JSON.stringify([main, '--sessions', '1000', '--duration', '600', '--output', 'group.svg'])});`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    let signalled = false;
    parent.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (signalled || !stdout.includes(' s | ') || parent.pid === undefined) return;
      signalled = true;
      process.kill(-parent.pid, 'SIGINT');
    });
    const code = await new Promise((resolve) => parent.on('close', resolve));
    expect(code).toBe(0);
    expect(stdout).toContain('of 0.05 % allowed');
    expect(readFileSync(join(folder, 'group.svg'), 'utf8')).toContain('</svg>');
  });

  it.each([
    [['tinypool'], 'in each of 2 threads', 'tinypool: 1 worker, '],
    [['poolifier', '--caller', 'joins'], 'in each of 2 threads', 'poolifier: 1 worker + main, '],
    [['threads'], 'in each of 2 threads', 'threads: 1 worker, '],
  ])('runs its bots on worker threads: %s', async (scheduler, started, summedUp) => {
    const { code, stdout, stderr } = await volcano(['--sessions', '200', '--duration', '1', '--workers', '1', '--scheduler', ...scheduler]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(started);
    expect(stdout).toContain(summedUp);
  });

  it('takes a scheduler by its path from the working directory, by package name, and refuses others with exit code 2', async () => {
    const inline = await volcano(['--sessions', '5', '--duration', '1', '--quiet', '--scheduler', '@dormouse/scheduler-inline']);
    expect([inline.code, inline.stderr]).toEqual([0, '']);
    const unknown = await volcano(['--scheduler', './nothing.mjs']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('nothing.mjs');
    expect(unknown.stderr).toContain('ERR_SCHEDULER_UNKNOWN');
    const impossible = await volcano(['--scheduler', 'inline', '--workers', '2']);
    expect([impossible.code, impossible.stdout]).toEqual([2, '']);
    expect(impossible.stderr).toBe('error: --workers 2: scheduler inline has no worker threads (ERR_SCHEDULER_UNSUPPORTED)\n');
  });

  it('runs a run that was recorded on one scheduler again on every other, and finds each tick as it was; from a file that breaks off, up to there', async () => {
    const recorded = await volcano([...'--sessions 150 --duration 2 --quiet --record run.rec --scheduler threads --workers 2'.split(' ')]);
    expect([recorded.code, recorded.stderr]).toEqual([0, '']);
    const ticks = /^(\d+) ticks in/m.exec(recorded.stdout)?.[1];
    const digests = new Set<string | undefined>();
    for (const [scheduler, threads] of [
      ['inline', 'inline: main thread'],
      ['tinypool', 'tinypool: 2 workers'],
      ['poolifier', 'poolifier: 2 workers'],
    ]) {
      const workers = scheduler === 'inline' ? [] : ['--workers', '2'];
      const again = await volcano(['--replay', 'run.rec', '--scheduler', scheduler, ...workers]);
      expect([again.code, again.stderr]).toEqual([0, '']);
      expect(again.stdout).toContain(`${ticks} ticks of 150 bots as they were recorded\n  threads     ${threads}\n  digest`);
      digests.add(/^ {2}digest +(\w+)$/m.exec(again.stdout)?.[1]);
    }
    expect(digests.size).toBe(1);
    const bytes = readFileSync(join(folder, 'run.rec'));
    writeFileSync(join(folder, 'torn.rec'), bytes.subarray(0, bytes.length - 100));
    const torn = await volcano(['--replay', 'torn.rec', '--scheduler', 'inline']);
    expect(torn.code).toBe(0);
    expect(torn.stdout).toContain('up to where the file breaks off');
    const none = await volcano(['--replay', 'nothing.rec']);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('ERR_REPLAY_FILE');
  });

  it('prints its help on the standard output, and what is wrong with its options on the other', async () => {
    const help = await volcano(['--help']);
    expect([help.code, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('Usage: volcano [options]');
    const wrong = await volcano(['--sessions', '0']);
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('must be a whole number 1…100000: got "0"');
  });
});
