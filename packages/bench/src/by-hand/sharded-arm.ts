import { OUTBOUND_BYTES } from '../arithmetic/packets.js';
import type { Arm, ArmSetup, FinalSession, InboundPackets, PacketSink } from '../compare/contender.js';
import { type Bot, finalOf, getsPackets } from './bot.js';
import { RECORD_WORDS, writeRecord } from './inbound-record.js';
import { openEach, type Pool, type PoolLibrary } from './pool.js';
import { RunningPools } from './running-pools.js';
import type { ShardAnswer, ShardTask } from './shard-job.js';

const OUTBOX_WORDS = 1 + OUTBOUND_BYTES / 4;

/** Sessions live as objects in threads of their own, by rank modulo the number of threads. A tick is one message to each, answered when it is done. */
export async function openSharded(library: PoolLibrary, setup: ArmSetup, sink: PacketSink): Promise<Arm> {
  const { workers } = setup;
  const running = await RunningPools.open(async () => {
    const pools = await openEach(library, workers, { ...setup, form: 'shard', threads: workers });
    await Promise.all(pools.map((pool, shard) => give(pool, { kind: 'open', shard })));
    return pools;
  });
  return new ShardedArm(setup, sink, running);
}

class ShardedArm implements Arm {
  readonly #setup: ArmSetup;
  readonly #sink: PacketSink;
  readonly #running: RunningPools;
  /** One piece of memory for each shard, which goes there with packets and comes back with packets. */
  readonly #mail: Int32Array<ArrayBuffer>[];
  /** In use. */
  readonly #words: number[];

  constructor(setup: ArmSetup, sink: PacketSink, running: RunningPools) {
    const { workload, sessions, workers } = setup;
    this.#setup = setup;
    this.#sink = sink;
    this.#running = running;
    const room = getsPackets(workload) ? Math.ceil(sessions / workers) * RECORD_WORDS : 0;
    this.#mail = Array.from({ length: workers }, () => new Int32Array(room));
    this.#words = Array.from({ length: workers }, () => 0);
  }

  async tick(t: number, inbound: InboundPackets | null): Promise<void> {
    if (inbound !== null) this.#sort(inbound);
    await Promise.all(this.#running.pools.map((pool, shard) => this.#runShard(pool, shard, t, inbound !== null)));
  }

  async #runShard(pool: Pool, shard: number, t: number, hasMail: boolean): Promise<void> {
    if (!hasMail) {
      await give(pool, { kind: 'tick', t, mail: null, words: 0 });
      return;
    }
    const mail = this.#mail[shard];
    const answer = (await give(pool, { kind: 'tick', t, mail, words: this.#words[shard] }, [mail.buffer])) as ShardAnswer;
    this.#mail[shard] = answer.mail;
    for (let at = 0; at < answer.words; at += OUTBOX_WORDS) this.#sink.take(answer.mail, at + 1);
  }

  /** Packets to the shards of their sessions. */
  #sort({ ranks, words, count }: InboundPackets): void {
    const shards = this.#mail.length;
    this.#words.fill(0);
    for (let i = 0; i < count; i++) {
      const rank = ranks === null ? i : ranks[i];
      const shard = rank % shards;
      writeRecord(this.#mail[shard], this.#words[shard], (rank - shard) / shards, words, i);
      this.#words[shard] += RECORD_WORDS;
    }
  }

  async sessions(): Promise<Iterable<FinalSession>> {
    const shards = (await Promise.all(this.#running.pools.map((pool) => give(pool, { kind: 'collect' })))) as (readonly Bot[])[];
    return Array.from({ length: this.#setup.sessions }, (_, rank) =>
      finalOf(shards[rank % shards.length][Math.floor(rank / shards.length)]),
    );
  }

  close(): Promise<void> {
    return this.#running.close();
  }

  killThread(): Promise<void> {
    return this.#running.killThread();
  }
}

function give(pool: Pool, task: ShardTask, transfer?: readonly ArrayBuffer[]): Promise<unknown> {
  return pool.run(task, transfer);
}
