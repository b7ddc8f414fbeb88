import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { faultsInFolder, faultsInTable, resultNames, runsIn, withTable, writeResults } from '../../src/report/results-folder.js';
import { runsOf } from '../../src/report/runs.js';
import { syntheticResult } from './synthetic-result.js';

const NAME = '2026-11-30-amd-epyc-2c';
const whole = syntheticResult(1, { command: ['compare', '--native', '/home/ada/build/botref'] });
/** Two tables are drawn sooner than fourteen. */
const result = { ...whole, tables: whole.tables.slice(0, 2) };
const folder = mkdtempSync(join(tmpdir(), 'dormouse-results-'));
const results = join(folder, 'results');
const readme = join(folder, 'README.md');
const published = writeResults(results, runsOf([result]));
writeFileSync(readme, 'before\n<!-- compare:begin -->\n<!-- compare:end -->\nafter\n');
writeFileSync(readme, withTable(readme, results, NAME, runsIn(published)));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is said of a copy of the published after `change`. */
function faultsAfter(change: (copy: string) => void): string[] {
  const copy = join(folder, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(results, join(copy, 'results'), { recursive: true });
  cpSync(readme, join(copy, 'README.md'));
  change(copy);
  const there = join(copy, 'results');
  return [...resultNames(there).flatMap((name) => faultsInFolder(there, name)), ...faultsInTable(join(copy, 'README.md'), there)];
}

const edit =
  (pattern: RegExp | string, replacement: string, ...parts: string[]) =>
  (copy: string) => {
    const file = join(copy, ...parts);
    const text = readFileSync(file, 'utf8');
    const changed = text.replace(pattern, replacement);
    expect(changed).not.toBe(text);
    writeFileSync(file, changed);
  };
const DATA = ['results', NAME, 'data', 'compare-1.json'];

describe('a published result', () => {
  it('is what its data give', () => {
    expect(published).toBe(join(results, NAME));
    expect(faultsAfter(() => undefined)).toEqual([]);
  });

  it('has no path of the machine in it', () => {
    expect(readFileSync(join(published, 'data', 'compare-1.json'), 'utf8')).toContain('["compare","--native","…/botref"]');
    expect(readFileSync(join(published, 'README.md'), 'utf8')).not.toContain('ada');
  });

  it('is replaced by another of that day and machine, and none of its files is left', () => {
    const again = join(folder, 'again');
    writeResults(again, runsOf([result, { ...syntheticResult(2), tables: [] }]));
    writeResults(again, runsOf([result]));
    expect(runsIn(join(again, NAME)).all.length).toBe(1);
    expect(faultsInFolder(again, NAME)).toEqual([]);
  });

  it('keeps its runs in the order they were given, however many', () => {
    const runs = Array.from({ length: 11 }, (_, index) => ({
      ...syntheticResult(1, { startedAt: `2026-11-30T09:00:${10 + index}Z` }),
      tables: [],
    }));
    writeResults(join(folder, 'many'), runsOf(runs));
    expect(runsIn(join(folder, 'many', NAME)).all.map(({ startedAt }) => startedAt)).toEqual(runs.map(({ startedAt }) => startedAt));
  });

  it('has its table between the markers of a README, where nothing else was changed', () => {
    const text = readFileSync(readme, 'utf8');
    const origin = 'Written by `dormouse-bench report` from [a run of 2026-11-30](results/2026-11-30-amd-epyc-2c/) on 2 cores';
    expect(text.startsWith(`before\n<!-- compare:begin -->\n${origin}`)).toBe(true);
    expect(text.match(/^\| W\d/gm)?.length).toBe(result.tables.length);
    expect(text.endsWith('\n<!-- compare:end -->\nafter\n')).toBe(true);
  });

  it.each<[string, (copy: string) => void, RegExp]>([
    ['a digit of the page', edit(/\| (\d)\./, '| 77.', 'results', NAME, 'README.md'), /README\.md: must be what the data give/],
    ['a digit of a chart', edit(/(cx="\d*)\d/, '$17', 'results', NAME, 'index.html'), /index\.html: must be what the data give/],
    [
      'a digit of the table',
      edit(/(\d)\u00a0×/, '0\u00a0×', 'README.md'),
      /its table must be what the data of 2026-11-30-amd-epyc-2c give/,
    ],
    ['a figure of the data', edit(/"cpuUsPerTick":\d/, '"cpuUsPerTick":77', ...DATA), /must be what the data give/],
    ['a path in the data', edit('…/botref', '/home/ada/botref', ...DATA), /a path of one machine in them, \/home\/ada\/botref/],
    ['what a smoke run says', edit('"smoke":false', '"smoke":true', ...DATA), /a smoke run verifies the work/],
    ['what a partial run says', edit('"partial":false', '"partial":true', ...DATA), /a run was stopped before its end/],
    ['a checksum', edit('"checksum":"0eeb48d2",', '', ...DATA), /rows\[0\]\.checksum must be 8 hexadecimal digits/],
    [
      'its name',
      (copy) => renameSync(join(copy, 'results', NAME), join(copy, 'results', 'mine')),
      /mine: the folder .* called 2026-11-30-amd-epyc-2c/,
    ],
    ['its files', (copy) => writeFileSync(join(copy, 'results', NAME, 'notes.txt'), ''), /notes\.txt: belongs to no result/],
    ['its data to none', (copy) => rmSync(join(copy, 'results', NAME, 'data'), { recursive: true }), /ENOENT/],
    ['the table to none', edit(/(begin -->\n)[\s\S]*(<!-- compare:end)/, '$1$2', 'README.md'), /its table must be that of a result/],
    [
      'the markers to none',
      edit('<!-- compare:end -->', '', 'README.md'),
      /must have <!-- compare:begin --> and <!-- compare:end --> in it/,
    ],
  ])('is found out after a change of %s', (_what, change, complaint) => {
    expect(faultsAfter(change).join('\n')).toMatch(complaint);
  });
});

it('a README has an empty table where there is no result', () => {
  const file = join(folder, 'empty.md');
  writeFileSync(file, '<!-- compare:begin -->\n<!-- compare:end -->\n');
  expect(faultsInTable(file, join(folder, 'nowhere'))).toEqual([]);
  writeFileSync(file, '<!-- compare:begin -->\nsomething\n<!-- compare:end -->\n');
  expect(faultsInTable(file, join(folder, 'nowhere'))).toHaveLength(1);
});
