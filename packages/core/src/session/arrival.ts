import { NO_LOCATION } from '../hibernation/hibernation-store.js';
import { Column, ROW_MASK, ROWS, SlotState } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { isDrained } from '../memory/record-ring.js';
import { setWakeTime, timerAt, timersOf, wakeTime } from '../memory/timer-list.js';
import { beginRandom } from '../runtime/random.js';
import { type NewSession, sessionExists } from './new-row.js';
import { fallAsleep, rise } from './rest.js';
import type { SessionStore } from './store.js';
import type { TickClock } from './tick-clock.js';

/** A session that comes from another manager, or from another time of this one. */
export interface Arrival {
  readonly planned: NewSession;
  readonly status: 'active' | 'quarantined' | 'asleep';
  /** Its source's: the account it had there, the seed of its random stream, simulated time, and when it was to wake there if it slept. */
  readonly accountId: number;
  readonly seed: number;
  readonly nowMs: number;
  readonly dueMs: number;
  /** Fills the row with all that it is and has. Throws where that cannot be. */
  readonly fill: (block: Block, row: number) => void;
}

/**
 * Gives a session that has arrived a slot: all that it is and has stands there, times moved to those of this manager, updates counting on, and it is in the state that it
 * was in. Returns the slot. When anything fails nothing has changed: `ERR_SESSION_EXISTS`, `ERR_SESSION_LIMIT`, `ERR_MEMORY`, `ERR_INDEX_FULL`, what `fill` throws. Main thread,
 * between ticks.
 */
export function arrive(store: SessionStore, clock: TickClock, seed: number, arrival: Arrival): number {
  const { planned, fill, nowMs, status } = arrival;
  const { accountId, incarnation, host, mapId, groupId } = planned;
  if (store.has(accountId)) throw sessionExists(accountId);
  const slot = store.takeSlot(host);
  const block = store.block(slot);
  const { page } = block;
  const row = slot & ROW_MASK;
  try {
    // Who heard of the pool's growth may have had it created.
    if (store.has(accountId)) throw sessionExists(accountId);
    fill(block, row);
    page[Column.account + row] = accountId;
    store.index.insert(accountId, slot);
  } catch (error) {
    for (const column of [Column.incarnation, Column.inbound, Column.outbound]) page[column + row] = 0;
    store.pool.give(slot, block);
    throw error;
  }
  page[Column.incarnation + row] = incarnation;
  page[Column.map + row] = mapId;
  page[Column.group + row] = groupId;
  beginStream(block, row, arrival, seed);
  shiftTimes(store, block, row, clock.nowMs - nowMs);
  store.order.added(accountId, slot);
  store.setState(slot, SlotState.waking);
  rise(store, slot);
  if (status === 'quarantined') store.quarantine(slot);
  if (status === 'asleep' && hasNothingUnread(block, row)) {
    const dueMs = arrival.dueMs + clock.nowMs - nowMs;
    store.sleepers.add(accountId, incarnation, block.behaviorIndex, mapId, groupId, NO_LOCATION, dueMs);
    fallAsleep(store, clock, slot);
  }
  return slot;
}

/** A stream of random numbers that has not begun begins with seed and account: here with those that it would have had. */
function beginStream({ cold, services }: Block, row: number, { planned, accountId, seed }: Arrival, ownSeed: number): void {
  const hasBegun = cold.i32[services.random + 3 * ROWS + row] !== 0;
  if (hasBegun || (seed === ownSeed && accountId === planned.accountId)) return;
  beginRandom(cold.i32, services.random + row, seed, accountId);
}

/** Simulated time is another here: what is due in 5 s is due in 5 s, and who has been idle for a minute has been so. */
function shiftTimes(store: SessionStore, block: Block, row: number, byMs: number): void {
  if (byMs === 0) return;
  const { timers } = block.services;
  const { f64, i32 } = block.cold;
  store.table.doubles[block.firstActivity + row] += byMs;
  const count = timersOf(i32[timers.counts + row]);
  for (let index = 0; index < count; index++) f64[timerAt(timers, row, index) >> 1] += byMs;
  if (count > 0) f64[(timers.dues >> 1) + row] += byMs;
  const wakeMs = wakeTime(block, row);
  if (wakeMs !== Number.POSITIVE_INFINITY) setWakeTime(block, row, wakeMs + byMs);
}

function hasNothingUnread({ page, cold, services }: Block, row: number): boolean {
  return isDrained(page[Column.inbound + row]) && isDrained(cold.i32[services.mailbox.cursors + row]);
}
