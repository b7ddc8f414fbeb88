import { ShortTicks } from './short-ticks.js';

/** Words of {@link Claims}. Batches are counted through all ticks, and numbers wrap: they are compared by their difference. */
const Word = {
  /** Changes when there is work. Threads wait on it. Writer: the host. */
  epoch: 0,
  /** The next batch that nobody has claimed. Writers: whoever claims, by compare-and-swap. */
  next: 1,
  /** Batches below this are there. Its store publishes `tick`, `first` and all that the host has written for the tick. Writer: the host. */
  limit: 2,
  /** Batches that are done. Writers: whoever ran one, by addition, which publishes what was written in it. The host waits on it. */
  done: 3,
  /** The tick, and what its first batch is counted as, or would be where the host has run that alone. Writer: the host, while no batch is left. */
  tick: 4,
  first: 5,
  /** 1: a thread is to end. Writers: the host; the thread that takes it, by compare-and-swap. */
  death: 6,
} as const;

const WORDS = 7;
/** Looks at `done` before the host sleeps. */
const SPINS = 2000;
/** How long a worker looks out for the next tick before it sleeps, ms: to fall asleep and be woken takes as long. */
const LOOK_OUT_MS = 0.05;
/** After a sleep shorter than this, ms, a worker looks out: ticks come one behind the other. */
const SHORT_SLEEP_MS = 0.2;

/** Runs a batch of a tick. */
export type RunBatch = (t: number, batch: number) => void;

/**
 * Hands the batches of a tick to whichever threads come for them, the calling one among them. Nobody waits for a thread that has claimed nothing.
 *
 * A tick that is expected to be short the host runs alone. Of any other, or of what is left of one that was not short after all, the host raises `limit`, changes
 * `epoch` and claims too, as does whoever wakes; the host returns when `done` has come to `limit`. No wake-up is lost: a worker has read `epoch` before it
 * looked for batches, and does not sleep if that has changed since. Nothing of a later tick is run as if it were of an earlier one: a batch below `limit` is left
 * only while its own tick lasts, and `tick` and `first` change after that.
 */
export class Claims {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly #short: ShortTicks;

  /** `clock`: ms, from anywhere. */
  constructor(words = new Int32Array(new SharedArrayBuffer(WORDS * 4), 0, WORDS), clock?: () => number) {
    this.words = words;
    this.#short = new ShortTicks(clock);
  }

  /** The host's: all batches of tick t are done when it returns. Blocks its thread while others are at their last ones. */
  run(t: number, batches: number, runBatch: RunBatch): void {
    const ran = this.#short.runAlone(t, batches, runBatch);
    if (ran < batches) this.#share(t, ran, batches, runBatch);
  }

  /** A worker's: returns when it is to end. */
  serve(runBatch: RunBatch): void {
    const { words } = this;
    for (let sleptMs = 0; ; ) {
      const epoch = Atomics.load(words, Word.epoch);
      if (Atomics.compareExchange(words, Word.death, 1, 0) === 1) break;
      this.help(runBatch);
      const beganMs = performance.now();
      if (sleptMs < SHORT_SLEEP_MS) while (Atomics.load(words, Word.epoch) === epoch && performance.now() - beganMs < LOOK_OUT_MS);
      Atomics.wait(words, Word.epoch, epoch);
      sleptMs = performance.now() - beganMs;
    }
  }

  /** Runs batches of the tick in hand until none is left that nobody has claimed; of none between two ticks. Gives how many it has run. */
  help(runBatch: RunBatch): number {
    const { words } = this;
    for (let ran = 0; ; ) {
      const batch = Atomics.load(words, Word.next);
      const limit = Atomics.load(words, Word.limit);
      if (((limit - batch) | 0) <= 0) return ran;
      if (Atomics.compareExchange(words, Word.next, batch, (batch + 1) | 0) !== batch) continue;
      runBatch(words[Word.tick], (batch - words[Word.first]) | 0);
      ran++;
      if (((Atomics.add(words, Word.done, 1) + 1) | 0) === limit) Atomics.notify(words, Word.done);
    }
  }

  /** The host's, between ticks: one of the workers ends. */
  endOne(): void {
    Atomics.store(this.words, Word.death, 1);
    this.#wake();
  }

  /** Has batches `begin … batches − 1` of a tick run by whoever comes. */
  #share(t: number, begin: number, batches: number, runBatch: RunBatch): void {
    const { words } = this;
    const before = words[Word.limit];
    const limit = (before + batches - begin) | 0;
    words[Word.tick] = t;
    words[Word.first] = (before - begin) | 0;
    Atomics.store(words, Word.limit, limit);
    this.#wake();
    this.#short.learn(() => this.help(runBatch));
    let spins = 0;
    for (;;) {
      const done = Atomics.load(words, Word.done);
      if (done === limit) return;
      if (++spins > SPINS) Atomics.wait(words, Word.done, done);
    }
  }

  #wake(): void {
    Atomics.add(this.words, Word.epoch, 1);
    Atomics.notify(this.words, Word.epoch);
  }
}
