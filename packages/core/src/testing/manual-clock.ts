import { DormouseError, shown } from '../errors.js';
import type { WallClock } from '../wall-clock.js';

interface Alarm {
  readonly atMs: number;
  readonly callback: () => void;
}

/**
 * A clock on the wall that stands still until it is advanced: what the time limits of `manager.handle` are measured by in a test. It has
 * nothing to do with simulated time, which ticks advance.
 */
export class ManualClock implements WallClock {
  #nowMs = 0;
  readonly #alarms = new Set<Alarm>();

  /** Milliseconds it was advanced by so far. */
  now(): number {
    return this.#nowMs;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    const alarm: Alarm = { atMs: this.#nowMs + Math.max(delayMs, 0), callback };
    this.#alarms.add(alarm);
    return alarm;
  }

  clearTimeout(timer: unknown): void {
    this.#alarms.delete(timer as Alarm);
  }

  /** Lets `ms` pass (≥ 0, finite): all that comes due meanwhile is called back, by time, each at its own. */
  advance(ms: number): void {
    if (typeof ms !== 'number' || !(ms >= 0 && ms < Number.POSITIVE_INFINITY)) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `ms must be a finite number ≥ 0: got ${shown(ms)}`);
    }
    const untilMs = this.#nowMs + ms;
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** The first that is due by then; of several at one time the one that was set first. */
  #next(untilMs: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) if (alarm.atMs <= untilMs && (first === undefined || alarm.atMs < first.atMs)) first = alarm;
    return first;
  }
}
