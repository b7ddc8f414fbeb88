import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { builtUrl } from '../built.js';
import type { Arm, ArmSetup, FinalSession, InboundPackets, PacketSink } from '../compare/contender.js';
import { finalSessionsOf } from '../floor/final-sessions.js';
import { batchRunner, type ClaimedSetup } from './claimed-batches.js';
import { Claims, type RunBatch } from './claims.js';
import { CLAIM, type SharedSessions, sharedSessionsOf } from './shared-sessions.js';
import { SharedTicks } from './shared-ticks.js';

/** No pool: threads that sleep until there is a tick, and claim batches of columns in shared memory together with the calling one. */
export async function openClaimed(setup: ArmSetup, sink: PacketSink): Promise<Arm> {
  const shared = sharedSessionsOf(setup);
  const claims = new Claims();
  const given: ClaimedSetup = {
    setup: { ...setup, form: 'columns', threads: setup.workers, shared },
    jobUrl: builtUrl(`by-hand/columns-job-${setup.arith}.js`).href,
    words: claims.words,
    awakeCount: new Int32Array(new SharedArrayBuffer(4), 0, 1),
  };
  const arm = new ClaimedArm(setup, sink, shared, claims, given, await batchRunner(given));
  try {
    await arm.resize(setup.workers);
  } catch (error) {
    await arm.close();
    throw error;
  }
  return arm;
}

class ClaimedArm implements Arm {
  readonly #shared: SharedSessions;
  readonly #claims: Claims;
  readonly #given: ClaimedSetup;
  readonly #runBatch: RunBatch;
  readonly #ticks: SharedTicks;
  readonly #threads = new Set<Worker>();

  readonly death = 'between ticks';

  constructor(setup: ArmSetup, sink: PacketSink, shared: SharedSessions, claims: Claims, given: ClaimedSetup, runBatch: RunBatch) {
    this.#shared = shared;
    this.#claims = claims;
    this.#given = given;
    this.#runBatch = runBatch;
    this.#ticks = new SharedTicks(setup, sink, shared);
  }

  tick(t: number, inbound: InboundPackets | null): void {
    const { awake } = this.#ticks;
    this.#ticks.before(t, inbound);
    this.#given.awakeCount[0] = awake.count;
    this.#claims.run(t, Math.ceil(awake.count / CLAIM), this.#runBatch);
    this.#ticks.after(t);
  }

  sessions(): Iterable<FinalSession> {
    return finalSessionsOf(this.#shared.columns, this.#shared.mail);
  }

  async close(): Promise<void> {
    await this.resize(0);
  }

  async resize(workers: number): Promise<void> {
    const more = Array.from({ length: workers - this.#threads.size }, () => this.#start());
    const fewer = [...this.#threads].slice(workers);
    await Promise.all([...more, ...fewer.map((thread) => thread.terminate())]);
  }

  /** It ends between two ticks. One that ends in a batch is waited for without end: who writes this in an afternoon has no answer to that. */
  async killThread(): Promise<void> {
    const ended = Promise.race(Array.from(this.#threads, (thread) => once(thread, 'exit')));
    this.#claims.endOne();
    await ended;
  }

  async #start(): Promise<void> {
    const thread = new Worker(builtUrl('by-hand/claimed-thread.js'), { workerData: this.#given });
    this.#threads.add(thread);
    thread.once('exit', () => this.#threads.delete(thread));
    await once(thread, 'message');
  }
}
