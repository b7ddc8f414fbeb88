import { markdownOfBlocks } from './markdown.js';
import { significant, times } from './numbers.js';
import { type Block, paragraph, table } from './page.js';
import type { Runs } from './runs.js';
import { type Leaders, leadersOf, OWN_PROTOCOL } from './summary.js';
import { WORKLOAD_TITLES } from './workload-section.js';

/** What is between them belongs to `report`: it is written by it, and by nobody else. */
export const MARKERS = { begin: '<!-- compare:begin -->', end: '<!-- compare:end -->' } as const;

/** A README's table, from the runs in the results' folder `link`: a workload a line, all others as multiples of the fastest Dormouse arm. */
export function headlineTable(runs: Runs, link: string): string {
  const { machine, versions, startedAt } = runs.first;
  const leaders = leadersOf(runs);
  const sorts = [...new Set(leaders.flatMap(({ others }) => others.map(({ sort }) => sort)))]
    .filter((sort) => sort !== OWN_PROTOCOL)
    .sort();
  const blocks: Block[] = [
    paragraph(
      `Written by \`dormouse-bench report\` from [a run of ${startedAt.slice(0, 10)}](${link}) on ${machine.cores} cores, ${machine.cpu}, Node.js ${versions.node}. The whole tick; others as multiples of the fastest Dormouse arm: below 1 ×, Dormouse loses.`,
    ),
    table(
      ['workload', 'fastest Dormouse arm', '>µs a tick', ...sorts.map((sort) => `>${sort}`)],
      leaders.map((each) => cellsOf(each, sorts)),
    ),
  ];
  return markdownOfBlocks(blocks);
}

function cellsOf({ table: { workload, arith, sessions }, dormouse, others }: Leaders, sorts: readonly string[]): string[] {
  const unit = dormouse.row.tickUs.median;
  const name = workload === 'W5' ? workload : `${workload} ${arith}`;
  return [
    `${name}, ${sessions} sessions: ${WORKLOAD_TITLES[workload]}`,
    dormouse.arm.name,
    significant(unit),
    ...sorts.map((sort) => {
      const leader = others.find((each) => each.sort === sort);
      return leader === undefined ? '' : times(leader.row.tickUs.median / unit);
    }),
  ];
}

/** The text with `block` between the markers; undefined where it has none. */
export function withBlock(text: string, block: string): string | undefined {
  const begin = text.indexOf(MARKERS.begin);
  const end = text.indexOf(MARKERS.end, begin);
  if (begin < 0 || end < 0) return undefined;
  return `${text.slice(0, begin + MARKERS.begin.length)}\n${block === '' ? '' : `${block}\n`}${text.slice(end)}`;
}

/** The results' folder that the block of a text links to: its last part; undefined where the block is empty. */
export function linkedFolder(text: string): string | undefined {
  const block = text.slice(text.indexOf(MARKERS.begin), text.indexOf(MARKERS.end));
  return /\]\([^)]*?([^/)]+)\/?\)/.exec(block)?.[1];
}
