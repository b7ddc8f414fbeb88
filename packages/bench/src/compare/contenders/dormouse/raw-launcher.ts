import { type MessagePort, Worker } from 'node:worker_threads';
import type { LaunchedThread, ThreadLauncher, ThreadOptions, ThreadOrder } from '@dormouse/core';

/** An order, and its number, by which it is answered. */
export interface RawTask {
  readonly task: number;
  readonly order: ThreadOrder;
}

/** `error`: what it failed with; undefined where it did not. */
export interface RawOutcome {
  readonly task: number;
  readonly error: string | undefined;
}

/** Starts threads of `node:worker_threads`, with no library in between. */
export function rawLauncher(worker: URL): ThreadLauncher {
  return { name: 'raw', launch: (options) => new RawThread(worker, options) };
}

class RawThread implements LaunchedThread {
  readonly #worker: Worker;
  readonly #tasks = new Map<number, { readonly resolve: () => void; readonly reject: (error: Error) => void }>();
  #given = 0;
  #ending: Error | undefined;

  constructor(worker: URL, { resourceLimits }: ThreadOptions) {
    this.#worker = new Worker(worker, resourceLimits === undefined ? {} : { resourceLimits });
    this.#worker.on('message', ({ task, error }: RawOutcome) => {
      const waiting = this.#tasks.get(task);
      this.#tasks.delete(task);
      if (error === undefined) waiting?.resolve();
      else waiting?.reject(new Error(error));
    });
    // Without a listener, what a session throws out of a timer would end the process.
    this.#worker.on('error', (error: Error) => {
      this.#ending ??= error;
    });
    this.#worker.on('exit', (code) => {
      this.#ending ??= new Error(`exit code ${code}`);
      for (const { reject } of this.#tasks.values()) reject(this.#ending);
      this.#tasks.clear();
    });
  }

  run(order: ThreadOrder, transferList: readonly MessagePort[]): Promise<void> {
    if (this.#ending !== undefined) return Promise.reject(this.#ending);
    return new Promise((resolve, reject) => {
      const task: RawTask = { task: ++this.#given, order };
      this.#tasks.set(task.task, { resolve, reject });
      this.#worker.postMessage(task, [...transferList]);
    });
  }

  async discard(): Promise<void> {
    await this.#worker.terminate();
  }
}
