import { describe, expect, it } from 'vitest';
import type { CompareResult } from '../../src/compare/result.js';
import { privatePathIn, withoutPaths, withoutPathsIn } from '../../src/report/private-paths.js';
import { faultsOf } from '../../src/report/result-shape.js';
import { folderNameOf } from '../../src/report/results-folder.js';
import { reasonAgainstTogether } from '../../src/report/runs.js';
import { targetFaultsOf } from '../../src/report/target-rows.js';
import { syntheticResult, syntheticTargets } from './synthetic-result.js';

type Draft = { -readonly [Key in keyof CompareResult]: unknown } & {
  tables: { rows: Record<string, unknown>[] }[];
  machine: Record<string, unknown>;
};

/** What is said of a result after a change that no run would make. */
function faultsAfter(change: (result: Draft) => void): string[] {
  const result = JSON.parse(JSON.stringify(syntheticResult())) as Draft;
  change(result);
  return faultsOf(result);
}

describe('a file of compare', () => {
  it('is taken as compare writes it', () => {
    expect(faultsOf(syntheticResult())).toEqual([]);
  });

  it.each<[string, (result: Draft) => void, unknown]>([
    [
      'another format',
      (result) => (result.format = 'dormouse-compare/0'),
      'result.format must be one of dormouse-compare/1: got "dormouse-compare/0"',
    ],
    ['no date', (result) => (result.startedAt = 'yesterday'), 'result.startedAt must be a time in ISO 8601, UTC: got "yesterday"'],
    ['a field that nobody reads', (result) => (result.machine.owner = 'Ada'), 'result.machine must have no field owner'],
    [
      'a missing field',
      (result) => delete result.tables[0].rows[0].checksum,
      'result.tables[0].rows[0].checksum must be 8 hexadecimal digits: got nothing',
    ],
    [
      'a figure that is none',
      (result) => (result.tables[0].rows[0].p99Us = null),
      'result.tables[0].rows[0].p99Us must be a number that is not negative: got null',
    ],
    [
      'a median outside of its interval',
      (result) => (result.tables[0].rows[0].tickUs = { median: 9, low: 1, high: 2 }),
      'result.tables[0].rows[0].tickUs must have its median between its ends: got 1, 9, 2',
    ],
    [
      'an arm that is not described',
      (result) => (result.tables[0].rows[0].arm = 'ghost@1'),
      'W0 f64, 5000 sessions (main): ghost@1 is not among the arms',
    ],
    [
      'a rank that its interval does not give',
      (result) => (result.tables[0].rows[0].rank = 99),
      expect.stringMatching(/^W0 f64, 5000 sessions .main.: dormouse-inline@0 has rank 99, and its interval rank \d+$/),
    ],
    [
      'fewer rounds than it says',
      (result) => (result.tables[0].rows[0].roundsUs as number[]).splice(8),
      'W0 f64, 5000 sessions (main): dormouse-inline@0 has 8 rounds of 9',
    ],
    [
      'other work in as many ticks',
      (result) => (result.tables[0].rows[1].checksum = '00000001'),
      'W0 f64, 5000 sessions (main): dormouse-inline-batch@0 did other work than others in 600 ticks',
    ],
  ])('is refused with %s', (_what, change, complaint) => {
    expect(faultsAfter(change)).toContainEqual(complaint);
  });

  it('is not published with that of another machine', () => {
    const other = syntheticResult(2, { machine: { ...syntheticResult().machine, cores: 64 } });
    expect(reasonAgainstTogether([syntheticResult(), other])).toContain('AMD EPYC, 2 cores and AMD EPYC, 64 cores');
    expect(reasonAgainstTogether([syntheticResult(), syntheticResult(2)])).toBeUndefined();
  });
});

it.each([
  ['AMD EPYC', 2, '2026-11-30-amd-epyc-2c'],
  ['Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz', 4, '2026-11-30-intel-xeon-platinum-8370c-4c'],
  ['Apple M2 Pro', 12, '2026-11-30-apple-m2-pro-12c'],
  ['AMD Ryzen 9 7950X 16-Core Processor', 32, '2026-11-30-amd-ryzen-9-7950x-16-core-32c'],
])('a result on %s has a folder of a readable name', (cpu, cores, name) => {
  expect(folderNameOf(syntheticResult(1, { machine: { ...syntheticResult().machine, cpu, cores } }))).toBe(name);
});

describe('paths of a machine', () => {
  it.each([
    ['--native /home/ada/native/build/botref', '--native …/botref'],
    ['--native=/srv/build/botref --rounds 9', '--native=…/botref --rounds 9'],
    ['at run (file:///Users/ada/bench/dist/cli.js:3:1)', 'at run (…/cli.js:3:1)'],
    ['cannot open ~/runs/a.json', 'cannot open …/a.json'],
    ['cannot open "C:\\Users\\ada\\a.json"', 'cannot open "…/a.json"'],
  ])('are reduced to their last part: %s', (text, reduced) => {
    expect(withoutPaths(text)).toBe(reduced);
    expect(privatePathIn({ reason: [text] })).toBeDefined();
  });

  it.each(['updates/tick', 'f32/f64 and/or W1', 'https://github.com/tinylibs/tinypool', '12 / 5', '../../docs/workloads.md', 'g++ 14.2.0'])(
    'are not seen in %s',
    (text) => {
      expect(withoutPaths(text)).toBe(text);
    },
  );

  it('are gone from all strings of a result, which is otherwise what it was', () => {
    const leaking = syntheticResult(1, { command: ['compare', '--native', '/home/ada/botref'] });
    expect(withoutPathsIn(leaking)).toEqual(syntheticResult(1, { command: ['compare', '--native', '…/botref'] }));
    expect(privatePathIn(withoutPathsIn(leaking))).toBeUndefined();
  });
});

it('a file of targets is a list of rows with what is shown of them', () => {
  const row = syntheticTargets()[0];
  expect(targetFaultsOf([row, { ...row, margin: null }, { ...row, value: null, pass: false, error: 'its process ended' }])).toEqual([]);
  expect(targetFaultsOf([row, { ...row, pass: 'yes' }])).toEqual(['targets[1].pass must be true or false: got "yes"']);
  expect(targetFaultsOf({ rows: [] })).toEqual(['targets must be a list: got {"rows":[]}']);
});
