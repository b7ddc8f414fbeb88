/** @import { IScheduler } from '@dormouse/core' */
import { availableParallelism } from 'node:os';
import { SCHEDULER_CONTRACT_VERSION } from '@dormouse/core';
import { Thread } from './thread.js';

/** Worker threads with the plainest dispatch there is: the k-th thread runs the k-th part of the batches, and nobody steals. */
export default function staticScheduler() {
  return new StaticScheduler();
}

/** @implements {IScheduler} */
class StaticScheduler {
  contractVersion = SCHEDULER_CONTRACT_VERSION;
  name = 'static';
  supports = { workers: true, resize: true, callerParticipates: false };
  #host;
  #watchdog;
  /** @type {Thread[]} */
  #threads = [];

  async start(host) {
    this.#host = host;
    const { updateTimeoutMs } = host;
    if (updateTimeoutMs > 0) this.#watchdog = setInterval(() => this.#watch(updateTimeoutMs), updateTimeoutMs / 4);
    try {
      await this.resize(host.workerThreads);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async parallelFor(batchCount) {
    const share = Math.ceil(batchCount / this.#threads.length);
    await Promise.all(this.#threads.map((_, k) => this.#runPart(k, k * share, Math.min((k + 1) * share, batchCount))));
  }

  async resize(workerThreads) {
    const wanted = workerThreads || Math.max(1, availableParallelism() - 1);
    const starting = Array.from({ length: wanted - this.#threads.length }, () => Thread.start(this.#host));
    try {
      this.#threads.push(...(await Promise.all(starting)));
    } catch (error) {
      // The count stays as it was: those that did start are ended.
      const outcomes = await Promise.allSettled(starting);
      await Promise.all(outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value.end()));
      throw error;
    }
    await Promise.all(this.#threads.splice(wanted).map((thread) => thread.end()));
  }

  /** Between ticks, such as for memory that all threads must let go of. */
  rouse() {
    for (const thread of this.#threads) thread.lookUp();
  }

  async stop() {
    clearInterval(this.#watchdog);
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end()));
  }

  stats() {
    return { participants: this.#threads.map(({ stats }) => stats) };
  }

  /** Runs batches `begin … end − 1` on the k-th thread, and on its successors should it die. */
  async #runPart(k, begin, end) {
    while (begin < end) {
      const thread = this.#threads[k];
      const isDone = await thread.run(begin, end);
      // Reports the session it was in and quarantines it; whoever gets that batch goes on behind it. Only then are batches given away.
      if (!isDone) await thread.end();
      const first = begin;
      while (begin < end && (isDone || this.#host.isBatchDone(begin))) begin++;
      thread.stats.batches += begin - first;
      if (!isDone) this.#threads[k] = await Thread.start(this.#host, thread.stats);
    }
  }

  #watch(updateTimeoutMs) {
    for (const thread of this.#threads) if (thread.stuckMs() >= updateTimeoutMs) thread.kill('it had not returned after updateTimeoutMs');
  }
}
