import { getHeapSpaceStatistics } from 'node:v8';

/** Objects that live through collections, some 20 MB: for them the space grows. */
const LASTING = 200_000;
/** Objects that do not, some 500 KB, and how often they are made: the whole of the space comes to be used. */
const PASSING = 5000;
const TIMES = 64;
/** When it has not grown for so many rounds, it has its full size. */
const ROUNDS_WITHOUT_GROWTH = 4;

/**
 * Has this thread's space for new objects grow to the size at which V8 leaves it: with 16 MiB a half from 8 MB to 33, at some time, for good, and whatever
 * sessions do. Before anything is measured, so that it is in the resident set of all samples or of none.
 */
export function growNewSpace(): void {
  let most = 0;
  for (let still = 0; still < ROUNDS_WITHOUT_GROWTH; still++) {
    makeObjects(LASTING);
    for (let time = 0; time < TIMES; time++) makeObjects(PASSING);
    const now = newSpaceBytes();
    if (now > most) still = 0;
    most = Math.max(most, now);
  }
}

function makeObjects(count: number): number {
  return Array.from({ length: count }, (_, index) => ({ index, in: [index] })).length;
}

function newSpaceBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.physical_space_size ?? 0;
}
