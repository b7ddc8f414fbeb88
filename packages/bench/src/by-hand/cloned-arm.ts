import { OUTBOUND_BYTES } from '../arithmetic/packets.js';
import { START_MS } from '../arithmetic/random.js';
import { isLookTick } from '../arithmetic/sleep.js';
import type { Arm, ArmSetup, FinalSession, InboundPackets, PacketSink } from '../compare/contender.js';
import { AwakeList } from './awake-list.js';
import { type Bot, finalOf, newBot } from './bot.js';
import { allDone } from './bounded-wait.js';
import { RECORD_WORDS, writeRecord } from './inbound-record.js';
import type { ObjectsAnswer, ObjectsTask } from './objects-job.js';
import type { PoolLibrary } from './pool.js';
import { RunningPools } from './running-pools.js';

/** Sessions a task. */
const BATCH = 64;
const OUTBOX_WORDS = 1 + OUTBOUND_BYTES / 4;
const NO_PACKET = -1;

/**
 * Sessions are objects of the host. In a tick each batch of them is a task: they are cloned to whichever thread takes it, updated there, cloned back, and put in
 * the place of those that were sent. Packets travel in the task and in its result.
 */
export async function openCloned(library: PoolLibrary, setup: ArmSetup, sink: PacketSink): Promise<Arm> {
  const running = await RunningPools.open(setup.workers, async (threads) => [
    await library.open(threads, { ...setup, form: 'objects', threads }),
  ]);
  return new ClonedArm(setup, sink, running);
}

class ClonedArm implements Arm {
  readonly #setup: ArmSetup;
  readonly #sink: PacketSink;
  readonly #running: RunningPools;
  readonly #bots: Bot[];
  readonly #awake: AwakeList;
  /** Which of the packets of this tick is for the session of a rank. */
  readonly #packetOf: Int32Array;

  constructor(setup: ArmSetup, sink: PacketSink, running: RunningPools) {
    const { workload, sessions } = setup;
    this.#setup = setup;
    this.#sink = sink;
    this.#running = running;
    this.#bots = Array.from({ length: sessions }, (_, rank) => newBot(workload, rank, sessions));
    this.#awake = new AwakeList(new Uint32Array(sessions));
    this.#packetOf = new Int32Array(sessions).fill(NO_PACKET);
  }

  async tick(t: number, inbound: InboundPackets | null): Promise<void> {
    const nowMs = START_MS + this.#setup.diffMs * (t + 1);
    const awake = this.#awake;
    if (inbound !== null) {
      for (let i = 0; i < inbound.count; i++) {
        const rank = inbound.ranks === null ? i : inbound.ranks[i];
        this.#packetOf[rank] = i;
        awake.receive(rank, nowMs);
      }
    }
    const batches: Promise<void>[] = [];
    for (let begin = 0; begin < awake.count; begin += BATCH) {
      batches.push(this.#runBatch(t, awake.indices.subarray(begin, Math.min(begin + BATCH, awake.count)), inbound));
    }
    await allDone(batches);
    if (this.#setup.workload === 'W8' && isLookTick(t)) awake.look(nowMs);
  }

  async #runBatch(t: number, ranks: Uint32Array, inbound: InboundPackets | null): Promise<void> {
    const sent: Bot[] = [];
    for (const rank of ranks) sent.push(this.#bots[rank]);
    const task: ObjectsTask = { t, bots: sent, inbox: inbound === null ? null : this.#inboxOf(ranks, inbound) };
    const { bots, outbox } = (await this.#running.only.run(task)) as ObjectsAnswer;
    for (let i = 0; i < ranks.length; i++) this.#bots[ranks[i]] = bots[i];
    if (outbox !== null) for (let at = 0; at < outbox.length; at += OUTBOX_WORDS) this.#sink.take(outbox, at + 1);
  }

  #inboxOf(ranks: Uint32Array, { words }: InboundPackets): Int32Array {
    const inbox = new Int32Array(ranks.length * RECORD_WORDS);
    let at = 0;
    for (let position = 0; position < ranks.length; position++) {
      const packet = this.#packetOf[ranks[position]];
      if (packet === NO_PACKET) continue;
      this.#packetOf[ranks[position]] = NO_PACKET;
      writeRecord(inbox, at, position, words, packet);
      at += RECORD_WORDS;
    }
    return at === inbox.length ? inbox : inbox.slice(0, at);
  }

  *sessions(): Generator<FinalSession> {
    for (const bot of this.#bots) yield finalOf(bot);
  }

  close(): Promise<void> {
    return this.#running.close();
  }

  /** New threads know as much as old ones, since they keep nothing. */
  resize(workers: number): Promise<void> {
    return this.#running.resize(workers);
  }

  killThread(): Promise<void> {
    return this.#running.killThread();
  }
}
