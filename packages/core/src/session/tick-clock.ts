import type { TickInfo } from '../session-api.js';

/** What a runner of a behaviour shows its sessions of the tick. Written by the manager's thread between ticks. */
export class TickClock implements TickInfo {
  number = 0;
  nowMs: number;
  diffMs = 0;

  constructor(startTimeMs: number) {
    this.nowMs = startTimeMs;
    Object.preventExtensions(this);
  }

  advance(diffMs: number): void {
    this.number++;
    this.nowMs += diffMs;
    this.diffMs = diffMs;
  }
}
