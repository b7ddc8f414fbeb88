import { type Fleet, noTimes } from './fleet.js';
import { Series } from './series.js';

/** Runs ticks; gives the median time of their parallel updates, µs. */
export async function medianUpdateUs(fleet: Fleet, ticks: number): Promise<number> {
  const times = noTimes();
  const updates = new Series(ticks);
  for (let tick = 0; tick < ticks; tick++) {
    await fleet.tick(times);
    updates.push(times.updateUs);
  }
  return updates.summary().median;
}
