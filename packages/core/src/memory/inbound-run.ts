import { PACKET_WORDS, ROWS } from '../layout/geometry.js';
import type { SessionTable } from './session-table.js';

const NO_PAYLOADS = new Uint8Array(0);

/** Of a batch whose packets differ in opcode or length. No record has it: its payload would be too long. */
export const NO_HEADER = -1;

/** One packet for each session of a list, of which `HostRings.pushRun` puts a part into rings. Used for batch after batch. */
export class InboundRun {
  count = 0;
  /** {@link PACKET_WORDS} of each: one array, since each that a loop touches costs it as much as three more accesses to one. */
  packets: Int32Array;
  /** First word of every record, or `NO_HEADER`: then it stands in the list. */
  header = NO_HEADER;
  /** The payloads, one behind the other. */
  payloads: Uint8Array = NO_PAYLOADS;
  readonly table: SessionTable;
  nowMs = 0;
  /** Number of the packet whose turn it is, and the first byte of its payload. */
  next = 0;
  start = 0;
  /** Where the payload of the last packet ends. */
  bytes = 0;
  /** Of the payloads, the bytes that are in the table's `payloadChunk`. */
  chunkStart = 0;
  chunkEnd = 0;
  readonly #ownsList: boolean;
  /** For batches that the table's list is too short for, or another run's. */
  #private = new Int32Array(0);

  /** `ownsList`: it may use the table's list of packets, which kernels reach; one run at a time may. */
  constructor(table: SessionTable, ownsList: boolean) {
    this.table = table;
    this.#ownsList = ownsList;
    this.packets = table.packetList;
  }

  /** True while the packets stand in the table's list. */
  get isInTable(): boolean {
    return this.packets === this.table.packetList;
  }

  /** Begins a list of `count` packets, each of `opcode` and `payloadBytes`, or each with its own. Whom they are for is yet to be noted. */
  begin(
    count: number,
    opcode: number | ArrayLike<number>,
    payloads: Uint8Array,
    payloadBytes: number | ArrayLike<number>,
    nowMs: number,
  ): void {
    this.packets = this.#listFor(count);
    this.count = count;
    this.payloads = payloads;
    this.nowMs = nowMs;
    this.next = 0;
    this.start = 0;
    this.chunkStart = 0;
    this.chunkEnd = 0;
    if (typeof opcode === 'number' && typeof payloadBytes === 'number') {
      this.header = opcode | (payloadBytes << 16);
      this.bytes = count * payloadBytes;
      return;
    }
    this.header = NO_HEADER;
    this.bytes = 0;
    for (let i = 0; i < count; i++) {
      const length = typeof payloadBytes === 'number' ? payloadBytes : payloadBytes[i];
      this.bytes += length;
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

  /** Goes on behind so many packets. */
  skip(count: number): void {
    const end = this.next + count;
    if (this.header === NO_HEADER) for (let i = this.next; i < end; i++) this.start += this.packets[i * PACKET_WORDS + 2] >>> 16;
    else this.start += count * (this.header >>> 16);
    this.next = end;
  }

  /** Lets go of the payloads. */
  end(): void {
    this.payloads = NO_PAYLOADS;
  }

  #listFor(count: number): Int32Array {
    const { table } = this;
    const words = count * PACKET_WORDS;
    if (this.#ownsList && words <= table.packetList.length) {
      table.mostPackets = Math.max(table.mostPackets, count);
      return table.packetList;
    }
    let capacity = Math.max(this.#private.length, ROWS * PACKET_WORDS);
    while (capacity < words) capacity *= 2;
    if (capacity > this.#private.length) this.#private = new Int32Array(capacity);
    return this.#private;
  }
}

/** The pass over the table that puts packets into cells: see `ColumnKernels.fillCells`. */
export interface CellFiller {
  fillCells?(run: InboundRun, start: number, end: number): number;
}

/** The pass over the table that finds places for packets: see `ColumnKernels.placeInbound`. */
export interface InboundPlacer {
  placeInbound(run: InboundRun, blockIndex: number): number;
}
