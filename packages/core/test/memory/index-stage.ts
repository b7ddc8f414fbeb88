import { AccountIndex } from '../../src/memory/account-index.js';
import { SessionTable } from '../../src/memory/session-table.js';

/** One atomic store of the writer. */
interface Step {
  readonly at: number;
  readonly value: number;
}

/** A change of the index taken apart: its stores, and what each account asked for may answer before, between and after its parts. */
export interface Scene {
  readonly before: Int32Array;
  readonly steps: readonly Step[];
  readonly answers: ReadonlyMap<number, readonly number[]>;
}

type Change = (index: AccountIndex) => void;

const CEILING = 64;
const { load, store, add, wait } = Atomics;

/** Runs the real writer on an index of its own and records every atomic store it makes. */
export function makeScene(accounts: readonly number[], prepare: Change, changes: readonly Change[]): Scene {
  const table = SessionTable.reserve(CEILING);
  const index = AccountIndex.create(table);
  prepare(index);
  const before = table.words.slice(0, table.regions.pages / 4);
  const steps: Step[] = [];
  const answers = new Map(accounts.map((account) => [account, [index.get(account)]]));
  Atomics.store = ((words: Int32Array, at: number, value: number) => {
    steps.push({ at, value });
    return store(words, at, value);
  }) as typeof Atomics.store;
  Atomics.add = ((words: Int32Array, at: number, value: number) => {
    const old = add(words, at, value);
    steps.push({ at, value: old + value });
    return old;
  }) as typeof Atomics.add;
  try {
    for (const change of changes) {
      change(index);
      for (const [account, history] of answers) history.push(index.get(account));
    }
  } finally {
    Atomics.store = store;
    Atomics.add = add;
  }
  return { before, steps, answers };
}

/** The same change by a writer that never says that it is at work. */
export function withoutVersion(scene: Scene): Scene {
  const version = scene.steps[0].at;
  return { ...scene, steps: scene.steps.filter(({ at }) => at !== version) };
}

/** How far the writer has come when the reader starts; then, before which of the reader's loads it goes on, and up to where. */
interface Schedule {
  readonly start: number;
  readonly switches: readonly { readonly load: number; readonly upTo: number }[];
}

/** A real reader, on a memory into which the writer's steps are replayed by a schedule. */
class Stage {
  readonly #scene: Scene;
  readonly #words: Int32Array;
  readonly #reader: AccountIndex;
  #schedule: Schedule = { start: 0, switches: [] };
  #done = 0;
  #loads = 0;

  constructor(scene: Scene) {
    const table = SessionTable.reserve(CEILING);
    this.#scene = scene;
    this.#words = table.words;
    this.#words.set(scene.before);
    this.#reader = AccountIndex.attach(table);
  }

  read(account: number, schedule: Schedule): { slot: number; loads: number; done: number } {
    for (const { at } of this.#scene.steps) this.#words[at] = this.#scene.before[at];
    this.#schedule = schedule;
    this.#done = 0;
    this.#loads = 0;
    this.#advance(schedule.start);
    Atomics.load = ((words: Int32Array, at: number) => {
      for (const { load, upTo } of this.#schedule.switches) if (load === this.#loads) this.#advance(upTo);
      this.#loads++;
      return load(words, at);
    }) as typeof Atomics.load;
    // Whoever waits lets the other finish.
    Atomics.wait = () => {
      this.#advance(this.#scene.steps.length);
      return 'timed-out';
    };
    try {
      return { slot: this.#reader.read(account), loads: this.#loads, done: this.#done };
    } finally {
      Atomics.load = load;
      Atomics.wait = wait;
    }
  }

  #advance(upTo: number): void {
    for (; this.#done < upTo; this.#done++) {
      const { at, value } = this.#scene.steps[this.#done];
      store(this.#words, at, value);
    }
  }
}

/**
 * Tries every schedule with one or two switches between the actors, for every account of the scene. An answer is wrong unless it is
 * one of the account's own: the last if the writer had finished before the reader began, the first if it did not move at all.
 */
export function explore(scene: Scene, switches: 1 | 2): { tried: number; wrong: number } {
  const stage = new Stage(scene);
  const end = scene.steps.length;
  let tried = 0;
  let wrong = 0;
  for (const [account, history] of scene.answers) {
    const attempt = (schedule: Schedule): number => {
      const { slot, loads, done } = stage.read(account, schedule);
      const legal = schedule.start === end ? history.slice(-1) : done === 0 ? history.slice(0, 1) : history;
      tried++;
      if (!legal.includes(slot)) wrong++;
      return loads;
    };
    for (let start = 0; start <= end; start++) {
      // A reader that begins inside a change spins; after some loads each is like the one before.
      const loads = Math.min(attempt({ start, switches: [] }), 16);
      for (let load = 0; load < loads; load++) {
        for (let upTo = start + 1; upTo <= end; upTo++) {
          const first = { load, upTo };
          attempt({ start, switches: [first] });
          if (switches === 1) continue;
          for (let later = load + 1; later < loads + 4; later++) {
            for (let further = upTo + 1; further <= end; further++) {
              attempt({ start, switches: [first, { load: later, upTo: further }] });
            }
          }
        }
      }
    }
  }
  return { tried, wrong };
}
