import { describe, expect, it } from 'vitest';
import type { CompareResult } from '../../src/compare/result.js';
import { significant, times, whole } from '../../src/report/numbers.js';
import { pagesOf } from '../../src/report/report.js';
import { runsOf } from '../../src/report/runs.js';
import { ticksOf, tickText } from '../../src/report/ticks.js';
import { syntheticResult, syntheticTargets } from './synthetic-result.js';

const result = syntheticResult();
const pages = pagesOf(runsOf([result]));

/** The result with the figures of one arm in one workload a thousandth of what they were. */
function withWinner(arm: string, workload: string, part = 'main'): CompareResult {
  const tables = result.tables.map((table) => {
    if (table.workload !== workload || table.part !== part) return table;
    const rows = table.rows.map((row) => {
      const { median, low, high } = row.tickUs;
      return row.arm === arm ? { ...row, tickUs: { median: median / 1000, low: low / 1000, high: high / 1000 } } : row;
    });
    return { ...table, rows };
  });
  return { ...result, tables };
}

/** The tables of one workload: fewer are drawn sooner. */
const ofOneWorkload = (whole: CompareResult, workload: string): CompareResult => ({
  ...whole,
  tables: whole.tables.filter((table) => table.workload === workload),
});

const lossesOf = (text: string): string => text.slice(text.indexOf('## Where Dormouse loses'), text.indexOf('## Workload by workload'));

describe('pages of a result', () => {
  it('are the same to the byte whenever they are made of the same data', () => {
    expect(pagesOf(runsOf([JSON.parse(JSON.stringify(result)) as CompareResult]))).toEqual(pages);
  });

  it('say in their title on how many cores', () => {
    expect(pages['README.md']).toMatch(/^# .* on 2 cores, AMD EPYC, 2026-11-30\n/);
    expect(pages['index.html']).toMatch(/<title>.* on 2 cores, AMD EPYC, 2026-11-30<\/title>/);
  });

  it('name layout, arithmetic and form in each line of the summary', () => {
    const lines = pages['README.md'].match(/^- \*\*W\d[^:]* sessions\*\*: .*$/gm) ?? [];
    expect(lines.length).toBe(9);
    for (const line of lines)
      expect(line).toMatch(/^- \*\*W(5|\d f64), 5000 sessions\*\*: .*(columns|bytes) in shared memory, (batch|session) form, \d threads?/);
  });

  it('the HTML page loads nothing: no script, no address but of links', () => {
    const html = pages['index.html'];
    expect(html).not.toMatch(/<(script|link|img|iframe|object|embed|image|use)\b|@import|\bsrc=|url\(/);
    for (const [, address] of html.matchAll(/(?:https?:)?\/\/[^"' ]*/g)) expect(address).toBeUndefined();
  });

  it('a chart has a dot for each arm of its table, once for wide screens and once for phones', () => {
    const [, section] = pages['index.html'].split('<h3 id="w1-f64-5000-sessions-one-step-of-motion">');
    const figure = section.slice(0, section.indexOf('</figure>'));
    const arms = result.tables.find(({ workload }) => workload === 'W1')?.rows ?? [];
    expect(figure.match(/<circle /g)?.length).toBe(2 * arms.length);
    for (const { arm } of arms) expect(figure.split(`>${arm}`).length).toBe(3);
  });

  it('curves over threads have a point for each number of them', () => {
    const figures = pages['README.md'].slice(pages['README.md'].indexOf('## Over the number of threads'));
    expect(figures).toMatch(/by threads<\/summary>\n\n\| arm \| 1 \| 2 \|$/m);
    expect(figures).toMatch(/^\| tinypool-shared \| [\d\u202f.]+ \| [\d\u202f.]+ \|$/m);
  });

  it('colours are those of the page, so that both themes are legible', () => {
    for (const [, colour] of pages['index.html'].matchAll(/<(?:circle|line|path|text|g)[^>]* (?:fill|stroke)="([^"]+)"/g)) {
      expect(colour).toMatch(/^(var\(--[a-z0-9-]+\)|currentColor|none)$/);
    }
  });

  it('tell where Dormouse loses, by how much, against whom and why', () => {
    const losses = lossesOf(pagesOf(runsOf([ofOneWorkload(withWinner('plain-objects@0', 'W5'), 'W5')]))['README.md']);
    expect(losses).toMatch(/^\| W5, 5000 sessions \| \*\*plain-objects@0\*\* \| [\d.]+ \| dormouse-inline/m);
    expect(losses).toMatch(/^- \*\*W5\*\* against [^:]*`plain-objects@0`[^:]*: Objects are at home where they are made/m);
  });

  it('the columns of W5, which do less than it asks, are shown and never stand for Dormouse', () => {
    const page = pagesOf(runsOf([withWinner('dormouse-inline-columns@0', 'W5')]))['README.md'];
    const [, summary] = /^- \*\*W5, 5000 sessions\*\*: (.*)$/m.exec(page) ?? [];
    expect(summary).toMatch(/`dormouse-/);
    expect(summary).not.toContain('columns@0');
    expect(lossesOf(page)).not.toContain('columns@0');
    expect(page).toMatch(/^\| \d+ \| dormouse-inline-columns@0 \|/m);
  });

  it('say so where nobody has explained a loss yet', () => {
    const losses = lossesOf(pagesOf(runsOf([ofOneWorkload(withWinner('workerpool-cloned@2', 'W4'), 'W4')]))['README.md']);
    expect(losses).toMatch(/^- \*\*W4\*\* against `workerpool-cloned@2`: not explained$/m);
  });

  it('tell of losses on curves, of which no main table speaks', () => {
    const losses = lossesOf(pagesOf(runsOf([ofOneWorkload(withWinner('workerpool-cloned@2', 'W4', 'workers'), 'W4')]))['README.md']);
    expect(losses).toMatch(/cases on the curves over sessions and threads<\/summary>[\s\S]*\| \*\*workerpool-cloned@2\*\* \|/);
    expect(losses).toMatch(/^- \*\*W4\*\* against `workerpool-cloned@2`: not explained$/m);
  });

  it('tell who is better in what is no median tick', () => {
    const lifecycle = result.lifecycle.map((row) => (row.arm === 'piscina-shared@2' ? { ...row, startMs: 1, bytesPerWorker: -4096 } : row));
    const losses = lossesOf(pagesOf(runsOf([ofOneWorkload({ ...result, lifecycle }, 'W0')]))['README.md']);
    expect(losses).toMatch(/^\| start, ms \| piscina-shared@2 \| 1\.00 \| dormouse-\S+ \| 100 \| 100\u00a0× \|$/m);
    expect(losses).toMatch(/^\| memory of one more thread, MiB \| piscina-shared@2 \| -0\.0 \| dormouse-\S+ \| 15\.3 \| – \|$/m);
    expect(losses).not.toContain('idle CPU');
  });

  it('list who was refused and what was not measured, with the reasons', () => {
    expect(pages['README.md']).toContain('| workerpool-cloned@1 | W8 | checksum 0badc0de in 600 ticks: must be 0eeb48d2 |');
    expect(pages['README.md']).toContain('| tinypool-shared@1 | W5 | columns cannot hold a map, a list and strings |');
  });

  it.each([
    [{ partial: true }, 'Draft: the run was stopped before its end.'],
    [{ smoke: true }, 'Draft: a smoke run.'],
    [{ commit: '7275e99+' }, 'Draft: measured in a work tree with changes'],
  ])('begin with what is wrong with %o', (changes, notice) => {
    const draft = pagesOf(runsOf([ofOneWorkload(syntheticResult(1, changes), 'W0')]))['README.md'];
    expect(draft.split('\n\n')[1]).toContain(notice);
  });

  it('tell what a second run says of the first', () => {
    const again = syntheticResult(2, { startedAt: '2026-11-30T11:00:00.000Z' });
    expect(pagesOf(runsOf([result, again]))['README.md']).toMatch(/### Run again, 2026-11-30 11:00 UTC\n\n\d+ figures are in both runs/);
  });

  it('have the load targets with the specification’s words, and count what binds', () => {
    const page = pagesOf(runsOf([result], syntheticTargets()))['README.md'];
    expect(page).toContain('By `dormouse-bench targets`: 1 of 2 figures that bind keep to their limits');
    const later = syntheticTargets().map((row) => ({ ...row, commit: '0123456789abcdef0123456789abcdef01234567' }));
    expect(pagesOf(runsOf([result], later))['README.md']).toContain('By `dormouse-bench targets` at commit `0123456`: 1 of 2 figures');
    expect(page).toContain(
      'Create 1000 sessions in under 5 s.\n```\n\nsection 5. Read as: from the first call to the last handle, in one process',
    );
    expect(page).toContain('| updated | tinypool, caller joins | 1\u202f000 | &lt; 100 | 101 | ms | **no** |');
    expect(page).toContain('| created | inline | 1\u202f000 | &lt; 5.00 | 0.012 | s | told of (within) |');
  });

  it('show text of data as text, whatever is in it', () => {
    const hostile = '<b>bold</b> & [a link](javascript:alert) | a bar';
    const page = pagesOf(
      runsOf([ofOneWorkload(syntheticResult(1, { refused: [{ arm: 'floor@0', workload: null, reason: hostile }] }), 'W0')]),
    );
    expect(page['index.html']).toContain('&lt;b&gt;bold&lt;/b&gt; &amp; [a link](javascript:alert) | a bar');
    expect(page['README.md']).toContain('&lt;b>bold&lt;/b> &amp; [a link](javascript:alert) \\| a bar');
  });
});

it.each([
  [0, '0'],
  [0.01234, '0.012'],
  [1.234, '1.23'],
  [51.26, '51.3'],
  [999.4, '999'],
  [12_345.6, '12\u202f346'],
])('%f is shown with the digits that count', (value, shown) => {
  expect(significant(value)).toBe(shown);
  expect(times(value)).toBe(`${shown}\u00a0×`);
});

it('whole numbers have their thousands apart', () => {
  expect([999, 1000, 1_048_576].map(whole)).toEqual(['999', '1\u202f000', '1\u202f048\u202f576']);
});

it.each([
  [3, 900, true, 9, [5, 10, 20, 50, 100, 200, 500]],
  [3, 900, true, 6, [3, 10, 30, 100, 300]],
  [0.002, 7e6, true, 5, [0.01, 1, 100, 10_000, 1_000_000]],
  [0, 47, false, 6, [0, 10, 20, 30, 40]],
  [0, 0.33, false, 5, [0, 0.1, 0.2, 0.3]],
])('an axis from %f to %f has round ticks, and no more than fit', (least, largest, log, most, ticks) => {
  expect(ticksOf(least, largest, log, most)).toEqual(ticks);
});

it('a tick is written as short as it can be', () => {
  expect([0.3, 500, 5000, 50_000, 1_500_000].map(tickText)).toEqual(['0.3', '500', '5\u202f000', '50\u202fk', '1.5\u202fM']);
});
