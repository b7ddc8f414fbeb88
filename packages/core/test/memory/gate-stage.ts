/** Something one actor does: real methods of the gate. */
export type Act = () => void;

const hooked = ['load', 'store', 'add', 'sub', 'compareExchange', 'waitAsync'] as const;
type AnyFunction = (...args: unknown[]) => unknown;
const atomics = Atomics as unknown as Record<(typeof hooked)[number], AnyFunction>;

/**
 * Lets one actor run, and the other come between: act i of the other is done whole before the first actor's atomic operation number
 * `before[i]`, or behind its last. Returns how many operations the first actor took. `unswapped`: a swap does not compare, which must show.
 */
export function interleave(first: Act, others: readonly Act[], before: readonly number[], unswapped = false): number {
  const originals = hooked.map((name) => [name, atomics[name]] as const);
  let operations = 0;
  let done = 0;
  let isOther = false;
  const advance = (upTo: number): void => {
    for (isOther = true; done < others.length && before[done] <= upTo; done++) others[done]();
    isOther = false;
  };
  for (const [name, original] of originals) {
    atomics[name] = (...args) => {
      if (!isOther) advance(operations++);
      if (!unswapped || name !== 'compareExchange') return original.apply(Atomics, args);
      const [words, at, expected, value] = args as [Int32Array, number, number, number];
      words[at] = value;
      return expected;
    };
  }
  try {
    first();
    advance(Number.POSITIVE_INFINITY);
  } finally {
    for (const [name, original] of originals) atomics[name] = original;
  }
  return operations;
}

/** Calls `attempt` with every way in which `acts` acts, in their order, can come between the operations that `attempt` returns the number of. */
export function everySchedule(acts: number, attempt: (before: readonly number[]) => number): number {
  let tried = 0;
  const extend = (before: readonly number[]): void => {
    // Those not placed yet come last: up to there the first actor does not notice them.
    const operations = attempt([...before, ...Array<number>(acts - before.length).fill(Number.POSITIVE_INFINITY)]);
    tried++;
    if (before.length === acts) return;
    for (let at = before.at(-1) ?? 0; at < operations; at++) extend([...before, at]);
  };
  extend([]);
  return tried;
}
