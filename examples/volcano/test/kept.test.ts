import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { whatIsBack } from '../src/kept.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'volcano-kept-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program; it is killed once its output has `until`. */
function volcano(args: string, until?: RegExp): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args.split(' ')], { cwd: folder });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (until?.test(stdout)) child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

describe.runIf(isBuiltin('node:sqlite'))('bots that are kept in a file', () => {
  it('go on where they were when the process is killed, and when it has ended, however many are asked for then', async () => {
    const first = await volcano('--sessions 60 --duration 600 --tick-rate 50 --store bots.db', /arrived[\s\S]*\n[^\n]*arrived/);
    expect([first.signal, first.stderr]).toEqual(['SIGKILL', '']);
    expect(first.stdout).toContain('Kept in bots.db: run it again');
    let [tick, known] = [0, 60];
    for (const sessions of [60, 20, 80]) {
      const next = await volcano(`--sessions ${sessions} --duration 1 --tick-rate 50 --store bots.db`);
      expect([next.code, next.stderr]).toEqual([0, '']);
      // Thousands stand apart.
      const [bots, from] =
        /Back from bots\.db in [^:]*: ([\d ]+) bots, .*tick ([\d ]+) and on/
          .exec(next.stdout)
          ?.slice(1)
          .map((text) => Number(text.replaceAll(' ', ''))) ?? [];
      expect(bots).toBe(Math.max(60, known));
      expect(from).toBeGreaterThan(tick);
      tick = from;
      known = Math.max(known, sessions);
      const [, active, asleep] = /(\d+) active, (\d+) asleep/.exec(next.stdout) ?? [];
      expect(Number(active) + Number(asleep)).toBe(known);
      expect(next.stdout).toContain('of 0.05 % allowed');
    }
    const other = await volcano('--seed 7 --store bots.db');
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('ERR_CONFIG_INVALID');
    expect(other.stderr).toMatch(/seed.*42.*7|seed.*7.*42/);
  });
});

describe.skipIf(isBuiltin('node:sqlite'))('without SQLite in this version of Node.js', () => {
  it('--store says which is needed, and makes no file', async () => {
    const { code, stdout, stderr } = await volcano('--store bots.db');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: .*22\.13.*\(ERR_NODE_VERSION\)\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('what is back is told with how old it may be', () => {
  const report = { asleep: 1200, active: 34, quarantined: 0, refused: 0, refusals: [], oldestStateAt: new Date(0), oldestAgeMs: 61_000 };
  const words = whatIsBack({ ...report, tick: 5678, nowMs: 0, durationMs: 12 }, 'bots.db');
  expect(words).toBe('Back from bots.db in 12 ms: 1 234 bots, 1 200 of them asleep, none older than 61.0 s; tick 5 678 and on');
});
