import type { IScheduler, SchedulerHost, SchedulerStats, SchedulerSupport } from '@dormouse/core';

/** Another scheduler, and how long its `parallelFor` took. */
export class TimedScheduler implements IScheduler {
  /** The last one, µs. */
  lastUs = 0;
  readonly name: string;
  readonly contractVersion: number;
  readonly supports: SchedulerSupport;
  readonly #inner: IScheduler;

  constructor(inner: IScheduler) {
    this.#inner = inner;
    this.name = inner.name;
    this.contractVersion = inner.contractVersion;
    this.supports = inner.supports;
  }

  start(host: SchedulerHost): void | Promise<void> {
    return this.#inner.start(host);
  }

  parallelFor(batchCount: number, epoch: number): void | Promise<void> {
    const beganMs = performance.now();
    const running = this.#inner.parallelFor(batchCount, epoch);
    if (running === undefined) {
      this.lastUs = (performance.now() - beganMs) * 1000;
      return;
    }
    return running.then(() => {
      this.lastUs = (performance.now() - beganMs) * 1000;
    });
  }

  resize(workerThreads: number): void | Promise<void> {
    return this.#inner.resize(workerThreads);
  }

  rouse(): void {
    this.#inner.rouse?.();
  }

  stop(): void | Promise<void> {
    return this.#inner.stop();
  }

  stats(): SchedulerStats {
    return this.#inner.stats();
  }
}
