import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompareResult } from '../../src/compare/result.js';
import { syntheticResult } from './synthetic-result.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const NAME = '2026-11-30-amd-epyc-2c';
const folder = mkdtempSync(join(tmpdir(), 'dormouse-report-'));
const at = (...parts: string[]): string => join(folder, ...parts);

function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', cwd: folder });
  return { status, stdout, stderr };
}

function written(name: string, result: CompareResult): string {
  writeFileSync(at(name), JSON.stringify(result));
  return name;
}

/** Two tables are drawn sooner than fourteen. */
const short = (result: CompareResult): CompareResult => ({ ...result, tables: result.tables.slice(0, 2) });

/** All times of one arm `factor` times what they are. */
function slowed(result: CompareResult, arm: string, factor: number): CompareResult {
  const tables = result.tables.map((table) => {
    const rows = table.rows.map((row) => {
      if (row.arm !== arm) return row;
      const { median, low, high } = row.tickUs;
      return {
        ...row,
        tickUs: { median: median * factor, low: low * factor, high: high * factor },
        roundsUs: row.roundsUs.map((us) => us * factor),
      };
    });
    return { ...table, rows: rows.map((row) => ({ ...row, rank: 1 + rows.filter(({ tickUs }) => tickUs.high < row.tickUs.low).length })) };
  });
  return { ...result, tables };
}

/** Without the rows of one arm in one workload. */
function without(result: CompareResult, arm: string, workload: string): CompareResult {
  const tables = result.tables.map((table) => {
    if (table.workload !== workload) return table;
    const rows = table.rows.filter((row) => row.arm !== arm);
    return { ...table, rows: rows.map((row) => ({ ...row, rank: 1 + rows.filter(({ tickUs }) => tickUs.high < row.tickUs.low).length })) };
  });
  return { ...result, tables };
}

beforeAll(() => {
  written('first.json', syntheticResult());
  written('second.json', syntheticResult(2));
  written('short.json', short(syntheticResult()));
  written('again.json', short(syntheticResult(2)));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('dormouse-bench report', () => {
  beforeAll(() => {
    writeFileSync(at('README.md'), 'before\n<!-- compare:begin -->\n<!-- compare:end -->\nafter\n');
    const { status, stdout, stderr } = bench('report', 'short.json', 'again.json', '--out', 'results', '--write', 'README.md');
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `results/${NAME}\nREADME.md\n`, stderr: '' });
  });

  const check = () => bench('report', '--check', '--out', 'results', '--write', 'README.md');

  it('publishes what --check then finds to be what its data give, and with a digit changed no more: exit code 1', () => {
    expect(check()).toEqual({ status: 0, stdout: 'results: 1, tables: 1; all are what their data give\n', stderr: '' });
    const page = at('results', NAME, 'index.html');
    const text = readFileSync(page, 'utf8');
    writeFileSync(page, text.replace(/(cx="\d*)\d/, '$17'));
    const { status, stderr } = check();
    writeFileSync(page, text);
    expect(stderr).toBe(`${NAME}/index.html: must be what the data give; write it again by dormouse-bench report\n`);
    expect(status).toBe(1);
  });

  it.each([
    ['partial', { partial: true }],
    ['smoke', { smoke: true }],
  ])('takes a %s run as a draft alone', (name, changes) => {
    const file = written(`${name}.json`, short(syntheticResult(1, changes)));
    const refused = bench('report', file, '--out', 'drafts');
    expect(refused.stderr).toContain('not to be published without --draft');
    expect(refused.status).toBe(2);
    expect(bench('report', file, '--out', 'drafts', '--draft').status).toBe(0);
    expect(readFileSync(at('drafts', NAME, 'README.md'), 'utf8')).toContain('Draft: ');
  });

  it.each([
    [[], 'report needs files of compare, or --check'],
    [['no.json'], 'no.json must be a JSON file'],
    [['first.json', '--write', 'no.md'], '--write must be a file that is there: got no.md'],
    [['first.json', '--write', 'README.md', '--draft'], '--write is not for drafts'],
    [['--check', 'first.json'], '--check looks at what --out has: got first.json'],
    [['first.json', '--targets', 'first.json'], 'first.json: targets must be a list'],
  ])('refuses %j with exit code 2', (args, complaint) => {
    const { status, stdout, stderr } = bench('report', ...args);
    expect(stderr).toContain(complaint);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

describe('dormouse-bench diff', () => {
  it('finds nothing between two runs of the same', () => {
    const { status, stdout } = bench('diff', 'first.json', 'second.json');
    expect(stdout).toContain(
      'figures compared: 0 differ by more than 5 % and their intervals; 0 arms of dormouse-* slower, 0 missing; 0 pairs have changed places',
    );
    expect(status).toBe(0);
  });

  it('a Dormouse arm that is slower by more than noise and threshold is a regression: exit code 1', () => {
    const file = written('slower.json', slowed(syntheticResult(2), 'dormouse-inline@0', 1.5));
    const { status, stdout } = bench('diff', 'first.json', file);
    expect(stdout).toMatch(/^dormouse-inline@0 +W1 f64, 5000 sessions +slower .* 1\.[45]\d?\u00a0×/m);
    expect(stdout).toMatch(/W\d f64, 5000 sessions: dormouse-inline@0 was faster than \S+, and now \S+ is/);
    expect(status).toBe(1);
    expect(bench('diff', 'first.json', file, '--threshold', '60').status).toBe(0);
  });

  it('others count where --arms says so', () => {
    const file = written('other.json', slowed(syntheticResult(2), 'floor@0', 1.5));
    expect(bench('diff', 'first.json', file).status).toBe(0);
    expect(bench('diff', 'first.json', file, '--arms', 'floor').status).toBe(1);
  });

  it.each<[string, (result: CompareResult) => CompareResult, number, RegExp]>([
    [
      'a Dormouse arm that is in a table no more is a regression',
      (result) => without(result, 'dormouse-inline@0', 'W3'),
      1,
      /^W3 f64, 5000 sessions: dormouse-inline@0 is missing now: it was not measured$/m,
    ],
    [
      'one that was refused is told of with the reason',
      (result) => ({
        ...without(result, 'dormouse-inline@0', 'W3'),
        refused: [{ arm: 'dormouse-inline@0', workload: 'W3', reason: 'checksum 0badc0de' }],
      }),
      1,
      /dormouse-inline@0 is missing now: checksum 0badc0de$/m,
    ],
    [
      'of another arm it is told, and is none',
      (result) => without(result, 'floor@0', 'W3'),
      0,
      /floor@0 is missing now: it was not measured$/m,
    ],
    [
      'a table that was not asked for is not compared',
      (result) => ({ ...result, tables: result.tables.filter(({ workload }) => workload !== 'W3') }),
      0,
      /slower, 0 missing/,
    ],
  ])('%s', (_what, change, exitCode, told) => {
    const { status, stdout } = bench('diff', 'first.json', written('missing.json', change(syntheticResult(2))));
    expect(stdout).toMatch(told);
    expect(status).toBe(exitCode);
  });

  it('what is faster is told, and is no regression', () => {
    const file = written('faster.json', slowed(syntheticResult(2), 'dormouse-inline@0', 0.5));
    const { status, stdout } = bench('diff', 'first.json', file, '--json');
    const { changes, regressions } = JSON.parse(stdout) as { changes: { arm: string; verdict: string }[]; regressions: unknown[] };
    const verdicts = new Set(changes.filter(({ arm }) => arm === 'dormouse-inline@0').map(({ verdict }) => verdict));
    expect({ status, verdicts, regressions }).toEqual({ status: 0, verdicts: new Set(['faster']), regressions: [] });
  });

  it.each<[string, Partial<CompareResult>, string]>([
    [
      'of another machine',
      { machine: { ...syntheticResult().machine, cpu: 'Intel Xeon' } },
      'two machines, 2 × AMD EPYC, x64 and 2 × Intel Xeon, x64',
    ],
    ['of smoke', { smoke: true }, 'the times of a smoke run say nothing'],
    ['that was stopped', { partial: true }, 'a run that was stopped before its end has not measured everybody'],
  ])('a run %s is compared only by --force', (what, changes, complaint) => {
    const file = written(`${what}.json`, syntheticResult(2, changes));
    const { status, stderr } = bench('diff', 'first.json', file);
    expect(stderr).toContain(complaint);
    expect(status).toBe(2);
    expect(bench('diff', 'first.json', file, '--force').status).toBe(0);
  });

  it.each([
    [['first.json'], 'missing required argument'],
    [['first.json', 'second.json', '--threshold', 'much'], 'It must be a number 0…1000.'],
    [['first.json', 'no.json'], 'no.json must be a JSON file'],
  ])('refuses %j with exit code 2', (args, complaint) => {
    const { status, stderr } = bench('diff', ...args);
    expect(stderr).toContain(complaint);
    expect(status).toBe(2);
  });
});
