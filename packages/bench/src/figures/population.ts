import { openManagerFleet } from '../harness/manager-fleet.js';
import { medianOf } from '../harness/series.js';
import { type Figure, figure } from './figure.js';

const SESSIONS = 1000;
const WARM_UP_ROUNDS = 20;
const ROUNDS = 50;
const LIMIT_MS = 1;

/** Creating 1000 sessions of W1, `create` hook included, and releasing them: p50 of 50 rounds. */
export async function populationCost(): Promise<Figure[]> {
  const { manager, accountIds, close } = await openManagerFleet({
    workload: 'W1',
    arith: 'f64',
    form: 'session',
    sessions: SESSIONS,
    diffMs: 100,
    scheduler: 'inline',
    workers: 0,
    batch: 64,
    copy: 'population',
  });
  const creating: number[] = [];
  const releasing: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const start = performance.now();
    manager.releaseSessionBatch(accountIds);
    const released = performance.now();
    manager.createSessionBatch(accountIds);
    const created = performance.now();
    if (round < WARM_UP_ROUNDS) continue;
    releasing.push(released - start);
    creating.push(created - released);
  }
  await close();
  return [
    figure(`creating ${SESSIONS} sessions`, medianOf(creating), 'ms', LIMIT_MS),
    figure(`releasing ${SESSIONS} sessions`, medianOf(releasing), 'ms', LIMIT_MS),
  ];
}
