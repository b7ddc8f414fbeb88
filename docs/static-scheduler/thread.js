import { Worker } from 'node:worker_threads';

const START_TIMEOUT_MS = 30_000;
const UNUSED = { batches: 0, steals: 0, failedSteals: 0, updateUs: 0, idleUs: 0 };

/** One worker thread in its seat. */
export class Thread {
  stats;
  #seat;
  #worker;
  /** Why it ends. */
  #ending;
  #isBusy = false;
  #progress = 0;
  #sinceMs = 0;
  #idleSinceMs = performance.now();

  /** Resolves when the thread can run batches; rejects, with no thread left, when it cannot. `stats` go on from there. */
  static async start(host, stats = { ...UNUSED }) {
    const thread = new Thread(host.openSeat(), stats);
    // Whatever keeps it from being ready for so long: ended, it is not ready with ERR_THREAD_GONE.
    const timer = setTimeout(() => thread.kill('it did not start in time'), START_TIMEOUT_MS);
    try {
      await thread.#seat.ready;
      return thread;
    } catch (error) {
      await thread.end();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  constructor(seat, stats) {
    this.#seat = seat;
    this.stats = stats;
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: { port: seat.port }, transferList: [seat.port] });
    // Whatever ends it, seat.gone says so; without a listener the error would end the process.
    this.#worker.on('error', (error) => (this.#ending ??= error));
    this.#worker.on('exit', (code) => (this.#ending ??= new Error(`exit code ${code}`)));
  }

  /** Resolves with true when the thread has run batches `begin … end − 1`, with false when it is gone. */
  async run(begin, end) {
    const beganMs = performance.now();
    this.#isBusy = true;
    this.#sinceMs = beganMs;
    const done = new Promise((resolve) => this.#worker.once('message', () => resolve(true)));
    this.#worker.postMessage({ begin, end });
    const isDone = await Promise.race([done, this.#seat.gone.then(() => false)]);
    this.#isBusy = false;
    const nowMs = performance.now();
    this.stats.updateUs += (nowMs - beganMs) * 1000;
    this.stats.idleUs += (beganMs - this.#idleSinceMs) * 1000;
    this.#idleSinceMs = nowMs;
    return isDone;
  }

  lookUp() {
    this.#worker.postMessage('look up');
  }

  /** How long it has been in one update; 0 outside of a round. */
  stuckMs() {
    const { progress } = this.#seat;
    if (this.#isBusy && progress === this.#progress) return performance.now() - this.#sinceMs;
    this.#progress = progress;
    this.#sinceMs = performance.now();
    return 0;
  }

  /** The thread ends, whatever it is doing; `seat.gone` follows. */
  kill(reason) {
    this.#ending ??= new Error(reason);
    void this.#worker.terminate();
  }

  /** Ends the thread, and gives its seat back once it touches nothing any more; if it was in a session, that is reported with the reason. */
  async end() {
    await this.#worker.terminate();
    await this.#seat.gone;
    this.#seat.retire(`its thread ended: ${this.#ending.message}`, this.#ending);
  }
}
