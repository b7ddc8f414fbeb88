/** The form of the arithmetic a module is built for. */
export const ARITH: 'f32' | 'f64' = 'f32';

/** Rounds to binary32, as the f32 form of every workload does after each operation. The f64 build has unrounded.ts here. */
export const round: (value: number) => number = Math.fround;
