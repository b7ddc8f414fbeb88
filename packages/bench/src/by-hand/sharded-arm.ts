import { OUTBOUND_BYTES } from '../arithmetic/packets.js';
import type { Arm, ArmSetup, FinalSession, InboundPackets, PacketSink } from '../compare/contender.js';
import { type Bot, finalOf, getsPackets } from './bot.js';
import { allDone } from './bounded-wait.js';
import { RECORD_WORDS, writeRecord } from './inbound-record.js';
import { openEach, type Pool, type PoolLibrary } from './pool.js';
import { RunningPools } from './running-pools.js';
import type { ShardTask } from './shard-job.js';
import { type ShardPlan, shardPlanOf } from './shard-plan.js';

const OUTBOX_WORDS = 1 + OUTBOUND_BYTES / 4;

/** Sessions live as objects in threads of their own. A tick is one small message to each, answered when it is done; packets are in memory that both see. */
export async function openSharded(library: PoolLibrary, setup: ArmSetup, sink: PacketSink): Promise<Arm> {
  const { workload, sessions, workers } = setup;
  const plan = shardPlanOf(workload, sessions, workers);
  const mail = plan.ranks.map(({ length }) => mailOf(getsPackets(workload) ? length * RECORD_WORDS : 0));
  const running = await RunningPools.open(workers, async (threads) => {
    const pools = await openEach(library, threads, { ...setup, form: 'shard', threads });
    await Promise.all(pools.map((pool, shard) => give(pool, { kind: 'open', ranks: plan.ranks[shard], mail: mail[shard] })));
    return pools;
  });
  return new ShardedArm(setup, sink, running, plan, mail);
}

function mailOf(words: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(words * 4), 0, words);
}

class ShardedArm implements Arm {
  readonly #setup: ArmSetup;
  readonly #sink: PacketSink;
  readonly #running: RunningPools;
  readonly #plan: ShardPlan;
  /** Of each shard: packets to it before a tick, and from it after. */
  readonly #mail: readonly Int32Array[];
  /** In use before a tick. */
  readonly #words: number[];

  constructor(setup: ArmSetup, sink: PacketSink, running: RunningPools, plan: ShardPlan, mail: readonly Int32Array[]) {
    this.#setup = setup;
    this.#sink = sink;
    this.#running = running;
    this.#plan = plan;
    this.#mail = mail;
    this.#words = mail.map(() => 0);
  }

  async tick(t: number, inbound: InboundPackets | null): Promise<void> {
    this.#words.fill(0);
    if (inbound !== null) this.#sort(inbound);
    await allDone(this.#running.all.map((pool, shard) => this.#runShard(pool, shard, t)));
  }

  async #runShard(pool: Pool, shard: number, t: number): Promise<void> {
    const words = (await give(pool, { kind: 'tick', t, words: this.#words[shard] })) as number;
    const mail = this.#mail[shard];
    for (let at = 0; at < words; at += OUTBOX_WORDS) this.#sink.take(mail, at + 1);
  }

  /** Packets to the shards of their sessions. */
  #sort({ ranks, words, count }: InboundPackets): void {
    const { shardOf, positionOf } = this.#plan;
    for (let i = 0; i < count; i++) {
      const rank = ranks === null ? i : ranks[i];
      const shard = shardOf[rank];
      writeRecord(this.#mail[shard], this.#words[shard], positionOf[rank], words, i);
      this.#words[shard] += RECORD_WORDS;
    }
  }

  async sessions(): Promise<Iterable<FinalSession>> {
    const shards = (await Promise.all(this.#running.all.map((pool) => give(pool, { kind: 'collect' })))) as (readonly Bot[])[];
    const { shardOf, positionOf } = this.#plan;
    return Array.from({ length: this.#setup.sessions }, (_, rank) => finalOf(shards[shardOf[rank]][positionOf[rank]]));
  }

  close(): Promise<void> {
    return this.#running.close();
  }

  killThread(): Promise<void> {
    return this.#running.killThread();
  }
}

function give(pool: Pool, task: ShardTask): Promise<unknown> {
  return pool.run(task);
}
