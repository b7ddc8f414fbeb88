import type { AnyBehavior, SessionHandle, SessionManager } from '@dormouse/core';
import { INBOUND_BYTES, INBOUND_OPCODE } from '../arithmetic/packets.js';
import type { Inbound } from './inbound.js';

/** Some sessions, and their payloads side by side. */
interface Receivers {
  readonly handles: readonly SessionHandle[];
  readonly payloads: Uint8Array;
}

/** Pushes the packets of a workload to sessions of a manager. */
export class PacketDriver {
  readonly #manager: SessionManager<AnyBehavior>;
  readonly #handles: readonly SessionHandle[];
  readonly #inbound: Inbound;
  /** By the payloads' memory, which goes with the same receivers each time. */
  readonly #receivers = new Map<Int32Array, Receivers>();

  constructor(manager: SessionManager<AnyBehavior>, handles: readonly SessionHandle[], inbound: Inbound) {
    this.#manager = manager;
    this.#handles = handles;
    this.#inbound = inbound;
  }

  /** Those of tick t; gives the ranks that get one, null: all or none of them. */
  push(t: number): Uint32Array | null {
    const packets = this.#inbound(t);
    if (packets === null) return null;
    const { ranks, words } = packets;
    let receivers = this.#receivers.get(words);
    if (receivers === undefined) {
      const handles = ranks === null ? this.#handles : Array.from(ranks, (rank) => this.#handles[rank]);
      receivers = { handles, payloads: new Uint8Array(words.buffer, words.byteOffset, words.byteLength) };
      this.#receivers.set(words, receivers);
    }
    this.#manager.pushBatch(receivers.handles, INBOUND_OPCODE, receivers.payloads, INBOUND_BYTES);
    return ranks;
  }
}
