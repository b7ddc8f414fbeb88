import type { BatchOrder } from '../conformance/reference.js';

/** Another order of batches in each round, the same for the same seed. */
export function shuffledOrder(seed: number): BatchOrder {
  let state = (Math.imul(seed ^ 0x6c07_8965, 0x9e37_79b1) | 1) >>> 0;
  const below = (count: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % count;
  };
  return (batchCount) => {
    const order = Array.from({ length: batchCount }, (_, batch) => batch);
    for (let last = batchCount - 1; last > 0; last--) {
      const other = below(last + 1);
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  };
}
