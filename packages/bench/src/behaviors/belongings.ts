import type { FieldArray, StateOf } from '@dormouse/core/behavior';
import { ITEM_KEYS, JOURNAL_ENTRIES } from '../arithmetic/items.js';
import type { Belongings } from '../compare/contender.js';
import type { batch, session } from './objects.js';

type Owning = StateOf<(typeof session)['definition']['state']>;
type Counting = StateOf<(typeof batch)['definition']['state']>;

/** What a session of W5 has, whichever form keeps it. */
export function belongingsOf(state: Owning | Counting, updateCount: number): Belongings {
  if ('belongings' in state) return state.belongings.value;
  const inventory = new Map<string, number>();
  for (const [kind, count] of elementsOf(state.carried)) if (count > 0) inventory.set(ITEM_KEYS[kind], count);
  const kept = Math.min(updateCount, JOURNAL_ENTRIES);
  const journal = Array.from({ length: kept }, (_, i) => {
    const at = updateCount - kept + i + 1;
    const entry = (at - 1) % JOURNAL_ENTRIES;
    return { at, note: `${ITEM_KEYS[state.notedKind.get(entry)]}x${state.notedCount.get(entry)}` };
  });
  return { title: state.title, inventory, journal };
}

function elementsOf(array: FieldArray<number>): [number, number][] {
  return array.toArray().map((value, index) => [index, value]);
}
