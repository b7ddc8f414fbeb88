import type { WallClock } from '../../wall-clock.js';

/** Resolves with true when `work`, which never rejects, has ended; with false when it has not by `ms` of this clock. */
export function settledBy(clock: WallClock, work: Promise<void>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.setTimeout(() => resolve(false), ms);
    void work.then(() => {
      clock.clearTimeout(timer);
      resolve(true);
    });
  });
}
