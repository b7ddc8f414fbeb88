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
}

/** Times of a run of the native yardstick, its sessions side by side in memory and listed in their order: µs and ns. */
export async function runNative(program: string, run: NativeRun): Promise<{ updateUs: { median: number }; nsPerSessionUpdate: number }> {
  // The first tenth of its ticks is not timed.
  const options = { threads: 1, ...run, ticks: Math.ceil((run.ticks * 10) / 9), layout: 'arena', collect: 'list' };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout } = await promisify(execFile)(program, [...flags, '--json']);
  return JSON.parse(stdout);
}
