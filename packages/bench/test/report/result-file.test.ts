import { describe, expect, it } from 'vitest';
import type { CompareResult, Interval } from '../../src/compare/result.js';
import { reasonAgainstPublishing } from '../../src/report/result-file.js';
import { faultsOf } from '../../src/report/result-shape.js';
import { folderNameOf } from '../../src/report/results-folder.js';
import { runsOf } from '../../src/report/runs.js';
import { targetFaultsOf } from '../../src/report/target-rows.js';
import { reasonAgainstTogether, unequalRounds } from '../../src/report/together.js';
import { syntheticResult, syntheticTargets } from './synthetic-result.js';

type Draft = { -readonly [Key in keyof CompareResult]: unknown } & {
  tables: { rows: Record<string, unknown>[] }[];
  machine: Record<string, unknown>;
  settings: Record<string, unknown>;
  lifecycle: Record<string, unknown>[];
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
    [
      'an interval that its rounds do not give',
      (result) => {
        const { low, median, high } = result.tables[0].rows[0].tickUs as Interval;
        result.tables[0].rows[0].tickUs = { low, median, high: (median + high) / 2 };
      },
      expect.stringMatching(/^W0 f64, 5000 sessions .main.: dormouse-inline@0 has .*, and its rounds give .*$/),
    ],
    [
      'a confidence that its rounds do not reach',
      (result) => (result.settings.confidence = 0.5),
      'settings.confidence must be 0.9609375, which 9 rounds reach: got 0.5',
    ],
    [
      'a row twice',
      (result) => result.tables[0].rows.push(result.tables[0].rows[0]),
      'W0 f64, 5000 sessions (main): dormouse-inline@0 is there twice',
    ],
    ['a table twice', (result) => result.tables.push(result.tables[0]), 'W0 f64, 5000 sessions (main): is there twice'],
    ['a life twice', (result) => result.lifecycle.push(result.lifecycle[0]), 'lifecycle has dormouse-inline@0 twice'],
  ])('is refused with %s', (_what, change, complaint) => {
    expect(faultsAfter(change)).toContainEqual(complaint);
  });

  it('is not published with that of another machine, program or setting', () => {
    const { machine, versions, settings } = syntheticResult();
    const reasonWith = (changes: Partial<CompareResult>) => reasonAgainstTogether([syntheticResult(), syntheticResult(2, changes)]);
    expect(reasonWith({ machine: { ...machine, cores: 64 } })).toContain('machine: got 2 × AMD EPYC, x64, Linux 6.1 and 64 × AMD EPYC');
    expect(reasonWith({ machine: { ...machine, arch: 'arm64' } })).toContain('arm64');
    expect(reasonWith({ versions: { ...versions, node: '24.1.0' } })).toContain('Node.js: got 20.20.2 and 24.1.0');
    expect(reasonWith({ versions: { ...versions, packages: { tinypool: '2.1.0' } } })).toContain('tinypool: got 2.2.0 and 2.1.0');
    expect(reasonWith({ commit: '7275e99+' })).toContain('commit: got 7275e99 and 7275e99+');
    expect(reasonWith({ settings: { ...settings, diffMs: 50 } })).toContain('diffMs: got 100 and 50');
    expect(reasonWith({ versions: { ...versions, native: null, packages: {} } })).toBeUndefined();
  });

  it('is not published where its work tree had changes', () => {
    expect(reasonAgainstPublishing(runsOf([syntheticResult(1, { commit: '7275e99+' })]))).toContain('commit 7275e99+');
    expect(reasonAgainstPublishing(runsOf([syntheticResult()]))).toBeUndefined();
  });

  it('may be published with that of more rounds, which is said', () => {
    const longer = syntheticResult(2, { settings: { ...syntheticResult().settings, rounds: 20, launches: 5 } });
    expect(reasonAgainstTogether([syntheticResult(), longer])).toBeUndefined();
    expect(unequalRounds([syntheticResult(), longer])).toBe(
      'Not measured for as long: run 1, 9 rounds of 150 ms in 3 processes an arm; run 2, 20 rounds of 150 ms in 5 processes an arm.',
    );
    expect(unequalRounds([syntheticResult(), syntheticResult(2)])).toBeUndefined();
  });

  it('may say that a resident set is not known, and that a thread took less than nothing', () => {
    expect(
      faultsAfter((result) => {
        result.tables[0].rows[0].rssBytes = null;
        result.lifecycle[0].bytesPerWorker = -4096;
      }),
    ).toEqual([]);
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

it('a file of targets is a list of rows with what is shown of them', () => {
  const row = syntheticTargets()[0];
  expect(targetFaultsOf([row, { ...row, margin: null }, { ...row, value: null, pass: false, error: 'its process ended' }])).toEqual([]);
  expect(targetFaultsOf([row, { ...row, pass: 'yes' }])).toEqual(['targets[1].pass must be true or false: got "yes"']);
  expect(targetFaultsOf({ rows: [] })).toEqual(['targets must be a list: got {"rows":[]}']);
});
