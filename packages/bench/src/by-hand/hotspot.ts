import { hotspotBegin, hotspotWidth, MANY_STEPS } from '../arithmetic/skew.js';

/** W7 over columns: the host knows where the hotspot is. Whoever is in it has many steps to make, and no longer has who was. */
export class Hotspot {
  readonly #repeat: Uint32Array;
  #begin: number | undefined;

  /** `repeat`: steps of each rank. */
  constructor(repeat: Uint32Array) {
    this.#repeat = repeat;
  }

  /** Before tick t. */
  move(t: number): void {
    const repeat = this.#repeat;
    const begin = hotspotBegin(t, repeat.length);
    if (begin === this.#begin) return;
    const width = hotspotWidth(repeat.length);
    const old = this.#begin;
    if (old !== undefined) for (let i = 0; i < width; i++) repeat[(old + i) % repeat.length] = 1;
    for (let i = 0; i < width; i++) repeat[(begin + i) % repeat.length] = MANY_STEPS;
    this.#begin = begin;
  }
}
