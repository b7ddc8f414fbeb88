import { nextPauseMs } from '../growing-pause.js';
import type { WallClock } from '../wall-clock.js';

/** Tries again what has failed, after pauses that grow as long as it fails. Has one timer at most, which keeps no process alive. */
export class Retry {
  readonly #clock: WallClock;
  readonly #again: () => void;
  #timer: unknown;
  #pauseMs = 0;

  constructor(clock: WallClock, again: () => void) {
    this.#clock = clock;
    this.#again = again;
  }

  /** It has failed: calls back after the next pause, unless that has begun already. */
  later(): void {
    if (this.#timer !== undefined) return;
    this.#pauseMs = nextPauseMs(this.#pauseMs);
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#again();
    }, this.#pauseMs);
  }

  /** It has worked, or is not wanted any more: calls back no more, and the next pause is a first one. */
  clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pauseMs = 0;
  }
}
