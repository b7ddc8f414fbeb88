/** Points of its trail that are kept for each bot; older ones are dropped. */
const TRAIL_POINTS = 192;

/** A place in metres. */
export interface Place {
  readonly x: number;
  readonly z: number;
}

/**
 * Where bots numbered 0 … count − 1 were and are, as far as their packets told: all that the host knows of them. Holds 780 bytes
 * a bot however long it runs.
 */
export class Trails {
  readonly count: number;
  /** Bots whose last packet said that they walk. */
  walking = 0;
  /** Greetings, all bots together. */
  meetings = 0;
  /** Ways walked to their end, all bots together. */
  arrivals = 0;
  // Each bot's points as x and z in turn, in decimetres, its newest at `#lengths[bot] − 1` modulo what is kept.
  readonly #points: Uint16Array;
  readonly #lengths: Uint32Array;
  readonly #walking: Uint8Array;

  constructor(count: number) {
    this.count = count;
    this.#points = new Uint16Array(count * TRAIL_POINTS * 2);
    this.#lengths = new Uint32Array(count);
    this.#walking = new Uint8Array(count);
  }

  /** A bot reported its place, and whether it walks on from there. */
  add(bot: number, x: number, z: number, walksOn: boolean): void {
    this.found(bot, x, z, walksOn);
    if (!walksOn) this.arrivals++;
  }

  /** A bot is where it was in an earlier run. */
  found(bot: number, x: number, z: number, walksOn: boolean): void {
    const at = (bot * TRAIL_POINTS + (this.#lengths[bot]++ % TRAIL_POINTS)) * 2;
    this.#points[at] = Math.round(x * 10);
    this.#points[at + 1] = Math.round(z * 10);
    const walks = walksOn ? 1 : 0;
    this.walking += walks - this.#walking[bot];
    this.#walking[bot] = walks;
  }

  isWalking(bot: number): boolean {
    return this.#walking[bot] === 1;
  }

  /** Where a bot was last heard of; undefined when it never was. */
  place(bot: number): Place | undefined {
    const length = this.#lengths[bot];
    return length === 0 ? undefined : this.#point(bot, length - 1);
  }

  /** The places kept of a bot's trail, oldest first, those left out that lie on the straight line between their neighbours. */
  trail(bot: number): Place[] {
    const places: Place[] = [];
    const length = this.#lengths[bot];
    for (let index = Math.max(0, length - TRAIL_POINTS); index < length; index++) {
      const place = this.#point(bot, index);
      const last = places.length - 1;
      if (last >= 1 && isBetween(places[last - 1], places[last], place)) places.pop();
      places.push(place);
    }
    return places;
  }

  #point(bot: number, index: number): Place {
    const at = (bot * TRAIL_POINTS + (index % TRAIL_POINTS)) * 2;
    return { x: this.#points[at] / 10, z: this.#points[at + 1] / 10 };
  }
}

/** Whether b lies within a quarter of a metre of the straight line from a on to c. */
function isBetween(a: Place, b: Place, c: Place): boolean {
  const dx = c.x - a.x;
  const dz = c.z - a.z;
  const length = Math.hypot(dx, dz);
  if (length === 0) return a.x === b.x && a.z === b.z;
  const along = ((b.x - a.x) * dx + (b.z - a.z) * dz) / length;
  const aside = Math.abs((b.x - a.x) * dz - (b.z - a.z) * dx) / length;
  return aside <= 0.25 && along >= 0 && along <= length;
}
