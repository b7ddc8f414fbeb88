import { Worker } from 'node:worker_threads';
import { load, type Pool, type PoolLibrary, threadUrl } from './pool.js';

type Thread = (task: unknown) => PromiseLike<unknown>;

/** What is used of threads.js. */
interface Threads {
  spawn(worker: Worker): Promise<Thread>;
  Thread: { terminate(thread: Thread): Promise<void> };
  Transfer(task: unknown, transfer: readonly ArrayBuffer[]): unknown;
}

/** Spawned threads, each of which takes the next task as it has answered. Its own `Pool` waits for a timer with every task, which is 1 ms. */
export const THREADS: PoolLibrary = {
  async open(count, setup) {
    const threads = await load<Threads>('threads');
    const workers = Array.from({ length: count }, () => new EventWorker(threadUrl('threads'), { workerData: setup }));
    return new SpawnedThreads(threads, await Promise.all(workers.map((worker) => threads.spawn(worker))));
  },
};

class SpawnedThreads implements Pool {
  readonly #threads: Threads;
  readonly #all: readonly Thread[];
  readonly #idle: Thread[];
  readonly #waiting: ((thread: Thread) => void)[] = [];

  constructor(threads: Threads, all: readonly Thread[]) {
    this.#threads = threads;
    this.#all = all;
    this.#idle = [...all];
  }

  async run(task: unknown, transfer?: readonly ArrayBuffer[]): Promise<unknown> {
    const thread = this.#idle.pop() ?? (await new Promise<Thread>((resolve) => this.#waiting.push(resolve)));
    try {
      return await thread(transfer === undefined ? task : this.#threads.Transfer(task, transfer));
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(thread);
      else next(thread);
    }
  }

  close(): Promise<unknown> {
    return Promise.all(this.#all.map((thread) => this.#threads.Thread.terminate(thread)));
  }
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
    if (wrapped === undefined) return;
    this.#wrapped.delete(listener);
    this.off(event, wrapped);
  }
}
