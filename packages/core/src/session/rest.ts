import type { AnyBehavior } from '../behavior.js';
import { DormouseError } from '../errors.js';
import { NO_LOCATION } from '../hibernation/hibernation-store.js';
import { NO_ENTRY } from '../hibernation/sleepers.js';
import { Column, ROW_MASK, SlotState, Traffic } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import type { BehaviorHost } from './behavior-host.js';
import { NO_SLOT, type SessionStore } from './store.js';
import type { TickClock } from './tick-clock.js';

/*
 * How sessions fall asleep and come back, between ticks, on the main thread. Asleep is what a session *is*, decided by inputs and simulated
 * time alone; whether its row is still there (`hibernating`) or its record in the store (`hibernated`) depends on the clock on the wall and
 * is nobody's to see. hibernation/README.md has the table of all transitions.
 */

/** Whether a slot's session is asleep, or has been read into its row and has yet to rise. */
export function isAtRest(store: SessionStore, slot: number): boolean {
  const state = store.table.slotStates[slot];
  return state === SlotState.hibernating || state === SlotState.waking;
}

/** active → hibernating: it is updated no more, and nobody sees it. Its row stays as it is. */
export function fallAsleep(store: SessionStore, clock: TickClock, slot: number): void {
  store.setWord(slot, Column.updateBias, store.word(slot, Column.updateBias) - clock.number);
  store.places?.left(slot);
  store.setState(slot, SlotState.hibernating);
}

/**
 * hibernating → active, and the last step of waking → active: its row is whole. What it had of packets before counts for its activity no more:
 * while it slept the window may have gone on over its row, or not over its record.
 */
export function rise(store: SessionStore, slot: number): void {
  const { page, traffic, behaviorIndex } = store.block(slot);
  const row = slot & ROW_MASK;
  const packets = traffic[Traffic.packetsIn + row] + traffic[Traffic.packetsOut + row];
  traffic[Traffic.mark + row] = packets;
  traffic[Traffic.markBefore + row] = packets;
  store.countOn(slot);
  store.places?.placed(slot, behaviorIndex, page[Column.map + row] >>> 0);
  store.setState(slot, SlotState.active);
}

/**
 * waking → active, or quarantined: after a restart, of one that was that when its record was written. All goes on as it was there, its window of activity
 * too.
 */
export function comeBack(store: SessionStore, slot: number, state: typeof SlotState.active | typeof SlotState.quarantined): void {
  const { page, behaviorIndex } = store.block(slot);
  if (state === SlotState.active) store.countOn(slot);
  store.places?.placed(slot, behaviorIndex, page[Column.map + (slot & ROW_MASK)] >>> 0);
  store.setState(slot, state);
}

/** waking → hibernating: after a restart, of one that sleeps and has sent what was not handed out yet. Updates stand still, as its record has them. */
export function sleepOn(store: SessionStore, slot: number, entry: number): void {
  store.sleepers.setLocation(entry, NO_LOCATION);
  store.setState(slot, SlotState.hibernating);
}

/** hibernating → hibernated: its record is stored. The slot is free from now on; the session is not gone. */
export function leaveSlot(store: SessionStore, slot: number, block: Block, accountId: number): void {
  store.setState(slot, SlotState.free);
  store.vacateSlot(slot, block, accountId);
}

/**
 * hibernated → waking: takes a slot for a session whose record is about to be read into it. Whose it is stands in its row; all else there is whatever
 * was, until the record is read. `NO_SLOT` when it has one by now, or is gone: whoever heard of the pool's growth, or of a store that fails, has had it
 * woken or released. Throws `ERR_SESSION_LIMIT`, `ERR_MEMORY`, `ERR_INDEX_FULL`; nothing has changed then.
 */
export function takeSlot(store: SessionStore, host: BehaviorHost, accountId: number, incarnation: number): number {
  const slot = store.takeSlot(host);
  const block = store.block(slot);
  const { sleepers } = store;
  try {
    const entry = sleepers.find(accountId);
    const isThere = entry !== NO_ENTRY && sleepers.incarnationOf(entry) === incarnation;
    if (!isThere || !store.index.insert(accountId, slot)) {
      store.pool.give(slot, block);
      return NO_SLOT;
    }
  } catch (error) {
    store.pool.give(slot, block);
    throw error;
  }
  block.page[Column.account + (slot & ROW_MASK)] = accountId;
  block.page[Column.incarnation + (slot & ROW_MASK)] = incarnation;
  store.order.added(accountId, slot);
  store.setState(slot, SlotState.waking);
  return slot;
}

/** waking → hibernated: its record is no good. The row is nobody's again. */
export function giveUpSlot(store: SessionStore, slot: number, accountId: number): void {
  store.setState(slot, SlotState.free);
  store.vacateSlot(slot, store.block(slot), accountId);
}

/** The behaviour that a sleeper follows. Throws `ERR_RECORD_SHAPE` where that is none of this manager's. */
export function behaviorOfSleeper({ sleepers, pool }: SessionStore, entry: number): AnyBehavior {
  const host = pool.hosts[sleepers.behaviorOf(entry)];
  if (host !== undefined) return host.behavior;
  const accountId = sleepers.accountOf(entry);
  throw new DormouseError('ERR_RECORD_SHAPE', `account ${accountId} follows a behaviour that is not one of this manager's`, { accountId });
}
