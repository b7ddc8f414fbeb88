import type { Arith, Form, Workload } from '../workloads.js';
import { hex } from './checksum.js';
import { type Fleet, noTimes } from './fleet.js';
import { openFleet } from './run.js';
import type { SchedulerChoice } from './scheduler-choice.js';

/** What a fleet's state must be after some ticks, by number of ticks. W2: checksum/egressSum. */
export interface ExpectedRow {
  readonly workload: Workload;
  readonly ariths: readonly Arith[];
  readonly sessions: number;
  readonly after: Readonly<Record<number, string>>;
}

const BOTH = ['f32', 'f64'] as const;

/** The table of the workloads' specification; the C++ program prints the same. */
export const EXPECTED: readonly ExpectedRow[] = [
  row('W0', BOTH, 1000, { 1: 'eb007302', 50: 'eb007302', 600: 'eb007302', 1000: 'eb007302' }),
  row('W0', BOTH, 5000, { 600: 'c336a0d4', 1000: 'c336a0d4' }),
  row('W1', ['f32'], 1000, { 1: 'cca0bfeb', 50: '05b9747e', 600: '7db6c509', 1000: 'c7c6851c' }),
  row('W1', ['f32'], 5000, { 600: '1afa7bce', 1000: 'bc941446' }),
  row('W1', ['f64'], 1000, { 1: '9e16d8af', 50: '0eeb48d2', 600: '9accda8b', 1000: 'd64d1a49' }),
  row('W1', ['f64'], 5000, { 600: '9df07d37' }),
  row('W2', ['f32'], 1000, {
    1: '18f41031/8238261a',
    50: '4d9e5b12/9e5ff2ec',
    600: 'da62ecc7/fe6699a1',
    1000: '357302d5/91ee05e8',
  }),
  row('W2', ['f32'], 5000, { 600: 'af5dfec1/d0a1cb49', 1000: '65f52481/98501a9f' }),
  row('W2', ['f64'], 1000, {
    1: 'bb78250b/82382609',
    50: '0657270c/9e5ff560',
    600: '3b682137/fe6861aa',
    1000: 'b76d2ff6/91f0894c',
  }),
  row('W2', ['f64'], 5000, { 600: '5016723b/d0a7ef27' }),
  row('W3', ['f32'], 1000, { 1: '38a80f22', 50: 'd2fa3c75', 300: '69ba0778', 600: '109d7ce9', 1000: '723ddcff' }),
  row('W3', ['f32'], 5000, { 300: 'f047565b', 600: '360d5178' }),
  row('W3', ['f64'], 1000, { 1: 'f8590cd4', 50: '4e9038a7', 600: '1ea7822b', 1000: '806e6f02' }),
  row('W3', ['f64'], 5000, { 600: '089256c9' }),
  row('W4', ['f32'], 1000, { 1: '585cdc48', 50: '9f773ff3', 300: 'b08bb67e', 600: '7e4c6d68' }),
  row('W4', ['f32'], 5000, { 300: 'a0e42e71', 600: '10ecbbbc' }),
  row('W4', ['f64'], 1000, { 1: '214c999c', 50: '98825b5b', 600: 'be8d749a' }),
  row('W4', ['f64'], 5000, { 600: '32eefb8e' }),
  row('W5', BOTH, 1000, { 1: '25a3bf13', 50: 'fce06ba3', 600: '1a4efd3c', 1000: '0a73cfc5' }),
  row('W5', BOTH, 5000, { 600: '7b0266c3', 1000: '73320149' }),
  row('W6', ['f32'], 1000, { 1: 'f84c94df', 50: '854a3da7', 600: '0dd05dbe', 1000: '6f15da39' }),
  row('W6', ['f32'], 5000, { 600: '31b26888', 1000: '48742ffe' }),
  row('W6', ['f64'], 1000, { 1: 'e69f3524', 50: 'bc6a47f8', 600: 'b4961e87', 1000: '60b66348' }),
  row('W6', ['f64'], 5000, { 600: 'c4861c0e', 1000: '91f576eb' }),
  row('W7', ['f32'], 1000, { 1: '092ab761', 50: '49ff1e48', 600: 'd10c7ad3', 1000: 'c86db0f4' }),
  row('W7', ['f32'], 5000, { 600: '9d856b3d', 1000: 'd32e1e28' }),
  row('W7', ['f64'], 1000, { 1: '56d69c08', 50: 'db4c0fb1', 600: 'f3690e39', 1000: '60e5e33f' }),
  row('W7', ['f64'], 5000, { 600: 'c86c0086', 1000: '9eb4631c' }),
  row('W8', ['f32'], 1000, { 1: 'ea1f59de', 50: '9f41625d', 600: '0668dc99', 1000: '888b9581' }),
  row('W8', ['f32'], 5000, { 600: '11bb4315', 1000: '2adbb127' }),
  row('W8', ['f64'], 1000, { 1: 'b404c98a', 50: 'f3f0773d', 600: '3889f4a1', 1000: 'e9db8d7b' }),
  row('W8', ['f64'], 5000, { 600: '93a0e72b', 1000: 'e2896808' }),
];

/** Rows of a thousand sessions, up to 50 ticks. */
export const SMALL: readonly ExpectedRow[] = EXPECTED.filter(({ sessions }) => sessions === 1000).map(({ after, ...rest }) => ({
  ...rest,
  after: Object.fromEntries(Object.entries(after).filter(([ticks]) => Number(ticks) <= 50)),
}));

/** What runs a workload, and in which form. */
export interface Runner extends SchedulerChoice {
  readonly name: string;
  readonly form: Form;
  /** Sessions a batch. Default 64. */
  readonly batch?: number;
}

export const FLOOR: Runner = { name: 'the floor', scheduler: 'floor', workers: 0, form: 'session' };
export const SESSION_FORM: Runner = { name: 'inline, session form', scheduler: 'inline', workers: 0, form: 'session' };
export const BATCH_FORM: Runner = { name: 'inline, batch form', scheduler: 'inline', workers: 0, form: 'batch' };
export const KERNEL_FORM: Runner = { name: 'inline, kernel form', scheduler: 'inline', workers: 0, form: 'kernel' };

/** All forms of a scheduler with two participants, or of inline; a workload may not have the last, see `reasonAgainst`. */
export function runnersOf(choice: SchedulerChoice): readonly Runner[] {
  const { scheduler, workers, caller } = choice;
  const name = scheduler === 'inline' ? scheduler : `${scheduler}, ${workers} workers, caller ${caller ?? 'idle'}`;
  return (['session', 'batch', 'kernel'] as const).map((form) => ({ ...choice, name: `${name}, ${form} form`, form }));
}

/** Runs one fleet through all its tick counts; what it came to at each. */
export async function checksumsOf(expected: ExpectedRow, arith: Arith, runner: Runner): Promise<Record<number, string>> {
  const { workload, sessions, after } = expected;
  const { name, ...choice } = runner;
  const fleet = await openFleet({ workload, sessions, arith, diffMs: 100, batch: 64, ...choice });
  const times = noTimes();
  try {
    const found: Record<number, string> = {};
    let done = 0;
    for (const ticks of Object.keys(after).map(Number)) {
      for (; done < ticks; done++) await fleet.tick(times);
      found[ticks] = shownTotals(workload, fleet);
    }
    return found;
  } finally {
    await fleet.close();
  }
}

function shownTotals(workload: Workload, fleet: Fleet): string {
  const { checksum, egressSum } = fleet.totals();
  return workload === 'W2' ? `${hex(checksum)}/${hex(egressSum)}` : hex(checksum);
}

function row(workload: Workload, ariths: readonly Arith[], sessions: number, after: Record<number, string>): ExpectedRow {
  return { workload, ariths, sessions, after };
}
