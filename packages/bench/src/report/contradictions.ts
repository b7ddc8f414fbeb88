import type { CompareResult, CompareRow, CompareSettings, CompareTable } from '../compare/result.js';
import { CONFIDENCE, intervalOf, orderInterval, ranksOf } from '../compare/statistics.js';

/**
 * What a result's own figures say against it, as sentences: then it was not written by `compare`, or was changed after. Intervals and ranks are computed
 * anew from the rounds; that all arms of a table did the same in as many ticks is looked at; nothing is there twice.
 */
export function contradictionsIn({ arms, tables, lifecycle, settings }: CompareResult): string[] {
  const known = new Set(arms.map(({ name }) => name));
  const { confidence } = orderInterval(settings.rounds, CONFIDENCE);
  return [
    ...doubled(arms.map(({ name }) => name)).map((name) => `two arms have one name, ${name}`),
    ...doubled(lifecycle.map(({ arm }) => arm)).map((arm) => `lifecycle has ${arm} twice`),
    ...doubled(tables.filter(({ part }) => part !== 'workers').map(placeOf)).map((place) => `${place}: is there twice`),
    ...lifecycle.filter(({ arm }) => !known.has(arm)).map(({ arm }) => `lifecycle has ${arm}, which is not among the arms`),
    ...(settings.confidence === confidence
      ? []
      : [`settings.confidence must be ${confidence}, which ${settings.rounds} rounds reach: got ${settings.confidence}`]),
    ...tables.flatMap((table) => contradictionsInTable(table, known, settings).map((fault) => `${placeOf(table)}: ${fault}`)),
  ];
}

function contradictionsInTable({ rows }: CompareTable, known: ReadonlySet<string>, settings: CompareSettings): string[] {
  const ranks = ranksOf(rows.map(({ tickUs }) => tickUs));
  return [
    ...doubled(rows.map(({ arm }) => arm)).map((arm) => `${arm} is there twice`),
    ...rows.filter(({ arm }) => !known.has(arm)).map(({ arm }) => `${arm} is not among the arms`),
    ...rows.flatMap((row, index) => [
      ...roundsFaults(row, settings),
      ...(row.rank === ranks[index] ? [] : [`${row.arm} has rank ${row.rank}, and its interval rank ${ranks[index]}`]),
    ]),
    ...workFaults(rows),
  ];
}

function roundsFaults({ arm, roundsUs, tickUs }: CompareRow, { rounds, confidence }: CompareSettings): string[] {
  if (roundsUs.length !== rounds) return [`${arm} has ${roundsUs.length} rounds of ${rounds}`];
  const { median, low, high } = intervalOf(roundsUs, confidence);
  if (tickUs.median === median && tickUs.low === low && tickUs.high === high) return [];
  return [`${arm} has ${tickUs.median} [${tickUs.low}…${tickUs.high}], and its rounds give ${median} [${low}…${high}]`];
}

/** Ticks and work of a row are those of one process, its last: as many ticks are the same work, whoever does it. */
function workFaults(rows: readonly CompareRow[]): string[] {
  const works = new Map<number, string>();
  return rows.flatMap(({ arm, ticks, updates, packetsOut, checksum, egressSum }) => {
    const work = `${updates} ${packetsOut} ${checksum} ${egressSum}`;
    const other = works.get(ticks) ?? work;
    works.set(ticks, other);
    return other === work ? [] : [`${arm} did other work than others in ${ticks} ticks`];
  });
}

const placeOf = ({ workload, arith, sessions, part }: CompareTable): string => `${workload} ${arith}, ${sessions} sessions (${part})`;

/** What is there more than once, once each. */
function doubled(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
