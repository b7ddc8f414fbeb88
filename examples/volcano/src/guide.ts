import type { SessionHandle, SessionManager } from '@dormouse/core';
import type bot from './bot.js';
import { regionOf } from './meeting.js';
import { CALL, CALL_BYTES } from './packets.js';
import { LANDMARKS, type Landmark } from './places.js';

/** Of a thousand bots, so many are called each second of the ticks. */
const CALLS_PER_MILLE = 4;
/** All calls within this time lead to the same landmark. */
const CALL_MS = 3000;

/**
 * Calls a few bots together, now here, now there, and wakes whoever sleeps where it goes next: what a host does that has something to say to its
 * sessions. Decided by seed and
 * ticks alone, so that runs with the same seed stay equal, up to where one is ended and goes on.
 */
export class Guide {
  readonly #manager: SessionManager<typeof bot>;
  readonly #bots: readonly SessionHandle<typeof bot>[];
  #random: number;
  #due = 0;
  #nowMs = 0;
  #landmark: Landmark | undefined;

  constructor(manager: SessionManager<typeof bot>, bots: readonly SessionHandle<typeof bot>[], seed: number) {
    this.#manager = manager;
    this.#bots = bots;
    // A run that goes on does not call the same bots again.
    const { number, nowMs } = manager.tick;
    this.#random = (seed + number) >>> 0;
    this.#nowMs = nowMs;
  }

  /** Between two ticks: pushes the calls that are due. Returns how many were taken. */
  afterTick(diffMs: number): number {
    this.#nowMs += diffMs;
    this.#due += (this.#bots.length * CALLS_PER_MILLE * diffMs) / 1_000_000;
    const count = Math.floor(this.#due);
    if (count === 0) return 0;
    this.#due -= count;
    const landmark = LANDMARKS[(Math.floor(this.#nowMs / CALL_MS) * 7) % LANDMARKS.length];
    if (landmark !== this.#landmark) this.#manager.reactivateSessionsForMap(regionOf(landmark.x, landmark.z));
    this.#landmark = landmark;
    const called = Array.from({ length: count }, () => this.#bots[Math.floor(this.#next() * this.#bots.length)]);
    const places = new Float32Array(count * 2);
    for (let call = 0; call < count; call++) {
      places[call * 2] = landmark.x + (this.#next() - 0.5) * 60;
      places[call * 2 + 1] = landmark.z + (this.#next() - 0.5) * 60;
    }
    return this.#manager.pushBatch(called, CALL, new Uint8Array(places.buffer, 0, places.byteLength), CALL_BYTES);
  }

  /** A linear congruential generator (Numerical Recipes' constants): who is called need not be more random than that. */
  #next(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#random / 4_294_967_296;
  }
}
