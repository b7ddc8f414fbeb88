import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { TargetRow } from '../src/targets/target.js';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'targets', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const SMALL = ['--sessions', '500'];

describe('dormouse-bench targets', () => {
  it('--json prints a row for each figure: requirement, arm, limit, value and whether it passes', () => {
    const { status, stdout, stderr } = bench('--only', 'R-20', '--schedulers', 'inline,tinypool', ...SMALL, '--json');
    const rows: TargetRow[] = JSON.parse(stdout);
    for (const row of rows) {
      expect(row).toEqual({
        id: 'R-20',
        scheduler: expect.stringMatching(/^(inline|tinypool)$/),
        caller: row.scheduler === 'inline' ? null : expect.stringMatching(/^(idle|joins)$/),
        what: expect.stringMatching(/^(created|a tick)$/),
        sessions: expect.any(Number),
        bound: '<',
        limit: row.what === 'created' ? 5000 : 100,
        value: expect.any(Number),
        unit: 'ms',
        pass: Number(row.value) < row.limit,
        margin: 1 - Number(row.value) / row.limit,
        binding: true,
        also: [],
        text: expect.stringContaining('EXPECT_LT(totalCreationMs, 5000)'),
        source: 'TEST(BotSessionMgrPerformanceTest, HighConcurrency)',
        reading: expect.any(String),
        partial: false,
        commit: expect.toBeOneOf([expect.stringMatching(/^[0-9a-f]{40}\+?$/), null]),
      });
    }
    const arms = ['inline null', 'tinypool idle', 'tinypool joins'];
    const expected = arms.flatMap((arm) =>
      [100, 500].flatMap((sessions) => ['created', 'a tick'].map((what) => `${arm} ${sessions} ${what}`)),
    );
    expect(rows.map(({ scheduler, caller, sessions, what }) => `${scheduler} ${caller} ${sessions} ${what}`)).toEqual(expected);
    expect(stderr).toMatch(/^targets: 1 of 3: R-20 load on inline: met; \d+ s left\n/);
    expect(status).toBe(rows.every(({ pass }) => pass) ? 0 : 1);
  });

  it('the pool is exact on a parallel scheduler, and takes nothing while it lasts (R-16)', () => {
    const { status, stdout } = bench('--only', 'R-16', '--schedulers', 'threads', '--callers', 'joins', ...SMALL, '--json');
    const rows: TargetRow[] = JSON.parse(stdout);
    const exact = rows.filter(({ limit }) => limit === 0);
    expect(exact.map(({ sessions, what, value }) => [sessions, what, value])).toEqual(
      [100, 500].flatMap((sessions) => [
        [sessions, 'counts that are wrong', 0],
        [sessions, 'warnings, other than one when it is first exhausted', 0],
        [sessions, 'blocks added before it is exhausted', 0],
        [sessions, 'more held, by creating and releasing', 0],
      ]),
    );
    expect(rows.length - exact.length).toBe(2);
    expect(status).toBe(0);
  });

  it('for people: the specification’s text, the reading, a table with arms side by side, and how many are met', () => {
    const { stdout } = bench('--only', 'R-16', '--schedulers', 'inline', ...SMALL);
    expect(stdout).toMatch(/^R-16 pool\n {2}“MUST use session pool with pre-allocation \(1000 sessions\)/);
    expect(stdout).toMatch(/\n +sessions +limit +inline +least margin +met *\ncounts that are wrong +100 +≤ 0 +0 +yes\n/);
    expect(stdout).toMatch(/\n8 of 8 met; /);
  });

  it.each([
    [['--only', 'R-05'], 'R-03, R-04, R-11, R-16, R-20, R-24, R-27, R-28'],
    [['--callers', 'sometimes'], 'idle, joins'],
    [['--sessions', '50001'], '100…50000'],
    [['--schedulers', '@nobody/scheduler'], '@nobody/scheduler'],
    [['--schedulers', ','], 'at least one'],
  ])('%j is refused before anything is measured, naming what is allowed', (args, named) => {
    const { status, stdout, stderr } = bench(...args);
    expect(stderr).toContain(named);
    expect(stderr).not.toContain('targets: ');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('a target of which no fleet is small enough was not measured, and so not met', () => {
    const { status, stdout, stderr } = bench('--only', 'R-24', '--schedulers', 'inline', ...SMALL, '--json');
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        id: 'R-24',
        scheduler: 'inline',
        value: null,
        pass: false,
        binding: true,
        error: expect.stringContaining('500'),
      }),
    ]);
    expect(stderr).toContain('R-24 sleep on inline: not measured: it takes fleets of more than 500 sessions');
    expect(status).toBe(1);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('stopped by %s before its end it prints what it has, marked as partial, with exit code %d', async (signal, status) => {
    const args = ['targets', '--only', 'R-16', '--schedulers', 'inline,threads', ...SMALL, '--json'];
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    // The first line of progress: one arm of three is measured.
    child.stderr.once('data', () => child.kill(signal));
    const [output, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    const rows: TargetRow[] = JSON.parse(output);
    expect(rows.map(({ scheduler, partial, error }) => ({ scheduler, partial, error }))).toEqual([
      ...Array(10).fill({ scheduler: 'inline', partial: true }),
      ...Array(2).fill({ scheduler: 'threads', partial: true, error: 'stopped before it was measured' }),
    ]);
    expect(said).toContain('stopped before its end');
    expect(code).toBe(status);
  });
});
