import type { ComparedWorkload } from '../compare/contender.js';
import type { CompareTable } from '../compare/result.js';
import { explanationOf } from './explanations.js';
import { threadsOf } from './layouts.js';
import { besideTheMedian } from './losses-beside.js';
import { significant, times } from './numbers.js';
import { type Block, details, heading, list, paragraph, table } from './page.js';
import { type MeasuredArm, measuredArms, type Runs, standsForDormouse, tableName } from './runs.js';

/** An arm that is faster than every Dormouse arm on no more threads than it has, by more than both intervals. */
export interface Loss {
  readonly table: CompareTable;
  readonly winner: MeasuredArm;
  /** The fastest Dormouse arm on no more threads. */
  readonly dormouse: MeasuredArm;
  /** How many times as long Dormouse takes, by the medians. */
  readonly ratio: number;
  /** True where no Dormouse arm is as fast on any number of threads. */
  readonly beyondAll: boolean;
}

const CURVES: readonly CompareTable['part'][] = ['sessions', 'workers'];

/** Every case of the tables of these parts where Dormouse loses, by table, the worst first. */
function lossesOf({ tables, arms }: Runs, parts: readonly CompareTable['part'][]): Loss[] {
  return tables
    .filter(({ part }) => parts.includes(part))
    .flatMap((table) => lossesIn(table, measuredArms(table, arms)))
    .sort((one, other) => (one.table === other.table ? other.ratio - one.ratio : 0));
}

function lossesIn(table: CompareTable, measured: readonly MeasuredArm[]): Loss[] {
  const ours = measured.filter(({ arm }) => standsForDormouse(arm));
  return measured.flatMap((winner) => {
    const dormouse = ours.find(({ arm }) => arm.participants <= winner.arm.participants);
    if (winner.arm.kind === 'dormouse' || dormouse === undefined || !isFaster(winner, dormouse)) return [];
    const ratio = dormouse.row.tickUs.median / winner.row.tickUs.median;
    return [{ table, winner, dormouse, ratio, beyondAll: isFaster(winner, ours[0]) }];
  });
}

function isFaster({ row: one }: MeasuredArm, { row: other }: MeasuredArm): boolean {
  return one.tickUs.high < other.tickUs.low;
}

/** Where Dormouse loses, by how much and why: all of it, computed, on the curves as well, and in what is no median tick. */
export function lossesSection(runs: Runs): Block[] {
  const losses = lossesOf(runs, ['main']);
  const onCurves = lossesOf(runs, CURVES);
  const rule = paragraph(
    'Computed, not chosen: every arm that is faster than the fastest Dormouse arm on no more threads than it has, where the two intervals do not touch. **Bold**: faster than Dormouse on any number of threads.',
  );
  return [
    heading('Where Dormouse loses'),
    rule,
    ...(losses.length === 0 ? [paragraph('In the workloads’ own tables there is no such case.')] : casesOf(losses)),
    ...(onCurves.length === 0 ? [] : [details(`${onCurves.length} cases on the curves over sessions and threads`, lossesTable(onCurves))]),
    ...reasonsFor([...losses, ...onCurves]),
    ...besideTheMedian(runs),
  ];
}

function casesOf(losses: readonly Loss[]): Block[] {
  const worst = losses.filter((loss, index) => losses.findIndex((other) => isSameSort(loss, other)) === index);
  return [
    paragraph(`${losses.length} cases. The worst of each kind in each workload:`),
    lossesTable(worst),
    ...(worst.length === losses.length ? [] : [details(`All ${losses.length} cases`, lossesTable(losses))]),
  ];
}

function isSameSort(one: Loss, other: Loss): boolean {
  return one.table === other.table && one.winner.arm.kind === other.winner.arm.kind;
}

function lossesTable(losses: readonly Loss[]): Block {
  const rows = losses.map(({ table, winner, dormouse, ratio, beyondAll }) => [
    tableName(table),
    beyondAll ? `**${winner.arm.name}**` : winner.arm.name,
    significant(winner.row.tickUs.median),
    `${dormouse.arm.name} (${threadsOf(dormouse.arm)})`,
    significant(dormouse.row.tickUs.median),
    times(ratio),
  ]);
  return table(['workload', 'faster', '>µs a tick', 'Dormouse', '>µs a tick', '>Dormouse takes'], rows);
}

/** Why, by workload: one reason for all arms that it holds for. */
function reasonsFor(losses: readonly Loss[]): Block[] {
  const grouped = new Map<string, { workloads: Set<ComparedWorkload>; arms: Set<string> }>();
  for (const { table, winner } of losses) {
    const reason = explanationOf(table.workload, winner.arm) ?? 'not explained';
    const group = grouped.get(reason) ?? { workloads: new Set(), arms: new Set() };
    group.workloads.add(table.workload);
    group.arms.add(winner.arm.name);
    grouped.set(reason, group);
  }
  if (grouped.size === 0) return [];
  return [
    list(
      [...grouped].map(([reason, { workloads, arms }]) => {
        const names = [...arms].sort().map((name) => `\`${name}\``);
        return `**${[...workloads].sort().join(', ')}** against ${names.join(', ')}: ${reason}`;
      }),
    ),
  ];
}
