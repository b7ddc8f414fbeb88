import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ARITHS, EXPECTED } from '#bench';

const page = readFileSync(new URL('../../../docs/workloads.md', import.meta.url), 'utf8');
const [, table] = /<!-- checksums:begin -->\n(.*)<!-- checksums:end -->/s.exec(page) ?? [];
const [header, , ...rows] = (table ?? '')
  .trim()
  .split('\n')
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** `W1 f32 1000×50` → checksum; a row without arithmetic stands for both. */
const published = new Map(
  rows.flatMap(([name, ...cells]) => {
    const [workload, arith] = name.split(' ');
    return (arith === undefined ? ARITHS : [arith]).flatMap((each) =>
      cells.flatMap((cell, i) => (cell === '' ? [] : [[`${workload} ${each} ${header[i + 1]}`, cell] as const])),
    );
  }),
);

describe('the table of checksums in docs/workloads.md', () => {
  it('has what the tests expect, and nothing else, at the numbers of sessions and ticks that it has columns for', () => {
    const expected = new Map(
      EXPECTED.flatMap(({ workload, ariths, sessions, after }) =>
        ariths.flatMap((arith) => Object.entries(after).map(([ticks, sum]) => [`${workload} ${arith} ${sessions}×${ticks}`, sum] as const)),
      ).filter(([key]) => header.includes(key.split(' ')[2])),
    );
    expect(Object.fromEntries(published)).toEqual(Object.fromEntries(expected));
    expect(published.size).toBeGreaterThan(80);
  });

  it('has a row for every workload', () => {
    expect(new Set(rows.map(([name]) => name.split(' ')[0]))).toEqual(new Set(EXPECTED.map(({ workload }) => workload)));
  });
});
