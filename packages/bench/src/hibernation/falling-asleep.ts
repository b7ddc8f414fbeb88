import { setImmediate } from 'node:timers/promises';
import { Series } from '../harness/series.js';
import { accountsOf, type SleepyFleet } from './sleepy-fleet.js';

/** Of a fleet that comes and goes before, so many have their rings in use: pages of rings are given back by whole blocks, and leave nothing behind. */
export const MOST_FILLED = 512;
/** A store that takes nothing for so long, by the clock on the wall, will not. A disk with other work may take seconds. */
const MOST_IDLE_MS = 120_000;

/** Where times go, µs. */
export class SleepTimes {
  readonly hibernate: Series;
  readonly wake: Series;

  constructor(capacity: number) {
    this.hibernate = new Series(capacity);
    this.wake = new Series(capacity);
  }
}

/** Creates sessions, which fill their rings, sleep and wake. */
export async function sleepOnce(fleet: SleepyFleet, sessions: number): Promise<Uint32Array> {
  const times = new SleepTimes(sessions);
  const accountIds = accountsOf(0, sessions);
  fleet.create(accountIds);
  await fleet.fillRings(accountIds.subarray(0, MOST_FILLED));
  await putToSleep(fleet, accountIds, times);
  wake(fleet, accountIds, times);
  return accountIds;
}

/** Puts all of them to sleep and ticks until all are stored. */
export async function putToSleep(fleet: SleepyFleet, accountIds: Uint32Array, { hibernate }: SleepTimes): Promise<void> {
  const { manager, store } = fleet;
  const isDurable = store.durable !== undefined;
  const before = fleet.stored;
  const beganMs = performance.now();
  for (const accountId of accountIds) {
    if (!manager.hibernateSession(accountId)) throw new Error(`session ${accountId} does not sleep`);
  }
  let sinceMs = performance.now();
  const fallingUs = ((sinceMs - beganMs) * 1000) / accountIds.length;
  let stored = 0;
  let progressMs = sinceMs;
  for (let idle = 0; stored < accountIds.length; ) {
    // What waits for a disk counts; ticks without need of one are timed alone.
    if (!isDurable || idle === 0) sinceMs = performance.now();
    await manager.updateAllSessions(1);
    const tickUs = (performance.now() - sinceMs) * 1000;
    const now = fleet.stored - before;
    if (now > stored) hibernate.push(fallingUs + tickUs / (now - stored));
    idle = now > stored ? 0 : idle + 1;
    if (idle === 0) progressMs = performance.now();
    else if (performance.now() - progressMs > MOST_IDLE_MS) {
      throw new Error(`${accountIds.length - now} sessions are asleep and not stored, none of them for ${MOST_IDLE_MS / 1000} s`);
    }
    stored = now;
    // A store's thread is heard of between ticks.
    if (isDurable) await setImmediate();
  }
}

export function wake({ manager }: SleepyFleet, accountIds: Uint32Array, { wake: series }: SleepTimes): void {
  for (const accountId of accountIds) {
    const beganMs = performance.now();
    const isAwake = manager.reactivateSession(accountId);
    series.push((performance.now() - beganMs) * 1000);
    if (!isAwake) throw new Error(`session ${accountId} does not wake`);
  }
}
