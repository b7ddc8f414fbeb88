/** Session i of a run has account id `FIRST_ACCOUNT + i`. */
export const FIRST_ACCOUNT = 10_000;
/** Simulated time before the first tick, in ms. */
export const START_MS = 1_000_000;

/** The workloads' generator, xorshift32: the next state after `r`. Takes and gives i32. */
export function xs(r: number): number {
  r ^= r << 13;
  r ^= r >>> 17;
  return r ^ (r << 5);
}

/** Divides the upper 24 bits of a generator state into a coordinate. */
export const ARENA_UNIT = 131_072;

/** A coordinate in [0, 128) from a generator state; exact in binary32. */
export function arena(r: number): number {
  return (r >>> 8) / ARENA_UNIT;
}

/** What a session starts with, apart from its id: standing still at full health. */
export interface StartValues {
  readonly x: number;
  readonly y: number;
  readonly targetX: number;
  readonly targetY: number;
  /** u32. */
  readonly rng: number;
}

export function startValues(accountId: number): StartValues {
  const x = xs(Math.imul(accountId, 0x9e37_79b1) || 1);
  const y = xs(x);
  const targetX = xs(y);
  const targetY = xs(targetX);
  return { x: arena(x), y: arena(y), targetX: arena(targetX), targetY: arena(targetY), rng: targetY >>> 0 };
}

/** The same items in another order, by a generator that begins with the seed: the same in each run, and by one seed after the other nobody always follows the same one. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const order = [...items];
  let random = Math.imul(seed, 0x9e37_79b1) | 1;
  for (let last = order.length - 1; last > 0; last--) {
    random = xs(random);
    const other = (random >>> 0) % (last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
