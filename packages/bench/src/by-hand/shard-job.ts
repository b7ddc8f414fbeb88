import { START_MS } from '../arithmetic/random.js';
import { isLookTick } from '../arithmetic/sleep.js';
import { AwakeList } from './awake-list.js';
import { type Bot, type Correspondent, newBot } from './bot.js';
import { BotUpdates } from './bot-updates.js';
import type { Job, ThreadSetup } from './job.js';

/** `open` comes first, and makes the sessions of these ranks. */
export type ShardTask = ShardOpening | ShardTick | { readonly kind: 'collect' };

export interface ShardOpening {
  readonly kind: 'open';
  readonly ranks: Uint32Array;
  /**
   * Packets of the shard's sessions, in memory that is shared with the host alone: before a tick it writes records there as {@link BotUpdates.deliver} takes them, and
   * after it finds those of {@link BotUpdates.emit} in their place. Task and answer publish it.
   */
  readonly mail: Int32Array;
}

/** Answered by how many words of `mail` are in use after it. */
export interface ShardTick {
  readonly kind: 'tick';
  readonly t: number;
  /** Words of `mail` in use before it. */
  readonly words: number;
}

/** A thread at whose place sessions live. */
export function open(setup: ThreadSetup): Job {
  let shard: Shard | undefined;
  return (message) => {
    const task = message as ShardTask;
    if (task.kind === 'open') {
      shard = new Shard(setup, task);
      return undefined;
    }
    // A thread that was started in place of one that died.
    if (shard === undefined) throw new Error('no sessions live in this thread');
    return task.kind === 'tick' ? shard.tick(task) : shard.bots;
  };
}

class Shard {
  readonly bots: readonly Bot[];
  readonly #setup: ThreadSetup;
  readonly #updates: BotUpdates;
  readonly #mail: Int32Array;
  /** The same words, for payloads of floats. */
  readonly #mailFloats: Float32Array;
  readonly #awake: AwakeList;
  #awakeBots: readonly Bot[];

  constructor(setup: ThreadSetup, { ranks, mail }: ShardOpening) {
    const { workload, sessions, diffMs } = setup;
    this.#setup = setup;
    this.#updates = new BotUpdates(workload, sessions, diffMs);
    this.#mail = mail;
    this.#mailFloats = new Float32Array(mail.buffer, 0, mail.length);
    this.bots = Array.from(ranks, (rank) => newBot(workload, rank, sessions));
    this.#awake = new AwakeList(new Uint32Array(this.bots.length));
    this.#awakeBots = this.bots;
  }

  tick({ t, words }: ShardTick): number {
    const { workload, diffMs } = this.#setup;
    const nowMs = START_MS + diffMs * (t + 1);
    if (words > 0) {
      this.#updates.deliver(this.bots as readonly Correspondent[], this.#mail, words);
      if (workload === 'W8') this.#wake(words, nowMs);
    }
    this.#updates.run(this.#awakeBots, t);
    if (workload === 'W8' && isLookTick(t)) {
      this.#awake.look(nowMs);
      this.#listAwake();
    }
    return workload === 'W2' ? this.#updates.emit(this.bots as readonly Correspondent[], this.#mail, this.#mailFloats) : 0;
  }

  #wake(words: number, nowMs: number): void {
    const mail = this.#mail;
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
