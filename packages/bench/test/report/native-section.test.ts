import { describe, expect, it } from 'vitest';
import type { CompareResult, CompareRow } from '../../src/compare/result.js';
import { nativeFindingsOf } from '../../src/report/native-limits.js';
import { pagesOf } from '../../src/report/report.js';
import { runsOf } from '../../src/report/runs.js';
import { syntheticResult } from './synthetic-result.js';

const JOINS = 'dormouse-tinypool-joins@1';
const JOINS_BATCH = 'dormouse-tinypool-joins-batch@1';
const IDLE = 'dormouse-tinypool-idle@2';

/** A row whose rounds take what `usOf` says. */
function timed(row: CompareRow, usOf: (round: number) => number): CompareRow {
  const roundsUs = row.roundsUs.map((_, round) => usOf(round));
  const sorted = [...roundsUs].sort((one, other) => one - other);
  return { ...row, roundsUs, tickUs: { median: sorted[4], low: sorted[1], high: sorted[7] } };
}

/** A result with these arms alone, which take so many times what the native program takes: its rounds are 10, 20, … 90 µs. */
function resultOf(shares: Readonly<Record<string, number>>): CompareResult {
  const result = syntheticResult();
  const tables = result.tables.map((table) => ({
    ...table,
    rows: table.rows.flatMap((row) => {
      const share = row.arm.startsWith('native-') ? 1 : shares[row.arm];
      return share === undefined ? [] : [timed(row, (round) => share * 10 * (round + 1))];
    }),
  }));
  return { ...result, tables };
}

const findingOf = (result: CompareResult, workload: string, native = 'native-heap-map') =>
  nativeFindingsOf(result).find(({ limit }) => limit.workload === workload && limit.native === native);

describe('limits against the native program', () => {
  it('are about rounds of the same number: what both share is no spread of their ratio', () => {
    const finding = findingOf(resultOf({ [JOINS]: 0.5 }), 'W4');
    expect(finding).toMatchObject({ joins: { arm: JOINS, ratio: { low: 0.5, median: 0.5, high: 0.5 } }, idle: undefined, verdict: 'met' });
  });

  it('take the fastest arm whose caller joins, and the idle one beside it, however fast that is', () => {
    const finding = findingOf(resultOf({ [JOINS]: 2, [JOINS_BATCH]: 1.5, [IDLE]: 0.5 }), 'W2');
    expect(finding).toMatchObject({ joins: { arm: JOINS_BATCH }, idle: { arm: IDLE }, verdict: 'missed' });
  });

  it('of W1 are about the batch form, though another is faster', () => {
    const finding = findingOf(resultOf({ [JOINS]: 0.1, [JOINS_BATCH]: 0.7 }), 'W1');
    expect(finding).toMatchObject({ joins: { arm: JOINS_BATCH }, verdict: 'missed' });
  });

  it.each([
    [0.9, 0.99, 'met'],
    [0.9, 1.1, 'perhaps met'],
    [1.1, 0.9, 'perhaps missed'],
    [1.1, 1.2, 'missed'],
  ] as const)('with five rounds of nine at %f and four at %f of a limit of 1 are %s', (most, others, verdict) => {
    const result = resultOf({ [JOINS]: 1 });
    const tables = result.tables.map((table) => ({
      ...table,
      rows: table.rows.map((row) => (row.arm === JOINS ? timed(row, (round) => (round < 5 ? most : others) * 10 * (round + 1)) : row)),
    }));
    expect(findingOf({ ...result, tables }, 'W4')?.verdict).toBe(verdict);
  });

  it('are of 5000 sessions in f64 alone', () => {
    const result = resultOf({ [JOINS]: 1, [JOINS_BATCH]: 1 });
    expect(nativeFindingsOf(result)).toHaveLength(7);
    expect(nativeFindingsOf({ ...result, tables: result.tables.map((table) => ({ ...table, sessions: 1000 })) })).toEqual([]);
    expect(nativeFindingsOf({ ...result, tables: result.tables.map((table) => ({ ...table, arith: 'f32' as const })) })).toEqual([]);
  });

  it('are published with the verdict, the other run and, where one is missed, why', () => {
    const [first, second] = [resultOf({ [JOINS]: 2, [JOINS_BATCH]: 0.25 }), resultOf({ [JOINS]: 2, [JOINS_BATCH]: 3 })];
    const page = pagesOf(runsOf([first, second]))['README.md'];
    expect(page).toContain('7 of 7 are kept');
    expect(page).toMatch(
      /^\| W0 \| native-heap-map \| met \| 0\.30 \| 0\.25 \[0\.25…0\.25\] \| dormouse-tinypool-joins-batch@1 \| – \| – \| 2\.00 /m,
    );
    expect(pagesOf(runsOf([second]))['README.md']).toMatch(/^- \*\*W2\*\* is missed: Each packet crosses two rings/m);
  });
});
