import { measureSimd, SIMD_SIZES } from '../simd/measure.js';
import { type Figure, figure } from './figure.js';

const LEAST_GAIN = 4;

/** How many times as fast passes over the session table are with SIMD. */
export function simdGain(rounds: number): Figure[] {
  return measureSimd({ sizes: SIMD_SIZES, rounds }).map(({ pass, sessions, ratio }) => {
    const target = pass === 'sums' || pass === 'idleScan' ? LEAST_GAIN : undefined;
    return figure(`SIMD against plain, ${pass}, ${sessions} sessions`, ratio, '×', target, 'least');
  });
}
