/** Starts bare worker threads, one for each call. */
import { Worker } from 'node:worker_threads';

export const launcher = { name: 'bare', launch: ({ resourceLimits }) => new BareThread(resourceLimits) };

class BareThread {
  #worker;
  #tasks = [];
  #ending;

  constructor(resourceLimits) {
    this.#worker = new Worker(new URL('./worker.mjs', import.meta.url), { ...(resourceLimits && { resourceLimits }) });
    this.#worker.on('message', (error) => {
      const { resolve, reject } = this.#tasks.shift();
      if (error === undefined) resolve();
      else reject(error);
    });
    this.#worker.on('error', (error) => {
      this.#ending = error;
    });
    this.#worker.on('exit', (code) => {
      this.#ending ??= new Error(`exit code ${code}`);
      for (const { reject } of this.#tasks) reject(this.#ending);
    });
  }

  run(order, transferList) {
    return new Promise((resolve, reject) => {
      this.#tasks.push({ resolve, reject });
      this.#worker.postMessage(order, transferList);
    });
  }

  async discard() {
    await this.#worker.terminate();
  }
}
