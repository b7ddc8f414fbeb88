import type { ArmSetup, PacketSink } from './contender.js';

/** Where an arm hands over what its sessions sent. */
export class Egress implements PacketSink {
  packetsTaken = 0;
  /** i32, mod 2^32. */
  sum = 0;
  readonly #packetsPerTick: number;

  constructor({ workload, sessions }: Pick<ArmSetup, 'workload' | 'sessions'>) {
    this.#packetsPerTick = workload === 'W2' ? sessions : 0;
  }

  take(words: Int32Array | Uint32Array, start: number): void {
    this.packetsTaken++;
    this.sum = (this.sum + words[start] + words[start + 1] + words[start + 2] + words[start + 3]) | 0;
  }

  /** Throws unless all that was sent up to tick t, and nothing else, has been handed over. */
  expectAll(t: number): void {
    const expected = this.#packetsPerTick * (t + 1);
    if (this.packetsTaken === expected) return;
    throw new Error(`${this.packetsTaken} packets handed over instead of ${expected} when tick ${t} was over`);
  }
}
