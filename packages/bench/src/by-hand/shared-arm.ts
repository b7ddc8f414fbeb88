import { builtUrl } from '../built.js';
import type { Arm, ArmSetup, FinalSession, InboundPackets, PacketSink } from '../compare/contender.js';
import { finalSessionsOf } from '../floor/final-sessions.js';
import { allDone } from './bounded-wait.js';
import type { ColumnsTask } from './columns-job.js';
import { type Job, loadJob, type ThreadSetup } from './job.js';
import type { PoolLibrary } from './pool.js';
import { RunningPools } from './running-pools.js';
import { type SharedSessions, sharedSessionsOf } from './shared-sessions.js';
import { SharedTicks } from './shared-ticks.js';

/**
 * `shares`: each task has a part of the sessions, all of the same cost as far as that is known. `claims`: each takes batches until there are none left.
 * `joined-claims`: and so does the calling thread, meanwhile.
 */
export type Division = 'shares' | 'claims' | 'joined-claims';

/** Sessions are columns in shared memory; a tick is one small task for each thread. Packets are in shared memory as well. */
export async function openShared(library: PoolLibrary, division: Division, setup: ArmSetup, sink: PacketSink): Promise<Arm> {
  const shared = sharedSessionsOf(setup);
  const given = (threads: number): ThreadSetup => ({ ...setup, form: 'columns', threads, shared });
  const ownJob =
    division === 'joined-claims' ? await loadJob(builtUrl(`by-hand/columns-job-${setup.arith}.js`).href, given(setup.workers)) : undefined;
  const running = await RunningPools.open(setup.workers, async (threads) => [await library.open(threads, given(threads))]);
  return new SharedArm(setup, sink, shared, division, running, ownJob);
}

class SharedArm implements Arm {
  readonly #setup: ArmSetup;
  readonly #shared: SharedSessions;
  readonly #division: Division;
  readonly #running: RunningPools;
  /** What the calling thread does with a task of its own. */
  readonly #ownJob: Job | undefined;
  #threads: number;
  readonly #ticks: SharedTicks;
  /** Where shares begin and end, as long as all are awake. */
  #bounds: readonly number[];

  constructor(
    setup: ArmSetup,
    sink: PacketSink,
    shared: SharedSessions,
    division: Division,
    running: RunningPools,
    ownJob: Job | undefined,
  ) {
    this.#setup = setup;
    this.#shared = shared;
    this.#division = division;
    this.#running = running;
    this.#ownJob = ownJob;
    this.#threads = setup.workers;
    this.#ticks = new SharedTicks(setup, sink, shared);
    this.#bounds = boundsOf(shared.columns.repeat, setup.workers);
  }

  async tick(t: number, inbound: InboundPackets | null): Promise<void> {
    this.#ticks.before(t, inbound);
    await (this.#division === 'shares' ? this.#runShares(t) : this.#runClaims(t));
    this.#ticks.after(t);
  }

  async #runShares(t: number): Promise<void> {
    const { count } = this.#ticks.awake;
    const all = count === this.#setup.sessions;
    const tasks: Promise<unknown>[] = [];
    for (let index = 0; index < this.#threads; index++) {
      const begin = all ? this.#bounds[index] : Math.floor((index * count) / this.#threads);
      const end = all ? this.#bounds[index + 1] : Math.floor(((index + 1) * count) / this.#threads);
      if (begin < end) tasks.push(this.#run({ kind: 'share', t, begin, end }));
    }
    await allDone(tasks);
  }

  async #runClaims(t: number): Promise<void> {
    // No thread has a task now, also after a tick that failed: those that get one see this.
    Atomics.store(this.#shared.nextBatch, 0, 0);
    const task: ColumnsTask = { kind: 'claim', t, begin: 0, end: this.#ticks.awake.count };
    const tasks = Array.from({ length: this.#threads }, () => this.#run(task));
    this.#ownJob?.(task);
    await allDone(tasks);
  }

  #run(task: ColumnsTask): Promise<unknown> {
    return this.#running.only.run(task);
  }

  sessions(): Iterable<FinalSession> {
    return finalSessionsOf(this.#shared.columns, this.#shared.mail);
  }

  close(): Promise<void> {
    return this.#running.close();
  }

  /** New threads find all there is in shared memory. */
  async resize(workers: number): Promise<void> {
    await this.#running.resize(workers);
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
