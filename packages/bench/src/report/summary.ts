import type { ComparedWorkload } from '../compare/contender.js';
import type { CompareTable } from '../compare/result.js';
import { intervalChart } from './interval-chart.js';
import { KIND_TITLES, KINDS, layoutOf, threadsOf } from './layouts.js';
import { significant, times } from './numbers.js';
import { type Block, heading, type Inline, list, paragraph } from './page.js';
import { type MeasuredArm, measuredArms, type Runs, standsForDormouse, tableName } from './runs.js';

/** The best of each sort of arm in one table: what a summary compares. */
export interface Leaders {
  readonly table: CompareTable;
  readonly dormouse: MeasuredArm;
  /** By what they are, the fastest each: `by hand, cloned`, `native, heap`. */
  readonly others: readonly Leader[];
}

export interface Leader extends MeasuredArm {
  readonly sort: string;
}

/** Arms that are Dormouse without a pool library: no peers of it. */
export const OWN_PROTOCOL = 'Dormouse’s protocol';

/** For each main table that has a Dormouse arm, its leaders. */
export function leadersOf({ tables, arms }: Runs): Leaders[] {
  return tables.flatMap((table) => {
    if (table.part !== 'main') return [];
    const measured = measuredArms(table, arms);
    const dormouse = measured.find(({ arm }) => standsForDormouse(arm));
    if (dormouse === undefined) return [];
    const others = new Map<string, Leader>();
    for (const { arm, row } of measured) {
      const sort = sortOf(arm);
      if (sort !== undefined && !others.has(sort)) others.set(sort, { sort, arm, row });
    }
    return [{ table, dormouse, others: [...others.values()] }];
  });
}

function sortOf({ kind, form, contender, participants }: MeasuredArm['arm']): string | undefined {
  if (kind === 'by-hand') return `by hand, ${form.split(/[ ,-]/)[0]}`;
  if (contender.startsWith('raw-resident')) return OWN_PROTOCOL;
  if (kind === 'control') return participants === 1 ? 'control, one thread' : 'control, threads';
  return kind === 'native' ? `native, ${/soa|arena|heap/.exec(contender)?.[0] ?? form}` : undefined;
}

/** The summary: a sentence a workload, and a chart of them all. */
export function summarySection(runs: Runs): Block[] {
  const leaders = leadersOf(runs);
  if (leaders.length === 0)
    return [heading('In short'), paragraph('No Dormouse arm was measured, so that there is nothing to compare with.')];
  return [
    heading('In short'),
    paragraph(
      'One line a workload and arithmetic: the fastest Dormouse arm, then the fastest of every other kind, as a multiple of it. Below 1 ×, Dormouse loses.',
    ),
    list(leaders.map(headline)),
    overviewChart(leaders),
  ];
}

/** Names layout, arithmetic and form: a figure without them says little. */
function headline({ table, dormouse, others }: Leaders): Inline {
  const { median, low, high } = dormouse.row.tickUs;
  const best = `**${tableName(table)}**: ${significant(median)} µs a tick [${significant(low)}…${significant(high)}] by ${described(dormouse, table.workload)}.`;
  const rest = KINDS.filter((kind) => kind !== 'dormouse').flatMap((kind) => {
    const leader = others.find(({ arm }) => arm.kind === kind);
    return leader === undefined
      ? []
      : [`${KIND_TITLES[kind]}: ${times(leader.row.tickUs.median / median)}, ${described(leader, table.workload)}.`];
  });
  return [best, ...rest].join(' ');
}

const described = ({ arm }: MeasuredArm, workload: ComparedWorkload): string =>
  `\`${arm.name}\` (${layoutOf(arm, workload)}, ${threadsOf(arm)})`;

function overviewChart(leaders: readonly Leaders[]): Block {
  const groups = leaders.map(({ table, dormouse, others }) => {
    const unit = dormouse.row.tickUs.median;
    const rows = [{ sort: 'Dormouse', ...dormouse }, ...others].map(({ sort, arm, row }) => ({
      label: sort,
      note: arm.name,
      kind: arm.kind,
      low: row.tickUs.low / unit,
      median: row.tickUs.median / unit,
      high: row.tickUs.high / unit,
    }));
    return { title: tableName(table), rows };
  });
  return intervalChart({
    caption: 'The whole tick of the fastest arm of each sort, as a multiple of the fastest Dormouse arm’s (dashed): to the left is faster.',
    groups,
    axis: '× the fastest Dormouse arm',
    reference: 1,
    shown: times,
  });
}
