import type { CompareTable } from '../compare/result.js';
import { type Curve, curveChart } from './curve-chart.js';
import { KIND_TITLES, KINDS } from './layouts.js';
import { significant, whole } from './numbers.js';
import { type Block, details, heading, paragraph, table } from './page.js';
import type { Runs } from './runs.js';

interface Measured {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  /** By size. */
  readonly values: ReadonlyMap<number, number>;
}

/** At most so many lines in a chart can be told apart. */
const MOST_CURVES = 8;

/** How the cost of a session goes with their number, and a tick with the threads. */
export function curvesSection(runs: Runs): Block[] {
  return [...sessionsCurves(runs), ...threadsCurves(runs)];
}

function sessionsCurves({ tables, arms }: Runs): Block[] {
  const points = tables.filter(({ part }) => part === 'sessions');
  if (points.length === 0) return [];
  const measured = gathered(
    points,
    ({ arm }) => arm,
    ({ sessions }) => sessions,
    (us, sessions) => (1000 * us) / sessions,
    arms,
  );
  return [
    heading('Over the number of sessions'),
    paragraph(
      `${worksOf(points)}: nanoseconds a session and tick. A horizontal line is a cost that does not depend on how many there are.`,
    ),
    ...byKind(measured, {
      size: 'sessions',
      yLabel: 'ns a session',
      xLog: true,
    }),
  ];
}

function threadsCurves({ tables, arms }: Runs): Block[] {
  const points = tables.filter(({ part }) => part === 'workers');
  if (points.length === 0) return [];
  const measured = gathered(
    points,
    ({ contender }) => contender,
    ({ participants }) => participants,
    (us) => us,
    arms,
  );
  return [
    heading('Over the number of threads'),
    paragraph(`${worksOf(points)}: the median tick in µs, by threads that run sessions, the calling one among them where it takes part.`),
    ...byKind(measured, { size: 'threads', yLabel: 'µs a tick', xLog: false }),
  ];
}

const worksOf = (tables: readonly CompareTable[]): string =>
  [...new Set(tables.map(({ workload, arith }) => `${workload} ${arith}`))].join(', ');

/** Curves of rows: which curve a row is of, at which size, and its value. */
function gathered(
  tables: readonly CompareTable[],
  curveOf: (arm: { arm: string; contender: string }) => string,
  sizeOf: (at: { sessions: number; participants: number }) => number,
  figureOf: (us: number, size: number) => number,
  arms: Runs['arms'],
): Measured[] {
  const curves = new Map<string, { name: string; kind: Measured['kind']; values: Map<number, number> }>();
  for (const { sessions, rows } of tables) {
    for (const row of rows) {
      const arm = arms.get(row.arm);
      if (arm === undefined) continue;
      const name = curveOf({ arm: arm.name, contender: arm.contender });
      const size = sizeOf({ sessions, participants: arm.participants });
      const curve = curves.get(name) ?? { name, kind: arm.kind, values: new Map() };
      curve.values.set(size, figureOf(row.tickUs.median, size));
      curves.set(name, curve);
    }
  }
  return [...curves.values()];
}

/** A chart for each kind, all on the same axes, and the figures folded below. */
function byKind(measured: readonly Measured[], { size, yLabel, xLog }: { size: string; yLabel: string; xLog: boolean }): Block[] {
  const sizes = [...new Set(measured.flatMap(({ values }) => [...values.keys()]))].sort((one, other) => one - other);
  const all = measured.flatMap(({ values }) => [...values.values()]);
  const yEnds = [Math.min(...all), Math.max(...all)] as const;
  const charts = KINDS.flatMap((kind) => {
    const curves = measured.filter((each) => each.kind === kind && each.values.size > 1).map(curveOf);
    const parts = Array.from({ length: Math.ceil(curves.length / MOST_CURVES) }, (_, part) =>
      curves.slice(part * MOST_CURVES, (part + 1) * MOST_CURVES),
    );
    return parts.flatMap((part, index) => {
      const title = parts.length === 1 ? KIND_TITLES[kind] : `${KIND_TITLES[kind]}, ${index + 1} of ${parts.length}`;
      const caption = `${title}: ${yLabel} over ${size}`;
      return [curveChart({ caption, curves: part, xLabel: size, yLabel: `${yLabel}, logarithmic`, xTicks: sizes, xLog, yEnds })];
    });
  });
  const cells = measured.map(({ name, values }) => [name, ...sizes.map((each) => shownAt(values, each))]);
  return [...charts, details(`The figures: ${yLabel}, by ${size}`, table(['arm', ...sizes.map((each) => `>${whole(each)}`)], cells))];
}

function curveOf({ name, values }: Measured): Curve {
  const points = [...values].map(([x, y]) => ({ x, y })).sort((one, other) => one.x - other.x);
  return { name, points };
}

function shownAt(values: ReadonlyMap<number, number>, size: number): string {
  const value = values.get(size);
  return value === undefined ? '' : significant(value);
}
