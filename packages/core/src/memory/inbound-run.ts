import { ROWS } from '../layout/geometry.js';
import type { SessionTable } from './session-table.js';

const NO_PAYLOADS = new Uint8Array(0);

/**
 * Words that the list has of each packet: where its session was last (−1: nowhere), the incarnation that must be there, and the first word of its record.
 * A power of two.
 */
export const PACKET_WORDS = 4;
/** Of a batch whose packets differ in opcode or length. No record has it: its payload would be too long. */
export const NO_HEADER = -1;

/** One packet for each session of a list, of which `HostRings.pushRun` puts a part into rings. Used for batch after batch; grows with them. */
export class InboundRun {
  count = 0;
  /** One array, since each that a loop touches costs it as much as three more accesses to one. */
  packets = new Int32Array(ROWS * PACKET_WORDS);
  /** First word of every record, or `NO_HEADER`: then it stands in the list. */
  header = NO_HEADER;
  /** The payloads, one behind the other. */
  payloads: Uint8Array = NO_PAYLOADS;
  readonly table: SessionTable;
  nowMs = 0;
  /** Number of the packet whose turn it is, and the first byte of its payload. */
  next = 0;
  start = 0;

  constructor(table: SessionTable) {
    this.table = table;
  }

  /** Begins a list of `count` packets, each of `opcode` and `payloadBytes`, or each with its own. Whom they are for is yet to be noted. */
  begin(
    count: number,
    opcode: number | ArrayLike<number>,
    payloads: Uint8Array,
    payloadBytes: number | ArrayLike<number>,
    nowMs: number,
  ): void {
    if (count * PACKET_WORDS > this.packets.length) this.#grow(count * PACKET_WORDS);
    this.count = count;
    this.payloads = payloads;
    this.nowMs = nowMs;
    this.next = 0;
    this.start = 0;
    if (typeof opcode === 'number' && typeof payloadBytes === 'number') {
      this.header = opcode | (payloadBytes << 16);
      return;
    }
    this.header = NO_HEADER;
    for (let i = 0; i < count; i++) {
      const length = typeof payloadBytes === 'number' ? payloadBytes : payloadBytes[i];
      this.packets[i * PACKET_WORDS + 2] = (typeof opcode === 'number' ? opcode : opcode[i]) | (length << 16);
    }
  }

  /** Record's first word of the packet whose turn it is. */
  get nextHeader(): number {
    return this.header === NO_HEADER ? this.packets[this.next * PACKET_WORDS + 2] : this.header;
  }

  /** Where its session was last. */
  get nextSlot(): number {
    return this.packets[this.next * PACKET_WORDS];
  }

  /** Lets go of the payloads. */
  end(): void {
    this.payloads = NO_PAYLOADS;
  }

  #grow(words: number): void {
    let capacity = this.packets.length;
    while (capacity < words) capacity *= 2;
    this.packets = new Int32Array(capacity);
  }
}
