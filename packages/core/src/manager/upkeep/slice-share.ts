/** What is begun last, and a collection of V8's that falls into it, are to end within the slice; a step takes up to some 0.3 ms, a collection of short-lived objects up to 1 ms. */
const MOST = 1 / 2;
const LEAST = 1 / 16;
/** From one slice to the next: it takes 106 from the least to the most. */
const GROWTH = 1.02;

/**
 * How much of a slice steps are begun in: little in a process's first, more with each. V8 compiles what they do on threads that take this one's processor, and they would be
 * the longest otherwise, since they wait for the compilers that they have set going (decision 0045).
 */
export class SliceShare {
  #share = LEAST;

  /** Of `sliceMs`, ms. */
  of(sliceMs: number): number {
    return sliceMs * this.#share;
  }

  /** False while it is less than it will be: whoever does one slice after the other leaves the compilers time in between. */
  get isWhole(): boolean {
    return this.#share === MOST;
  }

  /** A slice is over that had more to do than time: others compile nothing, and say nothing of what is compiled. */
  grow(): void {
    this.#share = Math.min(MOST, this.#share * GROWTH);
  }
}
