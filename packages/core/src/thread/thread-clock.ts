import type { SharedRound } from '../memory/round.js';
import type { TickInfo } from '../session-api.js';

/** What this thread's sessions are shown of the tick: the host's clock, copied when a round begins. */
export class ThreadClock implements TickInfo {
  number = 0;
  nowMs = 0;
  diffMs = 0;

  constructor() {
    Object.preventExtensions(this);
  }

  set({ tick, nowMs, diffMs }: SharedRound): void {
    this.number = tick;
    this.nowMs = nowMs;
    this.diffMs = diffMs;
  }
}
