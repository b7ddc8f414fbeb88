import { type KernelStand, kernelStand } from '@dormouse/core/testing';
import { medianOf } from '../harness/series.js';

export const SIMD_SIZES = [5000, 100_000];

/** One session in so many is idle: a scan finds some, and most not. */
const IDLE_EVERY = 100;
/** Session visits of one timed run of a pass, so that what the clock and a call cost is lost in it. */
const VISITS = 500_000;
/** Runs before any counts: V8 has compiled both forms for good by then. */
const WARM_UP = 30;

const PASSES = {
  sums: (stand: KernelStand, form: Form) => stand[form].traffic(stand.blockCount).bytesIn,
  idleScan: (stand: KernelStand, form: Form) => stand[form].listIdle(stand.blockCount, stand.idleSinceMs),
  counts: (stand: KernelStand, form: Form) => stand[form].countStates(stand.blockCount).active,
  turn: (stand: KernelStand, form: Form) => stand[form].turnActivity(stand.blockCount),
  clear: (stand: KernelStand, form: Form) => stand[form].clearBlocks(0, stand.blockCount, false),
} as const;

type Form = 'simd' | 'plain';
export type Pass = keyof typeof PASSES;

/** One pass over a table of so many sessions, in both forms. */
export interface SimdRow {
  readonly pass: Pass;
  readonly sessions: number;
  /** Medians over the rounds, ns a session. */
  readonly simdNs: number;
  readonly plainNs: number;
  /** How many times the plain form takes as long: the median of the rounds' own. */
  readonly ratio: number;
}

export interface SimdOptions {
  readonly sizes: readonly number[];
  readonly rounds: number;
}

/** Every pass at every size, one form after the other in each round, in this process. Throws where WebAssembly has no SIMD, or where the forms differ. */
export function measureSimd({ sizes, rounds }: SimdOptions): SimdRow[] {
  return sizes.flatMap((sessions) => {
    // Clearing comes last: the others have counters to read.
    const stand = kernelStand(sessions, IDLE_EVERY);
    return (Object.keys(PASSES) as Pass[]).map((pass) => measurePass(stand, pass, sessions, rounds));
  });
}

function measurePass(stand: KernelStand, pass: Pass, sessions: number, rounds: number): SimdRow {
  const found = { simd: PASSES[pass](stand, 'simd'), plain: PASSES[pass](stand, 'plain') };
  if (found.simd !== found.plain) throw new Error(`${pass} of ${sessions} sessions: SIMD finds ${found.simd}, plain ${found.plain}`);
  const runs = Math.ceil(VISITS / sessions);
  const nsOf = (form: Form): number => {
    const run = PASSES[pass];
    const beganMs = performance.now();
    for (let count = 0; count < runs; count++) run(stand, form);
    return ((performance.now() - beganMs) * 1e6) / runs / sessions;
  };
  const simd: number[] = [];
  const plain: number[] = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    const ns = { simd: nsOf('simd'), plain: nsOf('plain') };
    if (round < 0) continue;
    simd.push(ns.simd);
    plain.push(ns.plain);
  }
  const ratio = medianOf(plain.map((ns, round) => ns / simd[round]));
  return { pass, sessions, simdNs: medianOf(simd), plainNs: medianOf(plain), ratio };
}
