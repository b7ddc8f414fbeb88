import { noTimes } from '../harness/fleet.js';
import { openFleet } from '../harness/run.js';
import type { Arith, Form, Workload } from '../workloads.js';
import { type Figure, figure } from './figure.js';
import { fleetContender, interleave, medianNs, medianRatio } from './interleaved.js';

export interface UpdateCostOptions {
  readonly sessions: number;
  readonly rounds: number;
}

const TICKS_A_ROUND = 60;
const WARM_UP_ROUNDS = 25;
const TICKS_BEFORE = 300;

/** What inline may cost as a multiple of the floor. */
const LIMITS: readonly { workload: Workload; form: Form; limit: number | undefined }[] = [
  { workload: 'W1', form: 'batch', limit: 1.15 },
  { workload: 'W1', form: 'session', limit: 1.7 },
  { workload: 'W2', form: 'batch', limit: undefined },
  { workload: 'W2', form: 'session', limit: 1.6 },
];

/** Six behaviours that run before the others are measured a second time. */
const SIX: readonly [Workload, Arith, Form][] = [
  ['W0', 'f32', 'session'],
  ['W1', 'f32', 'session'],
  ['W2', 'f32', 'session'],
  ['W3', 'f64', 'session'],
  ['W1', 'f32', 'batch'],
  ['W2', 'f32', 'batch'],
];

/** Inline against the floor, in f64, ns per session update: with nothing else in the process before, then after six behaviours. */
export async function updateCost({ sessions, rounds }: UpdateCostOptions): Promise<Figure[]> {
  const alone = await againstFloor(sessions, rounds, 'alone');
  for (const [workload, arith, form] of SIX) await runBefore(workload, arith, form);
  return [...alone, ...(await againstFloor(sessions, rounds, 'after six'))];
}

async function againstFloor(sessions: number, rounds: number, when: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const workload of ['W1', 'W2'] as const) {
    const limits = LIMITS.filter((each) => each.workload === workload);
    // Code of their own for each time: compiled after what ran before.
    const common = { workload, sessions, arith: 'f64', copy: when } as const;
    const contenders = [await fleetContender('floor', { ...common, scheduler: 'floor', form: 'session' }, TICKS_A_ROUND)];
    for (const { form } of limits) contenders.push(await fleetContender(form, { ...common, scheduler: 'inline', form }, TICKS_A_ROUND));
    const results = await interleave(contenders, rounds, WARM_UP_ROUNDS);
    figures.push(figure(`${workload} f64 floor, ${when}`, medianNs(results, 'floor'), 'ns'));
    for (const { form, limit } of limits) {
      figures.push(figure(`${workload} f64 ${form}, ${when}`, medianNs(results, form), 'ns'));
      figures.push(figure(`${workload} f64 ${form} against the floor, ${when}`, medianRatio(results, form, 'floor'), '×', limit));
    }
  }
  return figures;
}

async function runBefore(workload: Workload, arith: Arith, form: Form): Promise<void> {
  const fleet = await openFleet({ workload, arith, form, sessions: 1000, diffMs: 100, scheduler: 'inline', workers: 0, batch: 64 });
  const times = noTimes();
  for (let tick = 0; tick < TICKS_BEFORE; tick++) await fleet.tick(times);
  await fleet.close();
}
