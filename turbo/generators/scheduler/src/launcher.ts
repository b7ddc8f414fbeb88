import { type MessagePort, Worker } from 'node:worker_threads';
import type { LaunchedThread, ThreadLauncher, ThreadOptions, ThreadOrder } from '@dormouse/core';
import { unpackError } from '@dormouse/core/worker';
import type { Outcome, Task } from './worker.js';

/** What threads run: as built, also where this file is run as source. */
const WORKER = new URL('../dist/worker.js', import.meta.url);

/** Starts threads, one for each call: how many there are, and what becomes of one that dies, is core's to say. */
export function myPoolLauncher(): ThreadLauncher {
  return { name: 'my-pool', launch: (options) => new MyPoolThread(options) };
}

class MyPoolThread implements LaunchedThread {
  readonly #worker: Worker;
  readonly #tasks = new Map<number, { readonly resolve: () => void; readonly reject: (error: unknown) => void }>();
  #given = 0;
  /** Why the thread ends: what it failed with, otherwise its exit code. */
  #ending: Error | undefined;

  constructor({ resourceLimits }: ThreadOptions) {
    // Your library comes in here: a pool of ONE thread that runs WORKER. It starts no thread in place of one that died: core does.
    this.#worker = new Worker(WORKER, { ...(resourceLimits && { resourceLimits }) });
    this.#worker.on('message', (outcome: Outcome) => this.#settle(outcome));
    // Without a listener, what a session throws out of a timer would end the host's process.
    this.#worker.on('error', (error: Error) => {
      this.#ending ??= error;
    });
    this.#worker.on('exit', (code) => this.#end(code));
  }

  run(order: ThreadOrder, transferList: readonly MessagePort[]): Promise<void> {
    if (this.#ending !== undefined) return Promise.reject(this.#ending);
    // And here: `return pool.run(order, { transferList })`. Tasks may overlap; a library with a queue keeps their order.
    return new Promise((resolve, reject) => {
      const task: Task = { task: ++this.#given, order };
      this.#tasks.set(task.task, { resolve, reject });
      this.#worker.postMessage(task, [...transferList]);
    });
  }

  async discard(): Promise<void> {
    // And here: `await pool.destroy()`, if that ends a thread that is busy for ever, and one that is dead already, without hanging.
    await this.#worker.terminate();
  }

  #settle({ task, error }: Outcome): void {
    const waiting = this.#tasks.get(task);
    this.#tasks.delete(task);
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(unpackError(error));
  }

  #end(code: number): void {
    this.#ending ??= new Error(`exit code ${code}`);
    for (const { reject } of this.#tasks.values()) reject(this.#ending);
    this.#tasks.clear();
  }
}
