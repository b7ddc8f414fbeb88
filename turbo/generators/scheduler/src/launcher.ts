import { type MessagePort, Worker } from 'node:worker_threads';
import type { LaunchedThread, ThreadLauncher, ThreadOptions, ThreadOrder } from '@dormouse/core';
import { unpackError } from '@dormouse/core/worker';
import type { Job, Outcome } from './worker.js';

/** Starts threads. One at a time: core knows how many it wants, which ones are gone, and when to start others. */
export function myPoolLauncher(): ThreadLauncher {
  return {
    name: 'my-pool',
    // Here comes the library: have it start ONE thread on ./worker.js, such as a pool of one.
    launch: ({ resourceLimits }: ThreadOptions) =>
      new MyPoolThread(new Worker(new URL('./worker.js', import.meta.url), { resourceLimits })),
  };
}

/** Of a library that has `run(task, transferList): Promise` and `destroy()`, nothing of this class is needed but its two methods. */
class MyPoolThread implements LaunchedThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(): void; reject(error: unknown): void }>();
  #jobs = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', ({ job, error }: Outcome) => {
      const waiting = this.#waiting.get(job);
      this.#waiting.delete(job);
      if (error === undefined) waiting?.resolve();
      else waiting?.reject(unpackError(error));
    });
    // Without a listener an error of the thread would be one of the host's process. Core watches the thread by a port of its own.
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', (code) => this.#fail(new Error(`the thread ended with exit code ${code}`)));
  }

  /** Here the library is given a task: the order as it is, and the ports to transfer. A second one may come before the first has settled. */
  run(order: ThreadOrder, transferList: readonly MessagePort[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const job: Job = { job: ++this.#jobs, order };
      this.#waiting.set(job.job, { resolve, reject });
      this.#worker.postMessage(job, [...transferList]);
    });
  }

  /** Here the library destroys the thread, busy or dead: it must interrupt a session that never returns. */
  async discard(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
