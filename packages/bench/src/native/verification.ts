import { EXPECTED, type ExpectedRow, SMALL } from '../harness/expected-checksums.js';
import type { Arith } from '../workloads.js';
import { hasColumns, type NativeFlags, runNativeProgram } from './run.js';

/** A way to run the program, and the rows of the table that it is held to. */
interface Way {
  readonly flags: NativeFlags;
  readonly rows: readonly ExpectedRow[];
}

/** A run whose checksum is known; of W2 checksum/egressSum. */
export interface KnownRun {
  readonly flags: NativeFlags;
  readonly expected: string;
  /** How long it takes beside the others. */
  readonly cost: number;
}

export interface VerifiedRun extends KnownRun {
  readonly found: string;
}

/** An update of W4 in those of others. */
const W4_COST = 50;

const DESIGN: NativeFlags = { layout: 'heap', collect: 'map', scheduler: 'tbb', threads: 2 };
const COLUMNS: NativeFlags = { layout: 'soa', collect: 'list', scheduler: 'tbb', threads: 2 };
const THOUSAND = EXPECTED.filter(({ sessions }) => sessions === 1000);

/** The whole table once; what differs from one way to another is the order of sessions, which few ticks show. */
const ALL_WAYS: readonly Way[] = [
  { flags: DESIGN, rows: EXPECTED },
  { flags: { layout: 'arena', collect: 'list', scheduler: 'serial' }, rows: THOUSAND },
  { flags: { layout: 'arena', collect: 'map', scheduler: 'static', threads: 3 }, rows: SMALL },
  { flags: { layout: 'heap', collect: 'list', scheduler: 'tbb', threads: 2 }, rows: SMALL },
];

/** Runs that tell whether the program computes what docs/workloads.md says: of a thousand sessions up to 50 ticks as the design has it, or `full` the table, in every layout. */
export async function runsToVerify(program: string, full: boolean): Promise<readonly KnownRun[]> {
  if (!full) return SMALL.flatMap((row) => runsOf(row, row.ariths, DESIGN));
  const runs = ALL_WAYS.flatMap(({ flags, rows }) => rows.flatMap((row) => runsOf(row, row.ariths, flags)));
  if (!(await hasColumns(program))) return runs;
  const inColumns = EXPECTED.filter(({ workload, ariths }) => ['W0', 'W1', 'W4'].includes(workload) && ariths.includes('f32'));
  return [...runs, ...inColumns.flatMap((row) => runsOf(row, ['f32'], COLUMNS))];
}

export async function verifyRun(program: string, run: KnownRun): Promise<VerifiedRun> {
  const { checksum, egressSum } = await runNativeProgram(program, run.flags);
  return { ...run, found: run.flags.workload === 'W2' ? `${checksum}/${egressSum}` : checksum };
}

function runsOf({ workload, sessions, after }: ExpectedRow, ariths: readonly Arith[], way: NativeFlags): KnownRun[] {
  return ariths.flatMap((arith) =>
    Object.entries(after).map(([ticks, expected]) => ({
      flags: { workload, arith, sessions, ticks, skip: 0, ...way },
      expected,
      cost: sessions * Number(ticks) * (workload === 'W4' ? W4_COST : 1),
    })),
  );
}
