import type { ComparedWorkload } from '../compare/contender.js';
import type { CompareTable } from '../compare/result.js';
import { intervalChart } from './interval-chart.js';
import { KIND_TITLES, KINDS } from './layouts.js';
import { mebibytes, orDash, significant, times, whole } from './numbers.js';
import { type Block, details, heading, paragraph, subheading, table } from './page.js';
import { type MeasuredArm, measuredArms, type Runs, standsForDormouse, tableName } from './runs.js';

/** What an update does, in a line; docs/workloads.md says it to the bit. */
export const WORKLOAD_TITLES: Readonly<Record<ComparedWorkload, string>> = {
  W0: 'an update that does nothing',
  W1: 'one step of motion',
  W2: 'packets in, one step, a packet out',
  W3: 'skew: few heavy sessions, side by side',
  W4: '200 steps',
  W5: 'objects: a map, a list and strings changed',
  W6: 'skew at random',
  W7: 'a hotspot that moves',
  W8: 'nine of ten asleep',
};

/** A chart and a table for each main table. */
export function workloadsSection({ tables, arms }: Runs): Block[] {
  const main = tables.filter(({ part }) => part === 'main');
  return [
    heading('Workload by workload'),
    paragraph(
      'The whole tick: driver, delivery of packets, update, taking what was sent. Dot: the median of the rounds’ medians. Bar: an interval that holds it. Arms whose intervals overlap cannot be told apart. Rank (#): one more than the number of arms that are certainly faster, their intervals wholly below. Dashed: the fastest Dormouse arm.',
    ),
    ...main.flatMap((each) => workloadBlocks(each, measuredArms(each, arms))),
  ];
}

function workloadBlocks(compared: CompareTable, measured: readonly MeasuredArm[]): Block[] {
  const title = `${tableName(compared)}: ${WORKLOAD_TITLES[compared.workload]}`;
  if (measured.length === 0) return [subheading(title), paragraph('No arm was measured.')];
  const groups = KINDS.map((kind) => ({
    title: KIND_TITLES[kind],
    rows: measured
      .filter(({ arm }) => arm.kind === kind)
      .map(({ arm, row: { rank, tickUs } }) => ({ label: arm.name, note: `#${rank}`, kind, ...tickUs })),
  })).filter(({ rows }) => rows.length > 0);
  const chart = intervalChart({
    caption: `${title}. Median tick in µs; to the left is faster.`,
    groups,
    axis: 'median tick, µs',
    reference: measured.find(({ arm }) => standsForDormouse(arm))?.row.tickUs.median,
    shown: significant,
  });
  return [subheading(title), chart, details(`All ${measured.length} arms of ${tableName(compared)}`, armsTable(measured))];
}

function armsTable(measured: readonly MeasuredArm[]): Block {
  const fastest = measured[0].row.tickUs.median;
  const byRank = [...measured].sort((one, other) => one.row.rank - other.row.rank);
  return table(
    ['>#', 'arm', '>µs a tick', '>interval', '>of the fastest', '>p99', '>longest', '>CPU µs a tick', '>MiB'],
    byRank.map(({ arm, row: { rank, tickUs, p99Us, maxUs, cpuUsPerTick, rssBytes } }) => [
      String(rank),
      arm.name,
      significant(tickUs.median),
      `${significant(tickUs.low)}…${significant(tickUs.high)}`,
      times(tickUs.median / fastest),
      significant(p99Us),
      significant(maxUs),
      significant(cpuUsPerTick),
      orDash(rssBytes, mebibytes),
    ]),
  );
}

/** CPU and resident set, an arm a line and a workload a column, from the main tables of one arithmetic. */
export function resourcesSection({ tables, arms }: Runs): Block[] {
  const main = tables.filter(({ part }) => part === 'main');
  if (main.length === 0) return [];
  const widest = widestArith(main);
  const columns = main.filter(({ arith, workload }) => arith === widest || workload === 'W5');
  const names = [...arms.keys()].filter((name) => columns.some(({ rows }) => rows.some(({ arm }) => arm === name)));
  const cells = (cell: (row: CompareTable['rows'][number]) => string): string[][] =>
    names.map((name) => [name, ...columns.map(({ rows }) => rows.filter(({ arm }) => arm === name).map(cell)[0] ?? '')]);
  const titles = ['arm', ...columns.map(({ workload }) => `>${workload}`)];
  return [
    heading('CPU and memory'),
    paragraph(
      `Of the arm’s whole process, all threads, in the main tables (${widest}). A process has Node.js and its own libraries in it; the native program has neither.`,
    ),
    subheading('CPU time a tick, µs'),
    table(
      titles,
      cells(({ cpuUsPerTick }) => significant(cpuUsPerTick)),
    ),
    subheading('CPU time over the median tick: cores kept busy'),
    table(
      titles,
      cells(({ cpuUsPerTick, tickUs }) => (cpuUsPerTick / tickUs.median).toFixed(2)),
    ),
    subheading('Resident set after the last round, MiB'),
    table(
      titles,
      cells(({ rssBytes }) => orDash(rssBytes, (bytes) => whole(bytes / 1_048_576))),
    ),
  ];
}

/** The arithmetic that most tables have. */
function widestArith(tables: readonly CompareTable[]): CompareTable['arith'] {
  const single = tables.filter(({ arith }) => arith === 'f32').length;
  return 2 * single > tables.length ? 'f32' : 'f64';
}
