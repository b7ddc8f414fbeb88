import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';

/** How long a library may take to close itself, ms. */
const PATIENCE_MS = 2000;

/**
 * Knows the threads that this process starts while it watches, whoever starts them: the libraries tell of some of theirs, and not when those are gone. Two that
 * watch at once would take each other's threads for their own.
 */
export class ThreadWatch {
  readonly #alive = new Set<Worker>();
  readonly #note = (thread: Worker): void => {
    this.#alive.add(thread);
    thread.once('exit', () => this.#alive.delete(thread));
  };

  constructor() {
    process.on('worker', this.#note);
  }

  /** Resolves when the next thread has ended. */
  async nextExit(): Promise<void> {
    const ending = new AbortController();
    try {
      await Promise.race(Array.from(this.#alive, (thread) => once(thread, 'exit', { signal: ending.signal })));
    } finally {
      ending.abort();
    }
  }

  /**
   * Has the library close what it started, and ends by hand whatever is still there when it says that it has, that it cannot, or nothing for two seconds: some
   * wait for ever for a thread that died. Bounded.
   */
  async end(close: () => Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    // What it fails with is that a thread is gone, which is all that is wanted.
    await Promise.race([close().catch(() => {}), tooLong]);
    clearTimeout(timer);
    process.off('worker', this.#note);
    await Promise.all(Array.from(this.#alive, (thread) => thread.terminate()));
  }
}
