import type { TickInfo } from '../session-api.js';

/** What a runner of a behaviour shows its sessions of the tick. Written by the manager's thread between ticks. */
export class TickClock implements TickInfo {
  number: number;
  nowMs: number;
  diffMs = 0;

  /** `number`: of the last tick there was, before a restart. */
  constructor(startTimeMs: number, number = 0) {
    this.number = number;
    // −0 becomes 0: a recording's header cannot tell them apart, digests do.
    this.nowMs = startTimeMs + 0;
    Object.preventExtensions(this);
  }

  advance(diffMs: number): void {
    this.number++;
    this.nowMs += diffMs;
    this.diffMs = diffMs;
  }
}
