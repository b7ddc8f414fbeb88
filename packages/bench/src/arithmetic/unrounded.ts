/** Stands in for rounding.ts in the f64 build: nothing is rounded before the update stores its fields. */
export const ARITH: 'f32' | 'f64' = 'f64';

export function round(value: number): number {
  return value;
}
