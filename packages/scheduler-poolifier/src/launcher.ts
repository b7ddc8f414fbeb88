import { fileURLToPath } from 'node:url';
import type { MessagePort, Worker } from 'node:worker_threads';
import type { LaunchedThread, ThreadLauncher, ThreadOptions, ThreadOrder } from '@dormouse/core';
import { unpackError } from '@dormouse/core/worker';
import { FixedThreadPool, type IWorkerNode } from 'poolifier';
import type { Outcome } from './worker.js';

/** What threads run: as built, also where this file is run as source. */
const WORKER = new URL('../dist/worker.js', import.meta.url);

/** Starts each thread as a pool of its own: docs/decisions/0014-one-pool-a-thread.md. `worker` makes a `ThreadWorker`. */
export function poolifierLauncher(worker = WORKER): ThreadLauncher {
  return { name: 'poolifier', launch: (options) => new PoolifierThread(worker, options) };
}

class PoolifierThread implements LaunchedThread {
  readonly #pool: FixedThreadPool<ThreadOrder, Outcome>;
  readonly #node: IWorkerNode<Worker, ThreadOrder>;
  /** How to reject what the thread has in hand: poolifier never settles it when the thread has ended. */
  readonly #inHand = new Set<(reason: unknown) => void>();
  /** Why the thread ends: what it failed with, otherwise its exit code. */
  #ending: Error | undefined;
  #exited = false;

  constructor(worker: URL, { resourceLimits }: ThreadOptions) {
    this.#pool = new FixedThreadPool(1, fileURLToPath(worker), {
      // Without events a failure is not emitted as an `error` that nobody hears, which ends the process.
      enableEvents: false,
      restartWorkerOnError: false,
      errorHandler: (error) => {
        this.#ending ??= error;
      },
      exitHandler: (code) => this.#retire(code),
      // Its own copy of the environment, as threads have: poolifier would share the process's.
      workerOptions: { env: undefined, ...(resourceLimits && { resourceLimits }) },
    });
    const [node] = this.#pool.workerNodes;
    if (node === undefined) throw new Error('poolifier started no thread');
    this.#node = node;
  }

  run(order: ThreadOrder, transferList: readonly MessagePort[]): Promise<unknown> {
    if (this.#ending !== undefined) return Promise.reject(this.#ending);
    return new Promise((resolve, reject) => {
      this.#inHand.add(reject);
      this.#pool
        .execute(order, undefined, undefined, transferList)
        .then(({ value, error }) => (error === undefined ? resolve(value) : reject(unpackError(error))), reject)
        .finally(() => this.#inHand.delete(reject));
    });
  }

  /**
   * Not by `destroy()`: it asks the thread to leave, waits a second if that is busy, and for ever if it has left by then.
   */
  async discard(): Promise<void> {
    if (!this.#exited) await this.#node.terminate();
  }

  /** Before the pool hears of the exit, and would start another thread: with no thread left, `destroy()` has nothing to wait for. */
  #retire(code: number): void {
    this.#exited = true;
    this.#ending ??= new Error(`exit code ${code}`);
    for (const reject of this.#inHand) reject(this.#ending);
    // What it still said before it ended would be an error: from an unknown worker.
    this.#node.messageChannel?.port1.close();
    this.#pool.workerNodes.splice(0);
    void this.#pool.destroy();
  }
}
