import { hasColumns } from '../native/run.js';
import type { Workload } from '../workloads.js';
import { type Figure, figure } from './figure.js';
import { fleetContender, interleave, medianNs, medianRatio } from './interleaved.js';
import { nativeContender } from './native.js';

export interface KernelOptions {
  /** The C++ program, where there is one. */
  readonly native: string | undefined;
  readonly sessions: number;
  readonly rounds: number;
}

/** Ticks a round, and what the kernel may take as a multiple of native scalar code. */
const WORKLOADS: readonly { workload: Workload; ticks: number; limit: number }[] = [
  { workload: 'W1', ticks: 200, limit: 0.6 },
  { workload: 'W4', ticks: 10, limit: 0.3 },
];

/**
 * Inline by a kernel against inline by columns in JavaScript, and against native code: scalar, and AVX2 over columns where the program has it.
 * Interleaved, f32: ns per session update, and multiples.
 */
export async function kernelCost({ native, sessions, rounds }: KernelOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { workload, ticks, limit } of WORKLOADS) {
    const common = { workload, sessions, arith: 'f32', scheduler: 'inline', copy: 'kernel' } as const;
    const contenders = [
      await fleetContender('batch', { ...common, form: 'batch' }, ticks),
      await fleetContender('kernel', { ...common, form: 'kernel' }, ticks),
    ];
    const run = { workload, sessions, ticks, arith: 'f32', scheduler: 'serial' } as const;
    const withColumns = native !== undefined && (await hasColumns(native));
    if (native !== undefined) contenders.push(nativeContender('native', native, run));
    if (withColumns) contenders.push(nativeContender('native columns', native, { ...run, layout: 'soa' }));
    const results = await interleave(contenders, rounds, Math.ceil(1500 / ticks / 10));
    const against = (name: string, base: string, most?: number): Figure =>
      figure(`${workload} f32 ${name} against ${base}`, medianRatio(results, name, base), '×', most);
    for (const { name } of contenders) figures.push(figure(`${workload} f32 ${name}`, medianNs(results, name), 'ns'));
    figures.push(against('kernel', 'batch'));
    if (native !== undefined) figures.push(against('kernel', 'native', limit));
    if (withColumns) figures.push(against('native columns', 'native'));
  }
  return figures;
}
