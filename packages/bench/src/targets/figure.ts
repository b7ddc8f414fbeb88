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
