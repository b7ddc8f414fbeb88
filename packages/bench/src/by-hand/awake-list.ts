import { START_MS } from '../arithmetic/random.js';
import { isIdle } from '../arithmetic/sleep.js';

/** Who is awake, kept as a list, so that nobody goes through those who sleep. All are at the start; W8 alone puts any to sleep. */
export class AwakeList {
  /** Their indices: the first `count` elements. In memory of the owner's, so that others can read it. */
  readonly indices: Uint32Array;
  count: number;
  readonly #asleep: Uint8Array;
  readonly #lastPacketMs: Float64Array;

  constructor(indices: Uint32Array) {
    this.indices = indices;
    this.count = indices.length;
    this.#asleep = new Uint8Array(this.count);
    this.#lastPacketMs = new Float64Array(this.count).fill(START_MS);
    for (let index = 0; index < this.count; index++) indices[index] = index;
  }

  /** A packet has come: wakes its session. True if that slept. */
  receive(index: number, nowMs: number): boolean {
    this.#lastPacketMs[index] = nowMs;
    if (this.#asleep[index] === 0) return false;
    this.#asleep[index] = 0;
    this.indices[this.count++] = index;
    return true;
  }

  /** Takes off whoever falls asleep now. */
  look(nowMs: number): void {
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      const index = this.indices[i];
      if (isIdle(nowMs, this.#lastPacketMs[index])) this.#asleep[index] = 1;
      else this.indices[kept++] = index;
    }
    this.count = kept;
  }
}
