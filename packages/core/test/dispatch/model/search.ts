/** What can be searched: states are `size` bytes, a multiple of 4. */
export interface System {
  readonly size: number;
  initial(): Int8Array;
  /**
   * Calls `visit` once for each step that can be taken from `state`, with the state after it (the system's own memory: copy it), the
   * step's label, and what the step broke, if it broke anything. `isMishap`: nobody may count on this step to come (a death).
   */
  expand(state: Int8Array, visit: (after: Int8Array, label: number, isMishap: boolean, broke: string | undefined) => void): void;
  /** Nothing is left to be done. */
  isEnd(state: Int8Array): boolean;
  /** A step in words. */
  describe(label: number, before: Int8Array): string;
}

export interface Finding {
  readonly what: string;
  /** The shortest way there. */
  readonly trace: readonly string[];
}

export interface Outcome {
  readonly states: number;
  readonly steps: number;
  /** Promises that a step has broken: the first of each kind, by the shortest way to it. */
  readonly broken: readonly Finding[];
  /** States that are no end and from which only a mishap leads on. */
  readonly stuck: readonly Finding[];
  /** No state can be come to again from itself: with nobody stuck, every schedule ends, fair or not. */
  readonly alwaysEnds: boolean;
}

export interface SearchOptions {
  /** Which stuck states are alike: the nearest of each kind is kept. */
  readonly stuckKind?: (state: Int8Array) => string;
  /** Ends the search when all of these have been found, broken or stuck. */
  readonly until?: readonly string[];
}

/** Visits every state that can be reached, nearest first. A step that breaks a promise is not followed further. */
export function searchAll(system: System, { stuckKind = () => 'stuck', until = [] }: SearchOptions = {}): Outcome {
  const states = new StateSet(system.size);
  const stuck = new Map<string, Finding>();
  const broken = new Map<string, Finding>();
  const from = new GrowingWords();
  const labels = new GrowingWords();
  const edges = new GrowingWords();
  const edgesFrom = new GrowingWords();
  const traceTo = (state: number): string[] => {
    const trace: string[] = [];
    const before = new Int8Array(system.size);
    for (let at = state; at !== 0; at = from.words[at]) {
      states.read(from.words[at], before);
      trace.push(system.describe(labels.words[at], before));
    }
    return trace.reverse();
  };
  const state = new Int8Array(system.size);

  states.add(system.initial());
  from.push(0);
  labels.push(0);
  const isFound = (what: string): boolean => broken.has(what) || stuck.has(what);
  for (let at = 0; at < states.count && (until.length === 0 || !until.every(isFound)); at++) {
    states.read(at, state);
    edgesFrom.push(edges.count);
    let waysOn = 0;
    system.expand(state, (after, label, isMishap, broke) => {
      if (!isMishap) waysOn++;
      if (broke !== undefined) {
        if (!broken.has(broke)) broken.set(broke, { what: broke, trace: [...traceTo(at), system.describe(label, state)] });
        return;
      }
      const known = states.count;
      const to = states.add(after);
      edges.push(to);
      if (to === known) {
        from.push(at);
        labels.push(label);
      }
    });
    if (waysOn === 0 && !system.isEnd(state)) {
      const what = stuckKind(state);
      if (!stuck.has(what)) stuck.set(what, { what, trace: traceTo(at) });
    }
  }
  while (edgesFrom.count <= states.count) edgesFrom.push(edges.count);
  return {
    states: states.count,
    steps: edges.count,
    broken: [...broken.values()],
    stuck: [...stuck.values()],
    alwaysEnds: hasNoCycle(states.count, edgesFrom.words, edges.words),
  };
}

/** Kahn's algorithm: takes away what nothing leads to until nothing is left, or a cycle is. */
function hasNoCycle(count: number, edgesFrom: Int32Array, edges: Int32Array): boolean {
  const leadingTo = new Int32Array(count);
  for (let edge = 0; edge < edgesFrom[count]; edge++) leadingTo[edges[edge]]++;
  const free = new Int32Array(count);
  let found = 0;
  for (let state = 0; state < count; state++) if (leadingTo[state] === 0) free[found++] = state;
  for (let taken = 0; taken < found; taken++) {
    const state = free[taken];
    for (let edge = edgesFrom[state]; edge < edgesFrom[state + 1]; edge++) if (--leadingTo[edges[edge]] === 0) free[found++] = edges[edge];
  }
  return found === count;
}

class GrowingWords {
  words = new Int32Array(1024);
  count = 0;

  push(word: number): void {
    if (this.count === this.words.length) {
      const larger = new Int32Array(this.count * 2);
      larger.set(this.words);
      this.words = larger;
    }
    this.words[this.count++] = word;
  }
}

/** States by number, in the order they were added; a state is added once. */
class StateSet {
  count = 0;
  readonly #length: number;
  readonly #bytes: Int8Array;
  readonly #scratch: Int32Array;
  #words: Int32Array;
  #table = new Int32Array(1 << 12).fill(-1);

  constructor(size: number) {
    this.#length = size / 4;
    this.#bytes = new Int8Array(size);
    this.#scratch = new Int32Array(this.#bytes.buffer, 0, this.#length);
    this.#words = new Int32Array(this.#length << 11);
  }

  /** Copies a state. */
  read(state: number, into: Int8Array): void {
    const begin = state * this.#length;
    for (let i = 0; i < this.#length; i++) this.#scratch[i] = this.#words[begin + i];
    into.set(this.#bytes);
  }

  /** Returns the state's number: the count before if it is new. */
  add(state: Int8Array): number {
    this.#bytes.set(state);
    const words = this.#scratch;
    let entry = this.#hash(words, 0) & (this.#table.length - 1);
    for (; this.#table[entry] >= 0; entry = (entry + 1) & (this.#table.length - 1)) {
      if (this.#isAt(this.#table[entry], words)) return this.#table[entry];
    }
    this.#table[entry] = this.count;
    if ((this.count + 1) * this.#length > this.#words.length) {
      const larger = new Int32Array(this.#words.length * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words.set(words, this.count * this.#length);
    this.count++;
    if (this.count * 2 > this.#table.length) this.#growTable();
    return this.count - 1;
  }

  #isAt(state: number, words: Int32Array): boolean {
    const begin = state * this.#length;
    for (let i = 0; i < this.#length; i++) if (this.#words[begin + i] !== words[i]) return false;
    return true;
  }

  #hash(words: Int32Array, begin: number): number {
    let hash = 0;
    for (let i = begin; i < begin + this.#length; i++) {
      hash = Math.imul(hash ^ words[i], 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  #growTable(): void {
    const table = new Int32Array(this.#table.length * 2).fill(-1);
    for (let state = 0; state < this.count; state++) {
      let entry = this.#hash(this.#words, state * this.#length) & (table.length - 1);
      while (table[entry] >= 0) entry = (entry + 1) & (table.length - 1);
      table[entry] = state;
    }
    this.#table = table;
  }
}
