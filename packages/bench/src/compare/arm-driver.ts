import { setTimeout as sleep } from 'node:timers/promises';
import { cpuUsSince } from '../harness/cpu-time.js';
import { type Inbound, inboundOf } from '../harness/inbound.js';
import type { ArmFinished, Idle, Opened, Round, Took, WarmUp } from './arm-protocol.js';
import type { Arm, ArmSetup, ComparedWorkload, Contender } from './contender.js';
import { Egress } from './egress.js';
import { readTwice } from './sessions-reading.js';
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
    this.#opened = {
      ms: openMs,
      canResize: arm.resize !== undefined,
      death: arm.killThread === undefined ? null : (arm.death ?? 'in a task'),
    };
  }

  /** Opens the arm. Rejects with what the contender throws, or why it has no such workload. */
  static async open(contender: Contender, setup: ArmSetup): Promise<ArmDriver> {
    const reason = contender.reasonAgainst(setup.workload, setup.arith);
    if (reason !== undefined) throw new RangeError(reason);
    const egress = new Egress(setup);
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

  /** Runs so many ticks, after others that are not timed. */
  async round(ticks: number, leadTicks = 0): Promise<Round> {
    await this.#run(new Float64Array(leadTicks));
    const ticksUs = new Float64Array(ticks);
    const cpuBefore = process.cpuUsage();
    await this.#run(ticksUs);
    return { ticksUs, cpuUs: cpuUsSince(cpuBefore) };
  }

  /**
   * What all ticks so far have come to, and one more, after which the sessions are read at once: of an arm whose ticks end before their work is done they are not yet
   * what they should be. Their checksum is computed by nothing of the contender's. Rejects if work was left to whoever reads them.
   */
  async finish(): Promise<ArmFinished> {
    const rssBytes = process.memoryUsage.rss();
    await this.#run(new Float64Array(1));
    const reading = await readTwice(this.#arm);
    const { packetsTaken, sum } = this.#egress;
    return { ...reading, ticks: this.#t, packetsTaken, egressSum: sum >>> 0, rssBytes };
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
    return { wallUs: (performance.now() - beganMs) * 1000, cpuUs: cpuUsSince(cpuBefore) };
  }

  async close(): Promise<Took> {
    const beganMs = performance.now();
    await this.#arm.close();
    return { ms: performance.now() - beganMs };
  }

  /**
   * Runs as many ticks as there is room for their times, µs. A tick's time begins before its packets are written and ends when it is over: all that was sent must then
   * have been added up, else this rejects.
   */
  async #run(ticksUs: Float64Array): Promise<void> {
    for (let tick = 0; tick < ticksUs.length; tick++) {
      const beganMs = performance.now();
      const ticking = this.#arm.tick(this.#t, this.#inbound(this.#t));
      if (ticking !== undefined) await ticking;
      ticksUs[tick] = (performance.now() - beganMs) * 1000;
      this.#egress.expectAll(this.#t);
      this.#t++;
    }
  }
}
