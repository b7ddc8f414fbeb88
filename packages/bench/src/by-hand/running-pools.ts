import { EXIT } from './job.js';
import type { Pool } from './pool.js';
import { ThreadWatch } from './thread-watch.js';

/** The pools of an arm, with a hold on their threads that does not depend on the library. */
export class RunningPools {
  readonly pools: readonly Pool[];
  readonly #watch: ThreadWatch;

  private constructor(pools: readonly Pool[], watch: ThreadWatch) {
    this.pools = pools;
    this.#watch = watch;
  }

  /** Opens them, or rejects and leaves no thread behind. */
  static async open(openPools: () => Promise<readonly Pool[]>): Promise<RunningPools> {
    const watch = new ThreadWatch();
    try {
      return new RunningPools(await openPools(), watch);
    } catch (error) {
      await watch.end(async () => {});
      throw error;
    }
  }

  /** One thread of the first pool ends as if a session had ended it; resolves when it is gone. What becomes of its pool is the library's affair. */
  async killThread(): Promise<void> {
    const exit = this.#watch.nextExit();
    // Some reject it, some never settle it.
    this.pools[0].run(EXIT).catch(() => {});
    await exit;
  }

  /** Bounded, whatever the library does. */
  close(): Promise<void> {
    return this.#watch.end(() => Promise.all(this.pools.map((pool) => pool.close())));
  }
}
