import { Worker } from 'node:worker_threads';
import type { LaunchedThread, ThreadLauncher, ThreadOptions } from '@dormouse/core';

/** A launcher on `node:worker_threads` alone, and what a test may want of it. */
export interface RawLauncher extends ThreadLauncher {
  /** Of all that it has launched, the threads that are there. */
  readonly threads: readonly Worker[];
  /** Threads launched so far. */
  readonly launched: number;
}

/** The threads load the built package, as a user's do. */
export function rawLauncher(): RawLauncher {
  const threads: Worker[] = [];
  let launched = 0;
  return {
    name: 'raw',
    threads,
    get launched() {
      return launched;
    },
    launch(options: ThreadOptions): LaunchedThread {
      launched++;
      const worker = new Worker(new URL('./raw-worker.mjs', import.meta.url), {
        ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
      });
      threads.push(worker);
      let lastError: unknown;
      worker.on('error', (error) => {
        lastError = error;
      });
      const ended = new Promise<never>((_, reject) => {
        worker.once('exit', (code) => {
          threads.splice(threads.indexOf(worker), 1);
          reject(lastError ?? new Error(`the thread ended with exit code ${code}`));
        });
      });
      ended.catch(() => {});
      return {
        run(order, transferList) {
          const settled = new Promise<void>((resolve, reject) => {
            worker.once('message', ({ error }: { error?: string }) => (error === undefined ? resolve() : reject(new Error(error))));
          });
          worker.postMessage(order, transferList);
          return Promise.race([settled, ended]);
        },
        async discard() {
          await worker.terminate();
        },
      };
    },
  };
}
