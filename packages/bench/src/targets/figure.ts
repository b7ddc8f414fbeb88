import { medianOf } from '../harness/series.js';

/** One measured figure beside what was promised. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The most `value` may be; undefined for figures that are reported only. */
  readonly target: number | undefined;
  /** Undefined without a target. */
  readonly met: boolean | undefined;
}

export function figure(name: string, value: number, unit: string, target?: number): Figure {
  return { name, value, unit, target, met: target === undefined ? undefined : value <= target };
}

/** The same figures measured several times: the median of each. */
export function medianFigures(runs: readonly (readonly Figure[])[]): Figure[] {
  return runs[0].map(({ name, unit, target }, index) => figure(name, medianOf(runs.map((run) => run[index].value)), unit, target));
}

const DIGITS: Readonly<Record<string, number>> = { B: 0, '': 0, 'of 1': 4 };

/** Name, target, result, and whether it was met, as they are printed. */
export function figureCells({ name, value, unit, target, met }: Figure): [string, string, string, string] {
  const shown = (amount: number): string => `${amount.toFixed(DIGITS[unit] ?? 2)} ${unit}`.trimEnd();
  return [name, target === undefined ? '' : `≤ ${shown(target)}`, shown(value), met === undefined ? '' : met ? 'yes' : 'NO'];
}
