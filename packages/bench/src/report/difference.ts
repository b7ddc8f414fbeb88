import type { CompareResult, CompareRow, CompareTable } from '../compare/result.js';
import { keyedTables, tableName } from './runs.js';

/** One arm in one table of two results. */
export interface Change {
  readonly where: string;
  readonly arm: string;
  readonly before: CompareRow['tickUs'];
  readonly after: CompareRow['tickUs'];
  /** After over before, of the medians; and the least and the most that the intervals allow. */
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
  /** `same` where the intervals touch, or the change is within the threshold. */
  readonly verdict: 'slower' | 'faster' | 'same';
}

/** Two arms whose intervals do not touch in either result, the other one being the faster in each. */
export interface OrderChange {
  readonly where: string;
  /** The arm that was the faster. */
  readonly before: string;
  readonly after: string;
}

/** An arm that has a figure in one result, and none in the same table of the other. */
export interface Missing {
  readonly where: string;
  readonly arm: string;
  readonly verdict: 'missing';
  /** Why it was refused or not measured, in the words of the later result. */
  readonly reason: string;
}

export interface Difference {
  readonly changes: readonly Change[];
  /** Of the main tables that both results have, and of whatever the later one has refused. */
  readonly missing: readonly Missing[];
  readonly orderChanges: readonly OrderChange[];
}

/** Compares the same arms in the same tables, and tells who is there no more. A change counts from `threshold` on, a share of 1. */
export function differenceOf(before: CompareResult, after: CompareResult, threshold: number): Difference {
  const tables = keyedTables(after);
  const pairs = [...keyedTables(before)].flatMap(([key, table]) => {
    const other = tables.get(key);
    return other === undefined ? [] : [[table, other] as const];
  });
  return {
    changes: pairs.flatMap(([one, other]) => changesIn(one, other, threshold)),
    missing: [...keyedTables(before)].flatMap(([key, table]) => missingIn(table, tables.get(key), after)),
    orderChanges: pairs.flatMap(([one, other]) => orderChangesIn(one, other)),
  };
}

function changesIn(before: CompareTable, after: CompareTable, threshold: number): Change[] {
  return common(before, after).map(([{ arm, tickUs: was }, { tickUs: is }]) => {
    const ratio = is.median / was.median;
    const verdict =
      is.low > was.high && ratio > 1 + threshold ? 'slower' : is.high < was.low && ratio < 1 / (1 + threshold) ? 'faster' : 'same';
    return { where: placeOf(before), arm, before: was, after: is, ratio, least: is.low / was.high, most: is.high / was.low, verdict };
  });
}

function missingIn(before: CompareTable, after: CompareTable | undefined, { refused, skipped }: CompareResult): Missing[] {
  // Whom a curve has is found out in each run anew.
  if (before.part !== 'main') return [];
  const there = new Set(after?.rows.map(({ arm }) => arm));
  return before.rows.flatMap(({ arm }): Missing[] => {
    if (there.has(arm)) return [];
    const refusal = [...refused, ...skipped].find((each) => each.arm === arm && (each.workload ?? before.workload) === before.workload);
    // Of a table that was not asked for, nobody is missing but who was refused.
    if (after === undefined && refusal === undefined) return [];
    return [{ where: placeOf(before), arm, verdict: 'missing', reason: refusal?.reason ?? 'it was not measured' }];
  });
}

function orderChangesIn(before: CompareTable, after: CompareTable): OrderChange[] {
  const rows = common(before, after);
  return rows.flatMap(([fast, fastAfter]) =>
    rows.flatMap(([slow, slowAfter]) =>
      fast.tickUs.high < slow.tickUs.low && slowAfter.tickUs.high < fastAfter.tickUs.low
        ? [{ where: placeOf(before), before: fast.arm, after: slow.arm }]
        : [],
    ),
  );
}

function common({ rows }: CompareTable, other: CompareTable): [CompareRow, CompareRow][] {
  const others = new Map(other.rows.map((row) => [row.arm, row]));
  return rows.flatMap((row): [CompareRow, CompareRow][] => {
    const match = others.get(row.arm);
    return match === undefined ? [] : [[row, match]];
  });
}

const placeOf = (table: CompareTable): string => (table.part === 'main' ? tableName(table) : `${tableName(table)} (${table.part})`);

/** Why two results cannot be compared: times of two machines say nothing of a change. */
export function reasonAgainstDifference(before: CompareResult, after: CompareResult): string | undefined {
  const machineOf = ({ machine: { cpu, cores, arch } }: CompareResult): string => `${cores} × ${cpu}, ${arch}`;
  if (machineOf(before) !== machineOf(after)) return `they are of two machines, ${machineOf(before)} and ${machineOf(after)}`;
  if (before.smoke || after.smoke) return 'the times of a smoke run say nothing';
  if (before.partial || after.partial) return 'a run that was stopped before its end has not measured everybody';
  return undefined;
}
