import type { ArmDescription, CompareResult, CompareRow, CompareTable } from '../compare/result.js';
import type { TargetRow } from '../targets/target.js';

/** Runs of one machine that are published together. */
export interface Runs {
  /** The run that is shown; what it has no table of is taken from the next that has. */
  readonly first: CompareResult;
  /** All of them, the first among them. */
  readonly all: readonly CompareResult[];
  readonly arms: ReadonlyMap<string, ArmDescription>;
  readonly tables: readonly CompareTable[];
  /** The specification's load targets, where they were measured. */
  readonly targets: readonly TargetRow[] | undefined;
}

export function runsOf(all: readonly CompareResult[], targets?: readonly TargetRow[]): Runs {
  const arms = new Map<string, ArmDescription>();
  const tables = new Map<string, CompareTable>();
  for (const run of all) {
    for (const arm of run.arms) if (!arms.has(arm.name)) arms.set(arm.name, arm);
    for (const [key, table] of keyedTables(run)) if (!tables.has(key)) tables.set(key, table);
  }
  return { first: all[0], all, arms, tables: [...tables.values()], targets };
}

/** The tables of a run by what makes them the same as those of another. Over threads, a table a number of them, they differ by their order. */
export function keyedTables({ tables }: CompareResult): Map<string, CompareTable> {
  const keyed = new Map<string, CompareTable>();
  for (const table of tables) {
    const key = `${table.part} ${table.workload} ${table.arith} ${table.sessions}`;
    let point = 0;
    while (keyed.has(`${key} ${point}`)) point++;
    keyed.set(`${key} ${point}`, table);
  }
  return keyed;
}

/** `W1 f64, 5000 sessions`. */
export function tableName({ workload, arith, sessions }: CompareTable): string {
  return workload === 'W5' ? `${workload}, ${sessions} sessions` : `${workload} ${arith}, ${sessions} sessions`;
}

/** A row with the arm that it is of. */
export interface MeasuredArm {
  readonly arm: ArmDescription;
  readonly row: CompareRow;
}

/** Whether an arm stands for Dormouse where the fastest is asked for. Its columns of W5 do less than W5 asks: they are shown, and lead nothing. */
export const standsForDormouse = ({ kind, form }: ArmDescription): boolean => kind === 'dormouse' && form !== 'columns';

/** Arms of a table from the fastest to the slowest. */
export function measuredArms({ rows }: CompareTable, arms: Runs['arms']): MeasuredArm[] {
  return rows
    .flatMap((row) => {
      const arm = arms.get(row.arm);
      return arm === undefined ? [] : [{ arm, row }];
    })
    .sort((one, other) => one.row.tickUs.median - other.row.tickUs.median || (one.arm.name < other.arm.name ? -1 : 1));
}
