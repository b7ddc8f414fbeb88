import { Worker } from 'node:worker_threads';
import type { ThreadSetup } from './job.js';
import { load, type Pool, type PoolLibrary, threadUrl } from './pool.js';

type Thread = (task: unknown) => PromiseLike<unknown>;

/** What is used of threads.js. */
interface Threads {
  spawn(worker: Worker): Promise<Thread>;
  Thread: { terminate(thread: Thread): Promise<void> };
}

/** Spawned threads, each of which takes the next task as it has answered. Its own `Pool` waits for a timer with every task, which is 1 ms. */
export const THREADS: PoolLibrary = {
  async open(count, setup) {
    const pool = new SpawnedThreads(await load<Threads>('threads'), setup);
    await pool.resize(count);
    return pool;
  },
};

class SpawnedThreads implements Pool {
  readonly #threads: Threads;
  readonly #setup: ThreadSetup;
  readonly #all: Thread[] = [];
  #idle: Thread[] = [];
  readonly #waiting: ((thread: Thread) => void)[] = [];

  constructor(threads: Threads, setup: ThreadSetup) {
    this.#threads = threads;
    this.#setup = setup;
  }

  async run(task: unknown): Promise<unknown> {
    const thread = this.#idle.pop() ?? (await new Promise<Thread>((resolve) => this.#waiting.push(resolve)));
    try {
      return await thread(task);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(thread);
      else next(thread);
    }
  }

  async resize(count: number): Promise<void> {
    const more = Array.from({ length: count - this.#all.length }, () => this.#spawn());
    const fewer = this.#all.splice(count);
    this.#idle = this.#idle.filter((thread) => !fewer.includes(thread));
    await Promise.all([...more, ...fewer.map((thread) => this.#threads.Thread.terminate(thread))]);
  }

  close(): Promise<void> {
    return this.resize(0);
  }

  async #spawn(): Promise<void> {
    const thread = await this.#threads.spawn(new EventWorker(threadUrl('threads'), { workerData: this.#setup }));
    this.#all.push(thread);
    this.#idle.push(thread);
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
