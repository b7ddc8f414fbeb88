import type { MessagePort } from 'node:worker_threads';
import type { LaunchedThread, ThreadLauncher, ThreadOptions, ThreadOrder } from '@dormouse/core';
import { Tinypool } from 'tinypool';

/** What threads run: as built, also where this file is run as source. */
const WORKER = new URL('../dist/worker.js', import.meta.url);

/** The longest that a timer can wait: 24.8 days. */
const NEVER_MS = 2 ** 31 - 1;

/** Starts each thread as a pool of its own: docs/decisions/0014-one-pool-a-thread.md. `worker` exports `participate`. */
export function tinypoolLauncher(worker = WORKER): ThreadLauncher {
  return { name: 'tinypool', launch: (options) => new TinypoolThread(worker, options) };
}

class TinypoolThread implements LaunchedThread {
  readonly #worker: URL;
  readonly #pool: Tinypool;
  readonly #thread: Tinypool['threads'][number];
  readonly #exited: Promise<void>;
  #ending: Error | undefined;

  constructor(worker: URL, { resourceLimits }: ThreadOptions) {
    this.#worker = worker;
    this.#pool = new Tinypool({
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: 1,
      // A thread that waits for its next task must not block: timers, sockets and the console of behaviours live in it.
      useAtomics: false,
      idleTimeout: NEVER_MS,
      ...(resourceLimits && { resourceLimits }),
    });
    // The thread is there. From now on the pool starts none in place of one that died: that is core's to do.
    this.#pool.options.minThreads = 0;
    const [thread] = this.#pool.threads;
    if (thread === undefined) throw new Error('tinypool started no thread');
    this.#thread = thread;
    this.#exited = this.#watch();
  }

  run(order: ThreadOrder, transferList: readonly MessagePort[]): Promise<unknown> {
    // The pool would start a new thread for it.
    if (this.#ending !== undefined) return Promise.reject(this.#ending);
    return this.#pool.run(order, { filename: this.#worker, name: 'participate', transferList: [...transferList] });
  }

  /**
   * First the thread, then the pool: while `destroy()` waits for a thread, an error of that thread, such as that it is out of memory, is an
   * uncaught exception here (`events.once` on what has no `removeListener`).
   */
  async discard(): Promise<void> {
    await this.#thread.terminate();
    await this.#exited;
    await this.#pool.destroy();
  }

  #watch(): Promise<void> {
    const thread = this.#thread;
    // Fails between two tasks: an uncaught exception here if nobody listened. The next task says it.
    this.#pool.on('error', (error: Error) => {
      this.#ending ??= error;
    });
    thread.once('error', (error: Error) => {
      this.#ending ??= error;
    });
    return new Promise((resolve) => {
      thread.once('exit', (code: number) => {
        this.#ending ??= new Error(`exit code ${code}`);
        // The pool takes note of failures alone. After an exit it would wait for its task, and in destroy() for the exit, for ever.
        if (this.#pool.threads.includes(thread)) thread.emit('error', this.#ending);
        resolve();
      });
    });
  }
}
