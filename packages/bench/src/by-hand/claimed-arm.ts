import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { START_MS } from '../arithmetic/random.js';
import { isLookTick } from '../arithmetic/sleep.js';
import { builtUrl } from '../built.js';
import type { Arm, ArmSetup, FinalSession, InboundPackets, PacketSink } from '../compare/contender.js';
import { AwakeList } from './awake-list.js';
import { batchRunner, type ClaimedSetup } from './claimed-batches.js';
import { Claims, type RunBatch } from './claims.js';
import { Hotspot } from './hotspot.js';
import { CLAIM, collect, finalsOf, post, type SharedSessions, sharedSessionsOf } from './shared-sessions.js';

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
  readonly #setup: ArmSetup;
  readonly #sink: PacketSink;
  readonly #shared: SharedSessions;
  readonly #claims: Claims;
  readonly #given: ClaimedSetup;
  readonly #runBatch: RunBatch;
  readonly #awake: AwakeList;
  readonly #hotspot: Hotspot;
  readonly #threads = new Set<Worker>();

  readonly death = 'between ticks';

  constructor(setup: ArmSetup, sink: PacketSink, shared: SharedSessions, claims: Claims, given: ClaimedSetup, runBatch: RunBatch) {
    this.#setup = setup;
    this.#sink = sink;
    this.#shared = shared;
    this.#claims = claims;
    this.#given = given;
    this.#runBatch = runBatch;
    this.#awake = new AwakeList(shared.awake);
    this.#hotspot = new Hotspot(shared.columns.repeat);
  }

  tick(t: number, inbound: InboundPackets | null): void {
    const { workload, diffMs } = this.#setup;
    const { mail } = this.#shared;
    const nowMs = START_MS + diffMs * (t + 1);
    if (inbound !== null && mail !== null) {
      post(mail, inbound);
      if (workload === 'W8') for (const rank of inbound.ranks ?? []) this.#awake.receive(rank, nowMs);
    }
    if (workload === 'W7') this.#hotspot.move(t);
    this.#given.awakeCount[0] = this.#awake.count;
    this.#claims.run(t, Math.ceil(this.#awake.count / CLAIM), this.#runBatch);
    if (workload === 'W2' && mail !== null) collect(mail, this.#sink);
    if (workload === 'W8' && isLookTick(t)) this.#awake.look(nowMs);
  }

  sessions(): Iterable<FinalSession> {
    return finalsOf(this.#shared);
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
