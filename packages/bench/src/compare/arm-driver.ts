import { setTimeout as sleep } from 'node:timers/promises';
import { checksumOf } from '../harness/checksum.js';
import { type Inbound, inboundOf } from '../harness/inbound.js';
import type { Finished, Idle, Opened, Round, Took, WarmUp } from './arm-protocol.js';
import type { Arm, ArmSetup, ComparedWorkload, Contender, FinalSession, PacketSink } from './contender.js';
import { loseThread, type ThreadLoss } from './thread-loss.js';
import { typicalUs } from './typical-tick.js';

/** Drives one arm of one contender, in the arm's own process: writes what comes in, times ticks, counts what goes out, reads what came of it. */
export class ArmDriver {
  readonly #arm: Arm;
  readonly #workload: ComparedWorkload;
  readonly #inbound: Inbound;
  readonly #egress: Egress;
  readonly #opened: Opened;
  #t = 0;

  private constructor(arm: Arm, workload: ComparedWorkload, inbound: Inbound, egress: Egress, openMs: number) {
    this.#arm = arm;
    this.#workload = workload;
    this.#inbound = inbound;
    this.#egress = egress;
    this.#opened = { ms: openMs, canResize: arm.resize !== undefined, canKillThread: arm.killThread !== undefined };
  }

  /** Opens the arm. Rejects with what the contender throws, or why it has no such workload. */
  static async open(contender: Contender, setup: ArmSetup): Promise<ArmDriver> {
    const reason = contender.reasonAgainst(setup.workload, setup.arith);
    if (reason !== undefined) throw new RangeError(reason);
    const egress = new Egress();
    const beganMs = performance.now();
    const arm = await contender.open(setup, egress);
    return new ArmDriver(arm, setup.workload, inboundOf(setup.workload, setup.sessions), egress, performance.now() - beganMs);
  }

  get opened(): Opened {
    return this.#opened;
  }

  /** Runs ticks until so much time has passed, at least and at most so many. */
  async warmUp(forMs: number, leastTicks: number, mostTicks: number): Promise<WarmUp> {
    const ticksUs: number[] = [];
    const endMs = performance.now() + forMs;
    while (ticksUs.length < mostTicks && (ticksUs.length < leastTicks || performance.now() < endMs)) {
      ticksUs.push((await this.round(1)).ticksUs[0]);
    }
    return { ticks: ticksUs.length, typicalUs: typicalUs(ticksUs.slice(ticksUs.length >> 1), this.#workload) };
  }

  /** Runs so many ticks. A tick's time begins before its packets are written and ends when it is over: all that was sent has then been added up. */
  async round(ticks: number): Promise<Round> {
    const ticksUs = new Float64Array(ticks);
    const cpuBefore = process.cpuUsage();
    for (let tick = 0; tick < ticks; tick++) {
      const beganMs = performance.now();
      const ticking = this.#arm.tick(this.#t, this.#inbound(this.#t));
      if (ticking !== undefined) await ticking;
      ticksUs[tick] = (performance.now() - beganMs) * 1000;
      this.#t++;
    }
    return { ticksUs, cpuUs: cpuSince(cpuBefore) };
  }

  /** What all ticks so far have come to. The sessions are read, and their checksum is computed, by nothing of the contender's. */
  async finish(): Promise<Finished> {
    const rssBytes = process.memoryUsage.rss();
    const counted = new Counted();
    const checksum = checksumOf(counted.all(await this.#arm.sessions()));
    const { updates, packetsIn, packetsOut } = counted;
    const { packetsTaken, sum } = this.#egress;
    return { ticks: this.#t, updates, packetsIn, packetsOut, packetsTaken, checksum, egressSum: sum >>> 0, rssBytes };
  }

  /** Goes on with another number of threads: until the next tick has ended on them. */
  async resize(workers: number): Promise<Took> {
    const beganMs = performance.now();
    await this.#arm.resize?.(workers);
    await this.round(1);
    return { ms: performance.now() - beganMs };
  }

  /** Ends one of its threads. The arm is of no further use. */
  loseThread(boundMs: number): Promise<ThreadLoss> {
    return loseThread(this.#arm, this.#t, boundMs);
  }

  /** Leaves the arm alone for a while. */
  async idle(forMs: number): Promise<Idle> {
    const cpuBefore = process.cpuUsage();
    const beganMs = performance.now();
    await sleep(forMs);
    return { wallUs: (performance.now() - beganMs) * 1000, cpuUs: cpuSince(cpuBefore) };
  }

  async close(): Promise<Took> {
    const beganMs = performance.now();
    await this.#arm.close();
    return { ms: performance.now() - beganMs };
  }
}

/** Where an arm hands over what its sessions sent. */
class Egress implements PacketSink {
  packetsTaken = 0;
  /** i32, mod 2^32. */
  sum = 0;

  take(words: Int32Array | Uint32Array, start: number): void {
    this.packetsTaken++;
    this.sum = (this.sum + words[start] + words[start + 1] + words[start + 2] + words[start + 3]) | 0;
  }
}

/** Counts what sessions have done while they go by. */
class Counted {
  updates = 0;
  packetsIn = 0;
  packetsOut = 0;

  *all(sessions: Iterable<FinalSession>): Generator<FinalSession> {
    for (const session of sessions) {
      this.updates += session.updateCount;
      this.packetsIn += session.packetsIn;
      this.packetsOut += session.packetsOut;
      yield session;
    }
  }
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
