import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { FixedThreadPool } from 'poolifier';
import type { Share } from './share.js';

/** A thread library as it is used without Dormouse. */
interface Pool {
  /** Gives one task to each thread: its share of the tick. */
  run(shares: readonly Share[]): Promise<readonly unknown[]>;
  close(): Promise<unknown>;
}

/** One pool task a worker a tick, by the plain library. */
export interface ByHand {
  /** Runs a tick; gives its time, µs. */
  tick(): Promise<number>;
  close(): Promise<unknown>;
}

export const LIBRARIES = ['tinypool', 'piscina', 'poolifier', 'threads'] as const;
export type Library = (typeof LIBRARIES)[number];

const OPEN: Record<Library, (threads: number) => Promise<Pool>> = {
  async tinypool(threads) {
    const { Tinypool } = await load<{ Tinypool: TaskPool }>('tinypool');
    return functionPool(Tinypool, threads);
  },

  async piscina(threads) {
    const { Piscina } = await load<{ Piscina: TaskPool }>('piscina');
    return functionPool(Piscina, threads);
  },

  async poolifier(threads) {
    const pool = new FixedThreadPool<Share, number>(threads, fileURLToPath(urlOf('poolifier')));
    return { run: (shares) => Promise.all(shares.map((share) => pool.execute(share))), close: () => pool.destroy() };
  },

  async threads(count) {
    const { spawn, Thread } = await load<Threads>('threads');
    const spawned = await Promise.all(Array.from({ length: count }, () => spawn(new EventWorker(urlOf('threads')))));
    return {
      run: (shares) => Promise.all(shares.map((share, index) => spawned[index]?.(share))),
      close: () => Promise.all(spawned.map((thread) => Thread.terminate(thread))),
    };
  },
};

/** Opens a pool of `threads` threads whose ticks are `batches` batches that do nothing. */
export async function openByHand(library: Library, threads: number, batches: number): Promise<ByHand> {
  const pool = await OPEN[library](threads);
  const at = (index: number): number => Math.floor((index * batches) / threads);
  const shares = Array.from({ length: threads }, (_, index) => ({ begin: at(index), end: at(index + 1) }));
  return {
    async tick() {
      const beganMs = performance.now();
      await pool.run(shares);
      return (performance.now() - beganMs) * 1000;
    },
    close: () => pool.close(),
  };
}

function urlOf(thread: string): URL {
  return new URL(`./by-hand/${thread}-thread.js`, import.meta.url);
}

/** Piscina, and tinypool, which is made from it. */
type TaskPool = new (options: {
  filename: string;
  minThreads: number;
  maxThreads: number;
  concurrentTasksPerWorker: number;
}) => {
  run(share: Share): Promise<number>;
  destroy(): Promise<void>;
};

function functionPool(Pool: TaskPool, threads: number): Pool {
  const filename = urlOf('function').href;
  const pool = new Pool({ filename, minThreads: threads, maxThreads: threads, concurrentTasksPerWorker: 1 });
  return { run: (shares) => Promise.all(shares.map((share) => pool.run(share))), close: () => pool.destroy() };
}

/** A library whose own types are not found under `nodenext`, need the DOM, or are wrong under strict options. */
async function load<Library>(name: string): Promise<Library> {
  return (await import(name)) as Library;
}

/** What is used of threads.js. */
interface Threads {
  spawn(worker: Worker): Promise<(share: Share) => PromiseLike<number>>;
  Thread: { terminate(thread: unknown): Promise<void> };
}

type Listener = (event: { readonly data: unknown }) => void;

/** A worker as `spawn` takes it, with the events of a browser's; threads' own takes no URL. */
class EventWorker extends Worker {
  readonly #wrapped = new Map<Listener, (data: unknown) => void>();

  addEventListener(event: string, listener: Listener): void {
    const wrapped = (data: unknown): void => listener({ data });
    this.#wrapped.set(listener, wrapped);
    this.on(event, wrapped);
  }

  removeEventListener(event: string, listener: Listener): void {
    const wrapped = this.#wrapped.get(listener);
    if (wrapped !== undefined) this.off(event, wrapped);
  }
}
