import { type OwnBelongings, trade } from '../arithmetic/items.js';
import { FIRST_ACCOUNT, xs } from '../arithmetic/random.js';
import { bookkeep, type Columns } from './columns.js';

/** W5: plain objects, one after the other. */
export function update(columns: Columns, nowMs: number, _diffMs: number, belongings: readonly OwnBelongings[]): void {
  const { count, rng, updateCount } = columns;
  bookkeep(columns, nowMs);
  for (let i = 0; i < count; i++) {
    const r = xs(rng[i]);
    rng[i] = r;
    trade(belongings[i], FIRST_ACCOUNT + i, updateCount[i], r);
  }
}
