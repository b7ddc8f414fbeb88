/**
 * A session's pending timers: a list of up to 64 in its block's buffer. Periods stand first, single timers behind them; neither part is
 * in any order. The word in `counts` holds how many there are: all in its lower half, periods in its upper half.
 *
 *     timer   0        1        2                 count − 1
 *             ├──── periods ────┤├───── single ─────┤
 *
 * Timers with the same place in their lists lie together, those of all rows of the block: what sessions of one behaviour have is much alike,
 * and a page holds four of each. (A row's timers side by side touched 69 KB a block for 16 timers each; this way it is 20.)
 *
 * Nothing here is atomic: a row's timers belong to the participant that updates its session, and to the main thread between ticks.
 */
import type { TimerLayout } from '../layout/block-layout.js';
import { ROWS, TIMER_WORDS } from '../layout/geometry.js';
import type { Block } from './block.js';

/** Words of a timer behind the double that says when it is due: the id of a single one; the period, 0 for a single one. */
export const TIMER_ID = 2;
export const TIMER_PERIOD = 3;

/** There is no such timer. */
export const NO_TIMER = -1;

/** First word of timer `index` of a row. */
export function timerAt(timers: TimerLayout, row: number, index: number): number {
  return timers.list + (index * ROWS + row) * TIMER_WORDS;
}

/** Timers that a word of `counts` counts, periods included. */
export function timersOf(counts: number): number {
  return counts & 0xffff;
}

/** Periods that it counts. */
export function periodsOf(counts: number): number {
  return counts >>> 16;
}

/** When a session must be awake at the latest, in simulated ms; Infinity: it has not said. */
export function wakeTime(block: Block, row: number): number {
  const { wakes } = block.services.timers;
  const words = block.cold.i32;
  const isNone = (words[wakes + row * 2] | words[wakes + row * 2 + 1]) === 0;
  return isNone ? Number.POSITIVE_INFINITY : block.cold.f64[(wakes >> 1) + row] + 0;
}

/** Sets it; time 0 is stored as −0, since all bits 0 is what a session begins with. */
export function setWakeTime(block: Block, row: number, atMs: number): void {
  const at = (block.services.timers.wakes >> 1) + row;
  if (atMs !== Number.POSITIVE_INFINITY) block.cold.f64[at] = atMs === 0 ? -0 : atMs;
  else if (wakeTime(block, row) !== atMs) block.cold.f64[at] = 0;
}

/** Appends a timer that is due at `dueMs`: a period, or for `period` 0 the single timer `id`. The caller has seen that there is room. */
export function addTimer(block: Block, row: number, dueMs: number, id: number, period: number): void {
  const { timers } = block.services;
  const words = block.cold.i32;
  const counts = words[timers.counts + row];
  const length = timersOf(counts);
  let at = timerAt(timers, row, length);
  if (period !== 0) {
    // Where the first single timer was, which goes to the end.
    const first = timerAt(timers, row, periodsOf(counts));
    if (first !== at) move(words, first, at);
    at = first;
  }
  block.cold.f64[at >> 1] = dueMs;
  words[at + TIMER_ID] = id;
  words[at + TIMER_PERIOD] = period;
  words[timers.counts + row] = counts + (period === 0 ? 1 : 0x1_0001);
  if (words[timers.highs + row] <= length) words[timers.highs + row] = length + 1;
}

/** Takes out the single timer with this index. */
export function removeSingle(block: Block, row: number, index: number): void {
  const { timers } = block.services;
  const words = block.cold.i32;
  const last = timersOf(words[timers.counts + row]) - 1;
  if (index !== last) move(words, timerAt(timers, row, last), timerAt(timers, row, index));
  words[timers.counts + row]--;
}

/** Index of a row's single timer `id`, or `NO_TIMER`. */
export function findSingle(block: Block, row: number, id: number): number {
  const { timers } = block.services;
  const words = block.cold.i32;
  const counts = words[timers.counts + row];
  for (let index = periodsOf(counts), end = timersOf(counts); index < end; index++) {
    if (words[timerAt(timers, row, index) + TIMER_ID] === id) return index;
  }
  return NO_TIMER;
}

/** Index of the single timer that is due first, by time, then id; `NO_TIMER` if there is none. */
export function findFirstSingle(block: Block, row: number): number {
  const { timers } = block.services;
  const words = block.cold.i32;
  const counts = words[timers.counts + row];
  let first = NO_TIMER;
  let firstDue = 0;
  let firstId = 0;
  for (let index = periodsOf(counts), end = timersOf(counts); index < end; index++) {
    const at = timerAt(timers, row, index);
    const due = block.cold.f64[at >> 1];
    const id = words[at + TIMER_ID];
    if (first !== NO_TIMER && (due > firstDue || (due === firstDue && id > firstId))) continue;
    first = index;
    firstDue = due;
    firstId = id;
  }
  return first;
}

function move(words: Int32Array, from: number, to: number): void {
  for (let word = 0; word < TIMER_WORDS; word++) words[to + word] = words[from + word];
}
