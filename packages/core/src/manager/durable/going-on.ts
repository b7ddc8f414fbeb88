import { DormouseError } from '../../errors.js';
import type { WallClock } from '../../wall-clock.js';

/**
 * Begins something and waits for it as long as it goes on. Rejects as it does; with `ERR_STORE_FAILED`, by `problem`, once `patienceMs` of this clock have passed since it began, or since
 * `isAwaited` was called last: what it does afterwards is of no use to anybody, and `isAwaited` returns false.
 */
export async function whileGoingOn(
  clock: WallClock,
  patienceMs: number,
  problem: string,
  begin: (isAwaited: () => boolean) => void | Promise<void>,
): Promise<void> {
  let lastMs = clock.now();
  let hasEnded = false;
  const work = begin(() => {
    lastMs = clock.now();
    return !hasEnded;
  });
  // One that is done at once needs no clock.
  if (work === undefined) return;
  let timer: unknown;
  const late = new Promise<never>((_, reject) => {
    const look = (): void => {
      const leftMs = lastMs + patienceMs - clock.now();
      if (leftMs > 0) timer = clock.setTimeout(look, leftMs);
      else reject(new DormouseError('ERR_STORE_FAILED', `${problem} for ${patienceMs / 1000} s`));
    };
    timer = clock.setTimeout(look, patienceMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    hasEnded = true;
    clock.clearTimeout(timer);
  }
}
