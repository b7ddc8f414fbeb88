import { medianOf } from '../harness/series.js';

/** One measured figure beside what was promised. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The most `value` may be, or the least; undefined for figures that are reported only. */
  readonly target: number | undefined;
  readonly bound: Bound;
  /** Undefined without a target. */
  readonly met: boolean | undefined;
}

export type Bound = 'most' | 'least';

export function figure(name: string, value: number, unit: string, target?: number, bound: Bound = 'most'): Figure {
  const met = target === undefined ? undefined : bound === 'most' ? value <= target : value >= target;
  return { name, value, unit, target, bound, met };
}

/** The same figures measured several times: the median of each. */
export function medianFigures(runs: readonly (readonly Figure[])[]): Figure[] {
  return runs[0].map(({ name, unit, target, bound }, index) =>
    figure(name, medianOf(runs.map((run) => run[index].value)), unit, target, bound),
  );
}

const DIGITS: Readonly<Record<string, number>> = { B: 0, '': 0, 'of 1': 4 };

/** Name, target, result, and whether it was met, as they are printed. */
export function figureCells({ name, value, unit, target, bound, met }: Figure): [string, string, string, string] {
  const shown = (amount: number): string => `${amount.toFixed(DIGITS[unit] ?? 2)} ${unit}`.trimEnd();
  return [
    name,
    target === undefined ? '' : `${bound === 'most' ? '≤' : '≥'} ${shown(target)}`,
    shown(value),
    met === undefined ? '' : met ? 'yes' : 'NO',
  ];
}
