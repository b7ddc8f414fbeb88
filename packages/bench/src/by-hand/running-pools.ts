import { EXIT } from './job.js';
import type { Pool } from './pool.js';
import { ThreadWatch } from './thread-watch.js';

type OpenPools = (threads: number) => Promise<readonly Pool[]>;

/** The pools of an arm, with a hold on their threads that does not depend on the library. */
export class RunningPools {
  readonly #openPools: OpenPools;
  #pools: readonly Pool[] = [];
  #watch = new ThreadWatch();

  private constructor(openPools: OpenPools) {
    this.#openPools = openPools;
  }

  /** Opens them, or rejects and leaves no thread behind. */
  static async open(threads: number, openPools: OpenPools): Promise<RunningPools> {
    const running = new RunningPools(openPools);
    await running.#start(threads);
    return running;
  }

  get all(): readonly Pool[] {
    return this.#pools;
  }

  /** Of an arm that has but one. */
  get only(): Pool {
    return this.#pools[0];
  }

  /** Between two ticks: goes on with so many threads, by the pool's own means or with a pool that is opened anew. */
  async resize(threads: number): Promise<void> {
    const { only } = this;
    if (only.resize !== undefined) return only.resize(threads);
    await this.close();
    this.#watch = new ThreadWatch();
    await this.#start(threads);
  }

  /** One thread of the first pool ends as if a session had ended it; resolves when it is gone. What becomes of its pool is the library's affair. */
  async killThread(): Promise<void> {
    const exit = this.#watch.nextExit();
    // Some reject it, some never settle it.
    this.only.run(EXIT).catch(() => {});
    await exit;
  }

  /** Bounded, whatever the library does. */
  close(): Promise<void> {
    return this.#watch.end(() => Promise.all(this.#pools.map((pool) => pool.close())));
  }

  async #start(threads: number): Promise<void> {
    try {
      this.#pools = await this.#openPools(threads);
    } catch (error) {
      await this.#watch.end(async () => {});
      throw error;
    }
  }
}
