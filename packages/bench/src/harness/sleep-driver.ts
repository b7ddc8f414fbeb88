import type { SessionHandle } from '@dormouse/core';
import { START_MS } from '../arithmetic/random.js';
import { isIdle, isLookTick } from '../arithmetic/sleep.js';

/**
 * Puts sessions of W8 to sleep. A manager does so by itself after minutes (`hibernationThresholdMinutes`): a host that wants it after a second and a half looks
 * itself, and calls `hibernate`. It knows when it has sent what, so it need not ask the sessions.
 */
export class SleepDriver {
  readonly #handles: readonly SessionHandle[];
  readonly #lastPacketMs: Float64Array;
  readonly #asleep: Uint8Array;
  /** Those awake, the first `#awakeCount`, in any order: who sleeps is not looked at. */
  readonly #awake: Uint32Array;
  #awakeCount: number;

  constructor(handles: readonly SessionHandle[]) {
    this.#handles = handles;
    this.#lastPacketMs = new Float64Array(handles.length).fill(START_MS);
    this.#asleep = new Uint8Array(handles.length);
    this.#awake = Uint32Array.from(handles.keys());
    this.#awakeCount = handles.length;
  }

  /** These have a packet, to be drained in the tick of `nowMs`; whoever slept is awake. */
  received(ranks: Uint32Array, nowMs: number): void {
    for (const rank of ranks) {
      this.#lastPacketMs[rank] = nowMs;
      if (this.#asleep[rank] === 0) continue;
      this.#asleep[rank] = 0;
      this.#awake[this.#awakeCount++] = rank;
    }
  }

  /** Tick t has ended. */
  look(t: number, nowMs: number): void {
    if (!isLookTick(t)) return;
    let kept = 0;
    for (let k = 0; k < this.#awakeCount; k++) {
      const rank = this.#awake[k];
      if (!isIdle(nowMs, this.#lastPacketMs[rank])) {
        this.#awake[kept++] = rank;
        continue;
      }
      this.#hibernate(rank);
      this.#asleep[rank] = 1;
    }
    this.#awakeCount = kept;
  }

  /** What `read` gives while all are awake: states of sleepers cannot be read. Afterwards they sleep as before. */
  whileAwake<T>(read: () => T): T {
    const sleepers = Array.from(this.#asleep.keys()).filter((rank) => this.#asleep[rank] === 1);
    for (const rank of sleepers) {
      const handle = this.#handles[rank];
      if (!handle.wake()) throw new Error(`${handle} would not wake`);
    }
    const value = read();
    for (const rank of sleepers) this.#hibernate(rank);
    return value;
  }

  #hibernate(rank: number): void {
    const handle = this.#handles[rank];
    if (!handle.hibernate()) throw new Error(`${handle} would not sleep`);
  }
}
