import { type NativeRun, runNative } from '../scaling/native.js';
import type { Workload } from '../workloads.js';
import { type Figure, figure } from './figure.js';
import { type Contender, fleetContender, interleave, medianNs, medianRatio } from './interleaved.js';

export interface NativeOptions {
  /** The C++ program. */
  readonly program: string;
  readonly sessions: number;
  readonly rounds: number;
}

/** Ticks a round: some 20 ms of work each. */
const TICKS: readonly { workload: Workload; ticks: number }[] = [
  { workload: 'W1', ticks: 200 },
  { workload: 'W2', ticks: 100 },
  { workload: 'W4', ticks: 10 },
];

/** Inline and the floor against the native program, interleaved, f64: ns per session update, and multiples of the native one. */
export async function againstNative({ program, sessions, rounds }: NativeOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { workload, ticks } of TICKS) {
    const common = { workload, sessions, arith: 'f64', copy: 'native' } as const;
    const results = await interleave(
      [
        nativeContender('native', program, { workload, sessions, ticks, arith: 'f64', scheduler: 'serial' }),
        await fleetContender('floor', { ...common, scheduler: 'floor', form: 'session' }, ticks),
        await fleetContender('batch', { ...common, scheduler: 'inline', form: 'batch' }, ticks),
        await fleetContender('session', { ...common, scheduler: 'inline', form: 'session' }, ticks),
      ],
      rounds,
      Math.ceil(1500 / ticks / 10),
    );
    figures.push(figure(`${workload} f64 native`, medianNs(results, 'native'), 'ns'));
    for (const name of ['floor', 'batch', 'session']) {
      figures.push(figure(`${workload} f64 ${name} against native`, medianRatio(results, name, 'native'), '×'));
    }
  }
  return figures;
}

export function nativeContender(name: string, program: string, run: NativeRun): Contender {
  return {
    name,
    round: async () => (await runNative(program, run)).nsPerSessionUpdate,
    async close() {},
  };
}
