import { DormouseError, requireInteger, shown } from '../errors.js';
import { Column, MAX_TIMERS } from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import {
  addTimer,
  findFirstSingle,
  findSingle,
  NO_TIMER,
  periodsOf,
  removeSingle,
  setWakeTime,
  TIMER_ID,
  TIMER_PERIOD,
  timerAt,
  timersOf,
} from '../memory/timer-list.js';

const MAX_ID = 0xffff;
const MAX_PERIOD_MS = 0x7fff_ffff;

/**
 * True once for each multiple of `periodMs` since the period was armed that `nowMs` has come to; several at once count as one. Looks
 * through the session's periods, and at nothing else.
 */
export function armPeriod(block: Block, row: number, nowMs: number, periodMs: number): boolean {
  if ((periodMs | 0) !== periodMs || periodMs < 1) requireInteger('periodMs', periodMs, 1, MAX_PERIOD_MS);
  const { timers } = block.services;
  const words = block.cold.i32;
  const times = block.cold.f64;
  const periods = periodsOf(words[timers.counts + row]);
  for (let index = 0; index < periods; index++) {
    const at = timerAt(timers, row, index);
    if (words[at + TIMER_PERIOD] !== periodMs) continue;
    const due = times[at >> 1];
    if (nowMs < due) return false;
    times[at >> 1] = nextMultiple(due, periodMs, nowMs);
    return true;
  }
  requireRoom(block, row, `a period of ${periodMs} ms`);
  addTimer(block, row, nowMs + periodMs, 0, periodMs);
  return false;
}

export function armTimer(block: Block, row: number, nowMs: number, delayMs: number, id: number): void {
  if (typeof delayMs !== 'number' || !(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY)) {
    throw new DormouseError('ERR_INVALID_ARGUMENT', `delayMs must be a finite number ≥ 0: got ${shown(delayMs)}`);
  }
  requireInteger('timer id', id, 0, MAX_ID);
  const { timers } = block.services;
  const times = block.cold.f64;
  const firstDue = (timers.dues >> 1) + row;
  const due = nowMs + delayMs;
  const pending = findSingle(block, row, id);
  if (pending === NO_TIMER) {
    const counts = block.cold.i32[timers.counts + row];
    requireRoom(block, row, `timer ${id}`);
    addTimer(block, row, due, id, 0);
    if (timersOf(counts) === periodsOf(counts) || due < times[firstDue]) times[firstDue] = due;
    return;
  }
  times[timerAt(timers, row, pending) >> 1] = due;
  noteFirst(block, row);
}

export function takeTimer(block: Block, row: number, nowMs: number, id: number): boolean {
  if ((id & MAX_ID) !== id) requireInteger('timer id', id, 0, MAX_ID);
  if (isNoneDue(block, row, nowMs)) return false;
  const index = findSingle(block, row, id);
  if (index === NO_TIMER || nowMs < block.cold.f64[timerAt(block.services.timers, row, index) >> 1]) return false;
  removeSingle(block, row, index);
  noteFirst(block, row);
  return true;
}

export function takeDueTimer(block: Block, row: number, nowMs: number): number | null {
  if (isNoneDue(block, row, nowMs)) return null;
  const index = findFirstSingle(block, row);
  const id = block.cold.i32[timerAt(block.services.timers, row, index) + TIMER_ID];
  removeSingle(block, row, index);
  noteFirst(block, row);
  return id;
}

export function cancelTimer(block: Block, row: number, id: number): boolean {
  requireInteger('timer id', id, 0, MAX_ID);
  const index = findSingle(block, row, id);
  if (index === NO_TIMER) return false;
  removeSingle(block, row, index);
  noteFirst(block, row);
  return true;
}

export function setWake(block: Block, row: number, atMs: number): void {
  if (typeof atMs !== 'number' || !(atMs > Number.NEGATIVE_INFINITY)) {
    throw new DormouseError('ERR_INVALID_ARGUMENT', `atMs must be a finite number of ms, or Infinity for none: got ${shown(atMs)}`);
  }
  setWakeTime(block, row, atMs);
}

/** The common case, told by two words however many timers are pending. */
function isNoneDue(block: Block, row: number, nowMs: number): boolean {
  const { timers } = block.services;
  const counts = block.cold.i32[timers.counts + row];
  return timersOf(counts) === periodsOf(counts) || nowMs < block.cold.f64[(timers.dues >> 1) + row];
}

/** Writes down when the first of the single timers is due; what stands there means nothing while there are none. */
function noteFirst(block: Block, row: number): void {
  const { timers } = block.services;
  const first = findFirstSingle(block, row);
  if (first !== NO_TIMER) block.cold.f64[(timers.dues >> 1) + row] = block.cold.f64[timerAt(timers, row, first) >> 1];
}

/** The first `due` + k periods after `nowMs`, which is not before `due`. Where doubles are further apart than that, the next one. */
function nextMultiple(due: number, periodMs: number, nowMs: number): number {
  const passed = Math.floor((nowMs - due) / periodMs);
  let next = due + (passed + 1) * periodMs;
  // The quotient may have been rounded either way.
  if (next - periodMs > nowMs) next -= periodMs;
  if (next <= nowMs) next += periodMs;
  return next > nowMs ? next : nowMs + Math.abs(nowMs) * Number.EPSILON;
}

function requireRoom(block: Block, row: number, what: string): void {
  if (timersOf(block.cold.i32[block.services.timers.counts + row]) < MAX_TIMERS) return;
  const accountId = block.page[Column.account + row] >>> 0;
  throw new DormouseError(
    'ERR_TIMER_LIMIT',
    `at most ${MAX_TIMERS} timers can be pending, periods included: no room for ${what} of account ${accountId}`,
    { accountId },
  );
}
