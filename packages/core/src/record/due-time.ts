import type { Block } from '../memory/block.js';
import { timerAt, timersOf, wakeTime } from '../memory/timer-list.js';

/**
 * When something of a row's session's own is due next, in simulated ms: the earliest of its wake time and its timers, periods among them, that
 * comes after `nowMs`; Infinity if none does. What has been due already and was not taken keeps nobody awake: it was there to be seen.
 */
export function nextDueTime(block: Block, row: number, nowMs: number): number {
  const { timers } = block.services;
  const { f64, i32 } = block.cold;
  const wakeMs = wakeTime(block, row);
  let next = wakeMs > nowMs ? wakeMs : Number.POSITIVE_INFINITY;
  for (let index = 0, count = timersOf(i32[timers.counts + row]); index < count; index++) {
    const dueMs = f64[timerAt(timers, row, index) >> 1];
    if (dueMs > nowMs && dueMs < next) next = dueMs;
  }
  return next;
}
