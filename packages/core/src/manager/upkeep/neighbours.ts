import { Column, ROWS, SlotState } from '../../layout/geometry.js';
import type { SessionStore } from '../../session/store.js';

/** Account ids by map, then by group. */
type Places = Map<number, Map<number, number[]>>;

/**
 * The sessions of one behaviour as they should lie: those of a map together, in it those of a group; by slot beyond that. Found and told in steps:
 * an array of up to 64 account ids is the next block's, `undefined` a pause. Sessions may come, go and move between any two steps: they may be
 * missing then, or told though they are gone.
 */
export function* neighbours(store: SessionStore, behaviorIndex: number): Generator<readonly number[] | undefined> {
  const places: Places = new Map();
  const { blocks } = store.pool;
  for (let blockIndex = 0; blockIndex < blocks.length; blockIndex++) {
    const block = blocks[blockIndex];
    if (block?.behaviorIndex !== behaviorIndex) continue;
    for (let row = 0; row < ROWS; row++) {
      const slot = block.firstSlot + row;
      if (store.table.slotStates[slot] !== SlotState.free) add(places, store, slot);
    }
    yield undefined;
  }
  let chunk: number[] = [];
  for (const groups of places.values()) {
    for (const accounts of groups.values()) {
      for (const accountId of accounts) {
        if (chunk.push(accountId) < ROWS) continue;
        yield chunk;
        chunk = [];
      }
    }
  }
  if (chunk.length > 0) yield chunk;
}

function add(places: Places, store: SessionStore, slot: number): void {
  const mapId = store.word(slot, Column.map);
  const groupId = store.word(slot, Column.group);
  let groups = places.get(mapId);
  if (groups === undefined) {
    groups = new Map();
    places.set(mapId, groups);
  }
  const accounts = groups.get(groupId);
  const accountId = store.word(slot, Column.account) >>> 0;
  if (accounts === undefined) groups.set(groupId, [accountId]);
  else accounts.push(accountId);
}
