import { createRequire } from 'node:module';
import type { MessagePort } from 'node:worker_threads';
import type { LaunchedThread, ThreadLauncher, ThreadOptions, ThreadOrder } from '@dormouse/core';
import { withoutItsListeners } from './listeners.js';
import { SpawnableWorker } from './spawnable-worker.js';

/** What threads run: as built, also where this file is run as source. */
const WORKER = new URL('../dist/worker.js', import.meta.url);

/** threads ends the process, with code 0, on both signals; how to end is the program's to say. */
const { spawn, Thread, Transfer } = withoutItsListeners(
  ['SIGINT', 'SIGTERM'],
  () => createRequire(import.meta.url)('threads') as typeof import('threads'),
);

/** How to end is core's to say, by discarding the thread; threads itself never gives up waiting. */
const SPAWN_TIMEOUT_MS = 2 ** 31 - 1;

/** Starts threads with `spawn` of threads.js. `worker` exposes `participate`. */
export function threadsLauncher(worker = WORKER): ThreadLauncher {
  return { name: 'threads', launch: (options) => new SpawnedThread(worker, options) };
}

/** What a thread exposes; one that ended before exposes nothing. */
interface Exposed {
  participate?(order: ThreadOrder): PromiseLike<unknown>;
}

class SpawnedThread implements LaunchedThread {
  readonly #worker: SpawnableWorker;
  readonly #exposed: Promise<Exposed>;
  /** How to reject what the thread has in hand: threads never settles it when the thread has ended. */
  readonly #inHand = new Set<(reason: unknown) => void>();
  /** Why the thread ends: what it failed with, otherwise its exit code. */
  #ending: Error | undefined;

  constructor(url: URL, { resourceLimits }: ThreadOptions) {
    this.#worker = new SpawnableWorker(url, { ...(resourceLimits && { resourceLimits }) });
    this.#worker.once('error', (error: Error) => {
      this.#ending ??= error;
    });
    this.#worker.once('exit', (code: number) => {
      this.#ending ??= new Error(`exit code ${code}`);
      for (const reject of this.#inHand) reject(this.#ending);
    });
    this.#exposed = spawn<Exposed>(this.#worker, { timeout: SPAWN_TIMEOUT_MS });
  }

  async run(order: ThreadOrder, transferList: readonly MessagePort[]): Promise<unknown> {
    const { participate } = await this.#exposed;
    if (this.#ending !== undefined || participate === undefined) throw this.#ending;
    return new Promise((resolve, reject) => {
      this.#inHand.add(reject);
      Promise.resolve(participate(Transfer(order, transferList)))
        .then(resolve, reject)
        .finally(() => this.#inHand.delete(reject));
    });
  }

  async discard(): Promise<void> {
    await this.#worker.terminate();
    // Takes the library's listeners off.
    await Thread.terminate(await this.#exposed);
  }
}
