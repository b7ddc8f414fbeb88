import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Arith, Workload } from '../workloads.js';

/** One run of the native program. */
export interface NativeRun {
  readonly workload: Workload;
  readonly arith: Arith;
  readonly sessions: number;
  /** Ticks that are timed. */
  readonly ticks: number;
  readonly scheduler: 'serial' | 'tbb' | 'static';
  readonly threads?: number;
  /** `arena`: sessions side by side; `soa`: columns, eight sessions to a vector (AVX2). Default `arena`. */
  readonly layout?: 'arena' | 'soa';
}

/** Times of a run of the native yardstick, its sessions listed in their order: µs and ns. */
export async function runNative(program: string, run: NativeRun): Promise<{ updateUs: { median: number }; nsPerSessionUpdate: number }> {
  // The first tenth of its ticks is not timed.
  const options = { threads: 1, layout: 'arena', ...run, ticks: Math.ceil((run.ticks * 10) / 9), collect: 'list' };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout } = await promisify(execFile)(program, [...flags, '--json']);
  return JSON.parse(stdout);
}

/** True if the program has columns and AVX2, and they run on this machine. */
export async function hasColumns(program: string): Promise<boolean> {
  try {
    await runNative(program, { workload: 'W1', arith: 'f32', sessions: 64, ticks: 10, scheduler: 'serial', layout: 'soa' });
    return true;
  } catch {
    return false;
  }
}
