/**
 * The clock on the wall, as far as a manager looks at it for its handlers' time limits. Nothing a session sees depends on it but by way
 * of answers. Tests give a manager one that they drive by hand.
 */
export interface WallClock {
  /** Milliseconds since whenever; never goes back. */
  now(): number;
  /** Calls back once in `delayMs` or later. What it returns is given to {@link clearTimeout}. Must not keep the process alive. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const systemClock: WallClock = {
  now: () => performance.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
