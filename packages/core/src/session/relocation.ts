import { Column, ROW_MASK, SlotState } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { moveRow } from '../record/row-move.js';
import type { SessionStore } from './store.js';

/**
 * Moves a session to another slot of its behaviour, which has been taken for it: all it is and has, awake or asleep. Account, incarnation and
 * handles stay; nobody can tell but by the order of slots. The slot it was in is free then. Between ticks, outside hooks, main thread only.
 */
export function relocate(store: SessionStore, from: number, to: number): void {
  const { table, rings, mail } = store;
  const source = store.block(from);
  const target = store.block(to);
  const row = from & ROW_MASK;
  const accountId = source.page[Column.account + row] >>> 0;
  // What was written to the row that is left is told by it, and by nothing else once it is another's.
  mail.survey(source, row, row + 1);
  rings.survey(source, row, row + 1);
  moveRow(table, source, row, target, to & ROW_MASK);
  mail.survey(target, to & ROW_MASK, (to & ROW_MASK) + 1);
  rings.surveyBoth(target, to & ROW_MASK);
  store.setState(to, table.slotStates[from] as SlotState);
  store.setState(from, SlotState.free);
  store.index.move(accountId, to);
  store.order.added(accountId, to);
  store.places?.relocated(from, to);
  source.page[Column.incarnation + row] = 0;
  source.page[Column.inbound + row] = 0;
  source.page[Column.outbound + row] = 0;
  store.pool.give(from, source);
}

/** Lets go of a block that nobody is in: every thread hears of it, and what it takes goes back when all have collected. */
export function dropBlock(store: SessionStore, block: Block): void {
  const { table, pool, places } = store;
  const { blockIndex } = block;
  table.outboundFlags[blockIndex] = 0;
  table.outboxFlags[blockIndex] = 0;
  places?.forget(blockIndex);
  pool.drop(block);
}
