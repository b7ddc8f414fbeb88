const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** The pause before something that has failed is tried again, wall-clock ms: 1 s, then twice as long as the one before, up to 60 s. `pauseMs`: the one before; 0: there was none. */
export function nextPauseMs(pauseMs: number): number {
  return pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
}
