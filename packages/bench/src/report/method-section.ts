import type { CompareResult, CompareRow, CompareTable } from '../compare/result.js';
import { differenceOf } from './difference.js';
import { KIND_TITLES, KINDS, layoutOf, threadsOf } from './layouts.js';
import { mebibytes, moment, percent } from './numbers.js';
import { type Block, heading, list, paragraph, preformatted, subheading, table } from './page.js';
import { measuredArms, type Runs, tableName } from './runs.js';
import { unequalRounds } from './together.js';

/** Machine, versions, commands, commit, and how far the rounds were apart: what a reader needs to run it again. */
export function methodSection({ first, all, tables, arms }: Runs): Block[] {
  const { machine, versions, settings, commit } = first;
  const unequal = unequalRounds(all);
  const packages = Object.entries(versions.packages).sort(([one], [other]) => (one < other ? -1 : 1));
  return [
    heading('How it was measured'),
    paragraph(
      `Each arm in processes of its own, ${settings.launches} one after the other, those of all arms of a table open and warm at the same time (${settings.warmUpMs} ms of ticks before), the C++ program anew in each round; ${settings.rounds} rounds of ${settings.roundMs} ms, shared out among them, one arm’s after another’s in an order that changes. The median of the rounds’ medians, and an interval between two of them that holds it with a confidence of ${percent(settings.confidence)}. Checksums, updates and packets are verified outside of the arm’s code. [The method](../../../../docs/benchmark-method.md), [the workloads](../../../../docs/workloads.md).`,
    ),
    list([
      `Machine: ${machine.cores} × ${machine.cpu}, ${mebibytes(machine.memoryBytes)} MiB, ${machine.os}, ${machine.arch}`,
      `Node.js ${versions.node}, V8 ${versions.v8}; native: ${versions.native ?? 'not there'}`,
      `Libraries: ${packages.map(([name, version]) => `${name} ${version}`).join(', ') || 'none'}`,
      `Commit: ${commit ?? 'not known'}`,
    ]),
    preformatted(all.map(commandOf).join('\n')),
    ...(unequal === undefined ? [] : [paragraph(unequal)]),
    subheading('Spread of the rounds'),
    paragraph(
      'How far the slowest round of an arm is from its fastest, in percent of its median: for the arm in the middle, and for the worst.',
    ),
    table(
      ['workload', '>arms', '>middle', '>worst', 'which'],
      tables.filter(({ part, rows }) => part === 'main' && rows.length > 0).map((each) => spreadCells(each, arms)),
    ),
    ...repetition(all),
  ];
}

function commandOf({ command, startedAt, finishedAt }: CompareResult): string {
  return `dormouse-bench ${command.join(' ')}    # ${moment(startedAt)} to ${moment(finishedAt)}`;
}

function spreadCells(compared: CompareTable, arms: Runs['arms']): string[] {
  const spreads = measuredArms(compared, arms)
    .map(({ row }) => ({ name: row.arm, spread: spreadOf(row) }))
    .sort((one, other) => one.spread - other.spread);
  const worst = spreads[spreads.length - 1];
  const middle = spreads[Math.floor(spreads.length / 2)];
  return [tableName(compared), String(spreads.length), percent(middle.spread), percent(worst.spread), worst.name];
}

const spreadOf = ({ roundsUs, tickUs }: CompareRow): number => (Math.max(...roundsUs) - Math.min(...roundsUs)) / tickUs.median;

/** What a second run says of the first: whether any two arms that can be told apart have changed places. */
function repetition([first, ...others]: readonly CompareResult[]): Block[] {
  return others.flatMap((other) => {
    const { changes, orderChanges } = differenceOf(first, other, 0);
    if (changes.length === 0) return [];
    const apart = changes.map(({ ratio }) => Math.abs(ratio - 1)).sort((one, two) => one - two);
    const title = subheading(`Run again, ${moment(other.startedAt)}`);
    const figures = paragraph(
      `${changes.length} figures are in both runs; the one in the middle differs by ${percent(apart[Math.floor(apart.length / 2)])}, the farthest by ${percent(apart[apart.length - 1])}.`,
    );
    if (orderChanges.length === 0)
      return [title, figures, paragraph('No two arms whose intervals do not touch in both runs have changed places.')];
    return [
      title,
      figures,
      paragraph('These changed places though their intervals do not touch in either run:'),
      table(
        ['workload', 'faster then', 'faster now'],
        orderChanges.map(({ where, before, after }) => [where, before, after]),
      ),
    ];
  });
}

/** Every arm: how it is written, and why so. */
export function armsSection({ arms }: Runs): Block[] {
  const listed = KINDS.flatMap((kind) => {
    const ofKind = [...arms.values()].filter((arm) => arm.kind === kind);
    if (ofKind.length === 0) return [];
    const contenders = [...new Set(ofKind.map(({ contender }) => contender))];
    const rows = contenders.map((contender) => {
      const variants = ofKind.filter((arm) => arm.contender === contender);
      const [{ title, justification, remark }] = variants;
      const threads = variants.map((arm) => threadsOf(arm)).join(', ');
      return [`\`${contender}\``, remark === null ? title : `${title} (${remark})`, layoutOf(variants[0]), threads, justification];
    });
    return [subheading(KIND_TITLES[kind]), table(['arm', 'what it is', 'layout, form', 'measured with', 'why so'], rows)];
  });
  return [heading('The arms'), paragraph('The number behind `@` is that of threads besides the calling one.'), ...listed];
}
