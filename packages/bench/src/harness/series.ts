/** A series of measurements in one word: see *Report* in the workloads' specification. */
export interface Summary {
  /** `v[floor(n / 2)]` of the sorted values. */
  readonly median: number;
  /** `v[floor(0.99 n)]`. */
  readonly p99: number;
  readonly mean: number;
}

/** A fixed number of measurements, taken without allocating, nor does the resident set grow: all of its memory is written to at once. */
export class Series {
  readonly #values: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity).fill(Number.NaN);
  }

  get count(): number {
    return this.#count;
  }

  push(value: number): void {
    this.#values[this.#count++] = value;
  }

  summary(): Summary {
    const sorted = this.#values.slice(0, this.#count).sort();
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    return { median: medianOf(sorted), p99: sorted[Math.floor(0.99 * sorted.length)], mean };
  }
}

/** The middle one; of an even number the upper of the two. */
export function medianOf(values: ArrayLike<number>): number {
  return Float64Array.from(values).sort()[Math.floor(values.length / 2)];
}

/** The same, but NaN if one of them is no number: what could not be measured is not hidden by what could. */
export function medianOfAll(values: readonly (number | null)[]): number {
  return values.every((value) => Number.isFinite(value)) ? medianOf(values as readonly number[]) : Number.NaN;
}
