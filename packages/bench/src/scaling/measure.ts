import type { Fleet, FleetOptions } from '../harness/fleet.js';
import { medianUpdateUs } from '../harness/median-update.js';
import { openFleet } from '../harness/run.js';
import { CALLERS, type Caller, workersOfTwo } from '../harness/scheduler-choice.js';
import { medianOf } from '../harness/series.js';
import type { Arith, Workload } from '../workloads.js';
import { type NativeRun, runNative } from './native.js';

/** A workload that is scaled, its ticks a round, and how many come before these that are not timed: so long a tenth of a second is, in which an operating system spreads threads that have slept. */
interface Row {
  readonly workload: Workload;
  readonly arith: Arith;
  readonly sessions: number;
  readonly ticks: number;
  readonly lead: number;
}

const W4_SESSIONS = 5000;
const W3_SESSIONS = 50_000;
/** Rounds before the others: code is compiled in them, on every thread. */
const WARM_UP_ROUNDS = 4;

export interface ScalingOptions {
  readonly schedulers: readonly string[];
  /** Sessions of W4, and a tenth of those of W3. */
  readonly sessions?: number;
  readonly rounds: number;
  /** Path of the native program. */
  readonly native?: string | undefined;
}

/** What one scheduler came to with two participants. Times are of the update alone, medians of the rounds. */
export interface Scaled {
  readonly scheduler: string;
  readonly caller: Caller;
  readonly us: number;
  /** How many times faster than inline, in the same round. */
  readonly gain: number;
  /** The same without stealing, on the same number of threads: null where that was not measured. */
  readonly staticUs: number | null;
  readonly gainOverStatic: number | null;
}

export interface ScalingRow {
  readonly workload: Workload;
  readonly arith: Arith;
  readonly sessions: number;
  readonly inlineUs: number;
  readonly schedulers: readonly Scaled[];
  /** The native program on one thread and, with oneTBB, on two. */
  readonly native: { readonly serialUs: number; readonly tbbUs: number; readonly gain: number; readonly gainOverStatic: number } | null;
}

/** W4 and W3 on two participants against inline, all in turn in each round; W3 also on static ranges. */
export async function measureScaling({ schedulers, sessions = W4_SESSIONS, rounds, native }: ScalingOptions): Promise<ScalingRow[]> {
  const w3Sessions = (sessions * W3_SESSIONS) / W4_SESSIONS;
  const rows: Row[] = [
    { workload: 'W4', arith: 'f32', sessions, ticks: 10, lead: 10 },
    { workload: 'W4', arith: 'f64', sessions, ticks: 10, lead: 10 },
    { workload: 'W3', arith: 'f32', sessions: w3Sessions, ticks: 40, lead: 100 },
    { workload: 'W3', arith: 'f64', sessions: w3Sessions, ticks: 40, lead: 100 },
  ];
  const measured: ScalingRow[] = [];
  for (const row of rows) measured.push(await measureRow(row, schedulers, rounds, native));
  return measured;
}

async function measureRow(row: Row, schedulers: readonly string[], rounds: number, native: string | undefined): Promise<ScalingRow> {
  const { ticks, lead, ...what } = row;
  const times = new Map<string, number[]>();
  const contenders = new Map<string, () => Promise<number>>();
  const fleets: Fleet[] = [];
  const enter = async (name: string, choice: Pick<FleetOptions, 'scheduler' | 'workers' | 'caller' | 'stealing'>): Promise<void> => {
    const fleet = await openFleet({ ...what, ...choice, form: 'session', diffMs: 100, batch: 64, copy: name, adaptiveWaking: false });
    fleets.push(fleet);
    contenders.set(name, async () => {
      await medianUpdateUs(fleet, lead);
      return medianUpdateUs(fleet, ticks);
    });
  };
  const withStatic = row.workload === 'W3';
  try {
    await enter('inline', { scheduler: 'inline', workers: 0 });
    for (const scheduler of schedulers) {
      for (const caller of CALLERS) {
        const choice = { scheduler, caller, workers: workersOfTwo(caller) };
        await enter(`${scheduler} ${caller}`, choice);
        if (withStatic) await enter(`${scheduler} ${caller} static`, { ...choice, stealing: false });
      }
    }
    if (native !== undefined) {
      const run = (scheduler: NativeRun['scheduler'], threads: number) => async () =>
        (await runNative(native, { ...what, ticks, skip: lead, scheduler, threads })).updateUs.median;
      contenders.set('serial', run('serial', 1));
      contenders.set('tbb', run('tbb', 2));
      contenders.set('native static', run('static', 2));
    }
    for (const name of contenders.keys()) times.set(name, []);
    const inTurn = [...contenders];
    for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
      // Nobody comes behind the same one each time.
      inTurn.push(...inTurn.splice(0, 1));
      for (const [name, measure] of inTurn) {
        const us = await measure();
        if (round >= 0) times.get(name)?.push(us);
      }
    }
  } finally {
    for (const fleet of fleets) await fleet.close();
  }
  const of = (name: string): readonly number[] => times.get(name) ?? [];
  const gain = (name: string, base: string): number => medianOf(of(base).map((us, round) => us / of(name)[round]));
  return {
    ...what,
    inlineUs: medianOf(of('inline')),
    schedulers: schedulers.flatMap((scheduler) =>
      CALLERS.map((caller) => {
        const name = `${scheduler} ${caller}`;
        return {
          scheduler,
          caller,
          us: medianOf(of(name)),
          gain: gain(name, 'inline'),
          staticUs: withStatic ? medianOf(of(`${name} static`)) : null,
          gainOverStatic: withStatic ? gain(name, `${name} static`) : null,
        };
      }),
    ),
    native:
      native === undefined
        ? null
        : {
            serialUs: medianOf(of('serial')),
            tbbUs: medianOf(of('tbb')),
            gain: gain('tbb', 'serial'),
            gainOverStatic: gain('tbb', 'native static'),
          },
  };
}
