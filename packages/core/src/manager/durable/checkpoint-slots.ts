import { ROW_BITS, SlotState } from '../../layout/geometry.js';
import { NO_SLOT, type SessionStore } from '../../session/store.js';
import type { CheckpointJob } from './checkpoint-job.js';

/** Puts the next slots with sessions into `slots`, `most` at most; how many. Behind the last those that came to where nobody looks any more. Main thread only. */
export function gatherSlots({ table, pool, index }: SessionStore, job: CheckpointJob, slots: Int32Array, most: number): number {
  const end = pool.blocks.length << ROW_BITS;
  let count = 0;
  for (; count < most && job.cursor < end; job.cursor++) {
    const state = table.slotStates[job.cursor];
    if (!isThere(state)) continue;
    if (state !== SlotState.hibernating) job.looked++;
    slots[count++] = job.cursor;
  }
  if (count > 0) return count;
  for (const accountId of job.missed) {
    if (count === most) break;
    job.missed.delete(accountId);
    const slot = index.get(accountId);
    if (slot !== NO_SLOT && isThere(table.slotStates[slot])) slots[count++] = slot;
  }
  return count;
}

function isThere(state: number): boolean {
  return state === SlotState.active || state === SlotState.quarantined || state === SlotState.hibernating;
}
