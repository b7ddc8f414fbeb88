import type { Worker } from 'node:worker_threads';
import { settledInTime } from './bounded-wait.js';

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

  /** `threadId` of the one that has been there for longest; undefined where there is none. */
  get firstId(): number | undefined {
    const [thread] = this.#alive;
    return thread?.threadId;
  }

  /** Resolves when the next thread has ended. */
  nextExit(): Promise<void> {
    // Not `once` of node:events: that rejects at an `error`, which some schedulers emit on a thread that has left.
    return new Promise((resolve) => {
      for (const thread of this.#alive) thread.once('exit', () => resolve());
    });
  }

  /**
   * Has the library close what it started, and ends by hand whatever is still there when it says that it has, that it cannot, or nothing for two seconds: some
   * wait for ever for a thread that died. Bounded.
   */
  async end(close: () => Promise<unknown>): Promise<void> {
    // What it fails with is that a thread is gone, which is all that is wanted.
    await settledInTime(close());
    process.off('worker', this.#note);
    await Promise.all(Array.from(this.#alive, (thread) => thread.terminate()));
  }
}
