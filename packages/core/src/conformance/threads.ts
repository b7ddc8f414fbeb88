import type { Worker } from 'node:worker_threads';
import type { Bench } from './claim.js';
import { within } from './stand.js';

/** Worker threads that this one starts while `body` runs, whatever library starts them. */
export async function withThreads(body: (threads: Threads) => Promise<void>): Promise<void> {
  const threads = new Threads();
  const note = (worker: Worker): void => threads.note(worker);
  process.on('worker', note);
  try {
    await body(threads);
  } finally {
    process.off('worker', note);
  }
}

/** Threads by their numbers, living and dead. */
export class Threads {
  readonly #workers = new Map<number, { readonly worker: Worker; readonly exited: Promise<void> }>();

  note(worker: Worker): void {
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#workers.set(worker.threadId, { worker, exited });
  }

  /** Resolves when that thread is over. */
  async exit(bench: Bench, threadId: number): Promise<void> {
    await within(bench, `the end of thread ${threadId}`, this.#of(threadId).exited);
  }

  /** Ends a thread, as its library might. */
  terminate(threadId: number): void {
    void this.#of(threadId).worker.terminate();
  }

  #of(threadId: number): { readonly worker: Worker; readonly exited: Promise<void> } {
    const thread = this.#workers.get(threadId);
    if (thread === undefined) throw new Error(`thread ${threadId} is none that was started meanwhile`);
    return thread;
  }
}
