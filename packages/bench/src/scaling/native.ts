import { type NativeReport, runNativeProgram } from '../native/run.js';
import type { Arith, Workload } from '../workloads.js';

/** One run of the native program. */
export interface NativeRun {
  readonly workload: Workload;
  readonly arith: Arith;
  readonly sessions: number;
  /** Ticks that are timed. */
  readonly ticks: number;
  /** Ticks before these; default: a ninth of them. */
  readonly skip?: number;
  readonly scheduler: 'serial' | 'tbb' | 'static';
  readonly threads?: number;
  /** `arena`: sessions side by side; `soa`: columns, eight sessions to a vector (AVX2). Default `arena`. */
  readonly layout?: 'arena' | 'soa';
}

/** Times of a run of the native yardstick, its sessions listed in their order. */
export async function runNative(program: string, { skip, ...run }: NativeRun): Promise<NativeReport> {
  const before = skip ?? Math.ceil(run.ticks / 9);
  return runNativeProgram(program, { threads: 1, layout: 'arena', ...run, ticks: before + run.ticks, skip: before, collect: 'list' });
}
