import { Worker } from 'node:worker_threads';

type Listener = (event: { readonly data: unknown }) => void;

/** A worker that has said what it exposes: nothing. */
const EXPOSES_NOTHING = { type: 'init', exposed: { type: 'module', methods: [] } };

/**
 * The worker that threads' `spawn` takes: with events as in a browser. In place of threads' own, which knows no URLs, and keeps each one
 * that was ever made.
 *
 * When it ends before it has exposed anything, `spawn` is told that it exposes nothing: otherwise it would wait for the whole of its timeout.
 */
export class SpawnableWorker extends Worker {
  readonly #listeners = new Map<Listener, (data: unknown) => void>();

  constructor(...args: ConstructorParameters<typeof Worker>) {
    super(...args);
    // threads listens for each task in hand.
    this.setMaxListeners(0);
    // Not by emitting a message: a worker that ended has no listeners for any.
    this.once('exit', () => {
      for (const wrapped of this.#listeners.values()) wrapped(EXPOSES_NOTHING);
    });
  }

  addEventListener(event: string, listener: Listener): void {
    const wrapped = (data: unknown): void => listener({ data });
    this.#listeners.set(listener, wrapped);
    this.on(event, wrapped);
  }

  removeEventListener(event: string, listener: Listener): void {
    const wrapped = this.#listeners.get(listener);
    if (wrapped === undefined) return;
    this.#listeners.delete(listener);
    this.off(event, wrapped);
  }
}
