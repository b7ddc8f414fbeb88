import type { Belongings } from '../compare/contender.js';

/** What a session of W5 can carry: `item-0` … `item-15`. */
export const ITEM_KINDS = 16;
/** More than so many of a kind are none. */
export const MOST_OF_A_KIND = 20;
/** Entries that a journal keeps. */
export const JOURNAL_ENTRIES = 16;

/** By kind, made once: nobody builds a key in each update. */
export const ITEM_KEYS: readonly string[] = Array.from({ length: ITEM_KINDS }, (_, kind) => `item-${kind}`);

/** How many of a kind an update adds, by the state of the generator. */
export function addedBy(rng: number): number {
  return 1 + ((rng >>> 8) & 3);
}

/** Belongings as a user holds them. */
export interface OwnBelongings extends Belongings {
  title: string;
  readonly inventory: Map<string, number>;
  readonly journal: { at: number; note: string }[];
}

/** One change of what a session has, to plain objects: W5 where objects are at home. */
export function trade(own: OwnBelongings, accountId: number, updateCount: number, rng: number): void {
  const { inventory, journal } = own;
  const key = ITEM_KEYS[rng & (ITEM_KINDS - 1)];
  let count = (inventory.get(key) ?? 0) + addedBy(rng);
  if (count > MOST_OF_A_KIND) {
    inventory.delete(key);
    count = 0;
  } else {
    inventory.set(key, count);
  }
  journal.push({ at: updateCount, note: `${key}x${count}` });
  if (journal.length > JOURNAL_ENTRIES) journal.shift();
  own.title = `bot ${accountId} carries ${inventory.size}, last ${key}`;
}
