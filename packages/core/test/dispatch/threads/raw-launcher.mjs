import { Worker } from 'node:worker_threads';

const WORKER = new URL('./raw-worker.mjs', import.meta.url);

/**
 * A launcher on `node:worker_threads` alone. Threads run `worker`, which loads the built package, as a user's does. `threads`: of those that
 * it has launched, the ones that are there; `launched`, `discarded`: how many it was asked for, and told to end.
 */
export function rawLauncher({ worker = WORKER, workerData = undefined } = {}) {
  const launcher = {
    name: 'raw',
    threads: [],
    launched: 0,
    discarded: 0,
    launch({ resourceLimits }) {
      const thread = new Worker(worker, { workerData, ...(resourceLimits === undefined ? {} : { resourceLimits }) });
      launcher.launched++;
      launcher.threads.push(thread);
      let lastError;
      thread.on('error', (error) => {
        lastError = error;
      });
      const ended = new Promise((_, reject) => {
        thread.once('exit', (code) => {
          launcher.threads.splice(launcher.threads.indexOf(thread), 1);
          reject(lastError ?? new Error(`exit code ${code}`));
        });
      });
      ended.catch(() => {});
      // Answers come in the order of the orders.
      const asked = [];
      thread.on('message', ({ error }) => {
        const { resolve, reject } = asked.shift();
        if (error === undefined) resolve();
        else reject(new Error(error));
      });
      return {
        run(order, transferList) {
          const answered = new Promise((resolve, reject) => {
            asked.push({ resolve, reject });
          });
          thread.postMessage(order, transferList);
          return Promise.race([answered, ended]);
        },
        discard() {
          launcher.discarded++;
          return thread.terminate();
        },
      };
    },
  };
  return launcher;
}
