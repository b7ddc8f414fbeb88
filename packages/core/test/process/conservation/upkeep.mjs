/** What is done to one manager alone, and must not show in its sessions: it is defragmented, laid out, collected, and has other threads. */
export class Upkeep {
  done = { defragmentations: 0, layouts: 0, collections: 0, resizes: 0, movedSessions: 0, droppedBlocks: 0 };
  #manager;
  #below;
  #deeds;
  #running;

  /** `isSteady`: threads are as they are. */
  constructor({ manager, scheduler, workers, below, isSteady }) {
    this.#manager = manager;
    this.#below = below;
    const canResize = scheduler.supports.resize && !isSteady;
    this.#deeds = [
      [60, () => this.#defragment('defragmentations', () => manager.defragmentMemory())],
      [150, () => this.#defragment('layouts', () => manager.optimizeMemoryLayout())],
      [600, () => this.#collect()],
      [40, () => manager.setUpdateBatchSize(1 + below(100))],
      [canResize ? 100 : 0, () => this.#resize(1 + below(workers + 1))],
    ];
  }

  /** Each thing once in so many ticks. Those that take their time go on in the ticks that follow. */
  async some() {
    for (const [every, deed] of this.#deeds) if (every > 0 && this.#below(every) === 0) await deed();
  }

  async end() {
    await this.#running;
  }

  #defragment(what, call) {
    if (this.#running !== undefined) return;
    this.#running = call().then(({ movedSessions, droppedBlocks }) => {
      this.done[what]++;
      this.done.movedSessions += movedSessions;
      this.done.droppedBlocks += droppedBlocks;
      this.#running = undefined;
    });
  }

  #collect() {
    this.done.collections++;
    return this.#manager.collectGarbage();
  }

  #resize(count) {
    this.done.resizes++;
    return this.#manager.setWorkerThreadCount(count);
  }
}
