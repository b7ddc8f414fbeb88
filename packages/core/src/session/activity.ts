import { Column, ROW_MASK, SlotState, Traffic } from '../layout/geometry.js';
import type { SessionStore } from './store.js';

/** Begins the next half of the activity window: what has been counted so far is before it. Cost: well below 1 ns a session with SIMD. */
export function turnActivityWindow(store: SessionStore): void {
  store.kernels.turnActivity(store.pool.blocks.length);
}

/** Accounts with the most packets either way in the window, most first, equal ones by id; those with none are left out, and those asleep. */
export function mostActiveAccounts(store: SessionStore, count: number): number[] {
  const active: { accountId: number; packets: number }[] = [];
  for (const slot of store.slots()) {
    if (store.isAsleep(slot)) continue;
    const { page, traffic } = store.block(slot);
    const row = slot & ROW_MASK;
    const packets = (traffic[Traffic.packetsIn + row] + traffic[Traffic.packetsOut + row] - traffic[Traffic.markBefore + row]) >>> 0;
    if (packets > 0) active.push({ accountId: page[Column.account + row] >>> 0, packets });
  }
  active.sort((a, b) => b.packets - a.packets || a.accountId - b.accountId);
  return active.slice(0, count).map(({ accountId }) => accountId);
}

/** Active sessions on each map, ascending map id. */
export function sessionsByMap(store: SessionStore): Map<number, number> {
  const counts = new Map<number, number>();
  for (const slot of store.slots()) {
    if (store.table.slotStates[slot] !== SlotState.active) continue;
    const mapId = store.word(slot, Column.map) >>> 0;
    counts.set(mapId, (counts.get(mapId) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a], [b]) => a - b));
}
