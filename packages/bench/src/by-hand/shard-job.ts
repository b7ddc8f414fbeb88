import { START_MS } from '../arithmetic/random.js';
import { isLookTick } from '../arithmetic/sleep.js';
import { AwakeList } from './awake-list.js';
import { type Bot, type Correspondent, newBot } from './bot.js';
import { BotUpdates } from './bot-updates.js';
import { done, type Job, type ThreadSetup } from './job.js';

/** `open` comes first, and makes the sessions whose rank leaves `shard` when divided by the number of threads: neighbours are on different threads. */
export type ShardTask = { readonly kind: 'open'; readonly shard: number } | ShardTick | { readonly kind: 'collect' };

export interface ShardTick {
  readonly kind: 'tick';
  readonly t: number;
  /** Records as {@link BotUpdates.deliver} takes them, with room for what is sent; null: no packets. */
  readonly mail: Int32Array<ArrayBuffer> | null;
  /** In use. */
  readonly words: number;
}

export interface ShardAnswer {
  /** The same memory, with records as {@link BotUpdates.emit} makes them. */
  readonly mail: Int32Array<ArrayBuffer>;
  readonly words: number;
}

/** A thread at whose place sessions live. */
export function open(setup: ThreadSetup): Job {
  let shard: Shard | undefined;
  return (message) => {
    const task = message as ShardTask;
    if (task.kind === 'open') {
      shard = new Shard(setup, task.shard);
      return done();
    }
    // A thread that was started in place of one that died.
    if (shard === undefined) throw new Error('no sessions live in this thread');
    return task.kind === 'tick' ? shard.tick(task) : { message: shard.bots, transfer: [] };
  };
}

class Shard {
  readonly bots: readonly Bot[];
  readonly #setup: ThreadSetup;
  readonly #updates: BotUpdates;
  readonly #awake: AwakeList;
  #awakeBots: readonly Bot[];

  constructor(setup: ThreadSetup, shard: number) {
    const { workload, sessions, diffMs, threads } = setup;
    this.#setup = setup;
    this.#updates = new BotUpdates(workload, sessions, diffMs);
    this.bots = Array.from({ length: Math.ceil((sessions - shard) / threads) }, (_, i) => newBot(workload, shard + i * threads, sessions));
    this.#awake = new AwakeList(new Uint32Array(this.bots.length));
    this.#awakeBots = this.bots;
  }

  tick({ t, mail, words }: ShardTick): ReturnType<Job> {
    const { workload, diffMs } = this.#setup;
    const nowMs = START_MS + diffMs * (t + 1);
    if (mail !== null) {
      this.#updates.deliver(this.bots as readonly Correspondent[], mail, words);
      if (workload === 'W8') this.#wake(mail, words, nowMs);
    }
    this.#updates.run(this.#awakeBots, t);
    if (workload === 'W8' && isLookTick(t)) {
      this.#awake.look(nowMs);
      this.#listAwake();
    }
    if (mail === null) return done();
    const sent = workload === 'W2' ? this.#emit(mail) : 0;
    return { message: { mail, words: sent } satisfies ShardAnswer, transfer: [mail.buffer] };
  }

  #emit(mail: Int32Array<ArrayBuffer>): number {
    return this.#updates.emit(this.bots as readonly Correspondent[], mail, new Float32Array(mail.buffer, 0, mail.length));
  }

  #wake(mail: Int32Array, words: number, nowMs: number): void {
    let woken = 0;
    for (let at = 0; at < words; at += 2 + (((mail[at + 1] >>> 16) + 3) >> 2)) {
      if (this.#awake.receive(mail[at], nowMs)) woken++;
    }
    if (woken > 0) this.#listAwake();
  }

  /** Who is awake changes with few ticks: a list of the objects themselves is what the others go through. */
  #listAwake(): void {
    const { indices, count } = this.#awake;
    this.#awakeBots = Array.from(indices.subarray(0, count), (index) => this.bots[index]);
  }
}
