import { START_MS } from '../arithmetic/random.js';
import { isLookTick } from '../arithmetic/sleep.js';
import type { Arm, ArmSetup, FinalSession, InboundPackets, PacketSink } from '../compare/contender.js';
import { AwakeList } from './awake-list.js';
import type { ColumnsTask } from './columns-job.js';
import { Hotspot } from './hotspot.js';
import type { PoolLibrary } from './pool.js';
import { RunningPools } from './running-pools.js';
import { collect, finalsOf, post, type SharedSessions, sharedSessionsOf } from './shared-sessions.js';

/** `shares`: each task has a part of the sessions, all of the same cost as far as that is known. `claims`: each takes batches until there are none left. */
export type Division = 'shares' | 'claims';

/** Sessions are columns in shared memory; a tick is one small task for each thread. Packets are in shared memory as well. */
export async function openShared(library: PoolLibrary, division: Division, setup: ArmSetup, sink: PacketSink): Promise<Arm> {
  const shared = sharedSessionsOf(setup);
  const open = (threads: number): Promise<RunningPools> =>
    RunningPools.open(async () => [await library.open(threads, { ...setup, form: 'columns', threads, shared })]);
  return new SharedArm(setup, sink, shared, division, open, await open(setup.workers));
}

class SharedArm implements Arm {
  readonly #setup: ArmSetup;
  readonly #sink: PacketSink;
  readonly #shared: SharedSessions;
  readonly #division: Division;
  readonly #open: (threads: number) => Promise<RunningPools>;
  #running: RunningPools;
  #threads: number;
  readonly #awake: AwakeList;
  /** Where shares begin and end, as long as all are awake. */
  #bounds: readonly number[];
  readonly #hotspot: Hotspot;

  constructor(
    setup: ArmSetup,
    sink: PacketSink,
    shared: SharedSessions,
    division: Division,
    open: (threads: number) => Promise<RunningPools>,
    running: RunningPools,
  ) {
    this.#setup = setup;
    this.#sink = sink;
    this.#shared = shared;
    this.#division = division;
    this.#open = open;
    this.#running = running;
    this.#threads = setup.workers;
    this.#awake = new AwakeList(shared.awake);
    this.#hotspot = new Hotspot(shared.columns.repeat);
    this.#bounds = boundsOf(shared.columns.repeat, setup.workers);
  }

  async tick(t: number, inbound: InboundPackets | null): Promise<void> {
    const { workload, diffMs } = this.#setup;
    const { mail } = this.#shared;
    const nowMs = START_MS + diffMs * (t + 1);
    if (inbound !== null && mail !== null) {
      post(mail, inbound);
      if (workload === 'W8') for (const rank of inbound.ranks ?? []) this.#awake.receive(rank, nowMs);
    }
    if (workload === 'W7') this.#hotspot.move(t);
    await (this.#division === 'shares' ? this.#runShares(t) : this.#runClaims(t));
    if (workload === 'W2' && mail !== null) collect(mail, this.#sink);
    if (workload === 'W8' && isLookTick(t)) this.#awake.look(nowMs);
  }

  async #runShares(t: number): Promise<void> {
    const { count } = this.#awake;
    const all = count === this.#setup.sessions;
    const tasks: Promise<unknown>[] = [];
    for (let index = 0; index < this.#threads; index++) {
      const begin = all ? this.#bounds[index] : Math.floor((index * count) / this.#threads);
      const end = all ? this.#bounds[index + 1] : Math.floor(((index + 1) * count) / this.#threads);
      if (begin < end) tasks.push(this.#run({ kind: 'share', t, begin, end }));
    }
    await Promise.all(tasks);
  }

  async #runClaims(t: number): Promise<void> {
    // No thread has a task now: those that get one see this.
    Atomics.store(this.#shared.nextBatch, 0, 0);
    const task: ColumnsTask = { kind: 'claim', t, begin: 0, end: this.#awake.count };
    await Promise.all(Array.from({ length: this.#threads }, () => this.#run(task)));
  }

  #run(task: ColumnsTask): Promise<unknown> {
    return this.#running.pools[0].run(task);
  }

  sessions(): Iterable<FinalSession> {
    return finalsOf(this.#shared);
  }

  close(): Promise<void> {
    return this.#running.close();
  }

  /** No library changes the size of its pool; a new one finds all there is in shared memory. */
  async resize(workers: number): Promise<void> {
    await this.#running.close();
    this.#running = await this.#open(workers);
    this.#threads = workers;
    this.#bounds = boundsOf(this.#shared.columns.repeat, workers);
  }

  killThread(): Promise<void> {
    return this.#running.killThread();
  }
}

/** Divides the sessions so that all shares have as many steps. Of W7 nothing is known beforehand, and it is divided by number. */
function boundsOf(repeat: Uint32Array, threads: number): readonly number[] {
  const total = repeat.reduce((sum, steps) => sum + steps, 0);
  const bounds = [0];
  let before = 0;
  for (let i = 0; i < repeat.length; i++) {
    while (bounds.length < threads && before >= (bounds.length * total) / threads) bounds.push(i);
    before += repeat[i];
  }
  while (bounds.length <= threads) bounds.push(repeat.length);
  return bounds;
}
