import { describe, expect, it } from 'vitest';
import { summaryOf, targetsReport } from '../src/commands/targets-report.js';
import { verdictOf } from '../src/targets/campaign.js';
import { type Arm, failedRow, type LoadTarget, type Measured, rowOf } from '../src/targets/target.js';

const ARM: Arm = { scheduler: 'tinypool', workers: 1, caller: 'joins', hasWorkers: true };
const TARGET: LoadTarget = {
  id: 'R-99',
  name: 'an-example',
  text: 'MUST be quick',
  source: 'class comment',
  reading: 'It is.',
  kind: 'clock',
  processes: 1,
  seconds: 1,
  measure: async () => [],
};
const MEASURED: Measured = { what: 'a tick', sessions: 100, bound: '≤', limit: 100, value: 75, unit: 'ms', binding: true, also: [] };
const row = (differing: Partial<Measured>) => rowOf(TARGET, ARM, { ...MEASURED, ...differing });

describe('a row of a target', () => {
  it.each([
    ['<', 100, false, 0],
    ['<', 75, true, 0.25],
    ['≤', 100, true, 0],
    ['≤', 150, false, -0.5],
    ['≥', 100, true, 0],
    ['≥', 150, true, 0.5],
    ['≥', 75, false, -0.25],
    ['>', 100, false, 0],
    ['>', 150, true, 0.5],
  ] as const)('of limit %s 100, %d passes: %s, with a margin of %d', (bound, value, pass, margin) => {
    expect(row({ bound, value })).toMatchObject({ pass, margin });
  });

  it('falls short where nothing was measured, whatever the bound', () => {
    for (const bound of ['<', '≤', '>', '≥'] as const) {
      expect(row({ bound, value: Number.NaN })).toMatchObject({ value: null, pass: false, margin: null });
    }
  });

  it('that could not be measured binds, does not pass, and says why, in JSON too', () => {
    const failed = failedRow(TARGET, ARM, 100, 'its process ended');
    expect(failed).toMatchObject({ what: 'an-example', value: null, binding: true, pass: false, error: 'its process ended' });
    expect(JSON.parse(JSON.stringify(failed))).toEqual(failed);
    expect(summaryOf([failed, row({})])).toEqual({ met: 1, bound: 2 });
  });

  it('has no margin to a limit of nothing', () => {
    expect(row({ limit: 0, value: 0 })).toMatchObject({ pass: true, margin: null });
    expect(row({ limit: 0, value: 1 })).toMatchObject({ pass: false, margin: null });
  });

  it('names no caller mode where there is nobody but the caller', () => {
    expect(row({}).caller).toBe('joins');
    expect(rowOf(TARGET, { scheduler: 'inline', workers: 0, caller: 'idle', hasWorkers: false }, MEASURED).caller).toBeNull();
  });
});

describe('the verdict in a line of progress', () => {
  it.each([
    ['met', [row({}), row({})]],
    ['1 of 2 fall short', [row({}), row({ value: 101 })]],
    ['reported', [row({ binding: false })]],
    ['reported, 1 beyond a limit that does not bind', [row({ value: 101, binding: false })]],
    ['met, 1 beyond a limit that does not bind', [row({}), row({ value: 101, binding: false })]],
    ['not measured: its process ended', [failedRow(TARGET, ARM, 100, 'its process ended')]],
  ])('is %j', (verdict, rows) => {
    expect(verdictOf(rows)).toBe(verdict);
  });
});

describe('the report of targets', () => {
  it('counts what binds alone', () => {
    expect(summaryOf([row({}), row({ value: 101 }), row({ value: 101, binding: false })])).toEqual({ met: 1, bound: 2 });
  });

  it('names what could not be measured, and where', () => {
    const text = targetsReport([TARGET], [ARM], [row({}), failedRow(TARGET, ARM, 100, 'its process ended')]);
    expect(text).toContain('\n  not measured on tinypool, caller joins: its process ended\n');
    expect(text).toContain('\n1 of 2 met;');
  });

  it('marks what falls short, what is reported alone, and what was stopped', () => {
    const rows = [row({ value: 101 }), row({ what: 'a start', value: 101, binding: false }), row({ what: 'an end' })];
    const text = targetsReport(
      [TARGET],
      [ARM],
      rows.map((each) => ({ ...each, partial: true })),
    );
    expect(text).toMatch(/\na tick +100 +≤ 100 ms +101 ms ! +-1\.0 % +NO\n/);
    expect(text).toMatch(/\na start +100 +≤ 100 ms +\(101 ms\) +-1\.0 % +reported\n/);
    expect(text).toMatch(/\nan end +100 +≤ 100 ms +75 ms +25\.0 % +yes\n/);
    expect(text).toContain('\n1 of 2 met, before it was stopped;');
  });
});
