import { DormouseError, messageOf } from '../errors.js';
import {
  ACTIVITY_BYTES,
  BLOCK_CELL_BYTES,
  CHUNK_BYTES,
  HOT_BYTES,
  MAX_PARTICIPANTS,
  PACKET_WORDS,
  PAGE_BYTES,
  PARTICIPANT_WORDS,
  ROW_BITS,
  SlotState,
  type TableRegions,
  TRAFFIC_BYTES,
  tableRegions,
  wholePages,
} from '../layout/geometry.js';
import { PacketColumns } from './packet-batch.js';
import type { RingCells } from './ring-cells.js';

/** What another thread needs to attach the same table. */
export interface TableAttachment {
  readonly memory: WebAssembly.Memory;
  readonly ceiling: number;
}

/**
 * The session table: one shared WebAssembly memory, reserved at its full size at start. Reserving costs address
 * space only; a page becomes memory when it is first written.
 *
 * Who writes and who reads each word is written out in memory/README.md.
 */
export class SessionTable {
  readonly memory: WebAssembly.Memory;
  readonly ceiling: number;
  readonly regions: TableRegions;
  /** The whole memory as words: the index and the participants lie in it. */
  readonly words: Int32Array;
  /** The whole memory as doubles: simulated times lie in it. */
  readonly doubles: Float64Array;
  /** The whole memory as bytes: hot fields of small elements lie in it. */
  readonly bytes: Uint8Array;

  /** {@link SlotState} of each slot. Writer: the main thread, between ticks. */
  readonly slotStates: Uint8Array;
  /** Failed updates of the session in each slot, up to 255. Writer: the main thread, between ticks. */
  readonly faultCounts: Uint8Array;
  /** Two words a block: bit r of the pair is set while row r is active. Writer: the main thread, between ticks. */
  readonly activeMasks: Int32Array;
  /** Blocks with at least one active row, ascending; as many as the tick says. Writer: the main thread, between ticks. */
  readonly batchList: Int32Array;
  /** Slots that a kernel has listed. Writer and reader: the main thread, between ticks. */
  readonly slotList: Int32Array;
  /** Packets of a batch, see {@link PACKET_WORDS}: as many as there are slots. Writer and reader: the main thread, between ticks. */
  readonly packetList: Int32Array;
  /** The most packets that were ever listed there. */
  mostPackets = 0;
  /** Slots and accounts of those that have sent something, by account, or of a part of them. Writer and reader: the main thread, between ticks. */
  readonly senderSlots: Int32Array;
  readonly senderAccounts: Uint32Array;
  /** The most words that were ever written to each of the two. */
  mostSenders = 0;
  /** What senders have sent that is handed out together, packet i that of sender i. Writer and reader: the main thread, between ticks. */
  readonly sent: PacketColumns;
  /** The most packets that were ever there. */
  mostSent = 0;
  /** Payloads of a batch, or of a part of them. Writer and reader: the main thread, between ticks. */
  readonly payloadChunk: Uint8Array;
  /** The most bytes that ever were there. */
  mostPayloadBytes = 0;
  /** Cells of all rings: each is its ring's, and whose that is is written out in memory/README.md. */
  readonly inboundCells: RingCells;
  readonly outboundCells: RingCells;
  /** One byte a block: set by the participant whose session sends, cleared by the main thread at egress. */
  readonly outboundFlags: Uint8Array;
  /** The same for what sessions put into their outboxes. */
  readonly outboxFlags: Uint8Array;

  private constructor(memory: WebAssembly.Memory, ceiling: number) {
    const regions = tableRegions(ceiling);
    const buffer = memory.buffer;
    this.memory = memory;
    this.ceiling = ceiling;
    this.regions = regions;
    this.words = new Int32Array(buffer, 0, regions.totalBytes / 4);
    this.doubles = new Float64Array(buffer, 0, regions.totalBytes / 8);
    this.bytes = new Uint8Array(buffer, 0, regions.totalBytes);
    this.slotStates = new Uint8Array(buffer, regions.slotStates, regions.slotCount);
    this.faultCounts = new Uint8Array(buffer, regions.faultCounts, regions.slotCount);
    this.activeMasks = new Int32Array(buffer, regions.activeMasks, regions.blockCount * 2);
    this.batchList = new Int32Array(buffer, regions.batchList, regions.blockCount);
    this.slotList = new Int32Array(buffer, regions.slotList, regions.slotCount);
    this.senderSlots = new Int32Array(buffer, regions.senderSlots, regions.senderCapacity);
    this.senderAccounts = new Uint32Array(buffer, regions.senderAccounts, regions.senderCapacity);
    this.sent = new PacketColumns(
      this.senderAccounts,
      new Uint16Array(buffer, regions.sentOpcodes, regions.senderCapacity),
      new Uint16Array(buffer, regions.sentLengths, regions.senderCapacity),
      new Int32Array(buffer, regions.sentStarts, regions.senderCapacity),
    );
    this.packetList = new Int32Array(buffer, regions.packetList, regions.slotCount * PACKET_WORDS);
    this.payloadChunk = new Uint8Array(buffer, regions.payloadChunk, CHUNK_BYTES);
    this.inboundCells = cellsOf(buffer, regions.inboundCells, regions.blockCount);
    this.outboundCells = cellsOf(buffer, regions.outboundCells, regions.blockCount);
    this.outboundFlags = new Uint8Array(buffer, regions.outboundFlags, regions.blockCount);
    this.outboxFlags = new Uint8Array(buffer, regions.outboxFlags, regions.blockCount);
  }

  /** Reserves a table for up to `ceiling` sessions. Throws `ERR_START_FAILED` when the address space is not to be had. */
  static reserve(ceiling: number): SessionTable {
    const pages = tableRegions(ceiling).totalBytes / 65_536;
    let memory: WebAssembly.Memory;
    try {
      memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    } catch (cause) {
      throw new DormouseError(
        'ERR_START_FAILED',
        `no address space for a table of ${ceiling} sessions (${pages / 16} MiB): ${messageOf(cause)}; lower sessionCeiling`,
        { cause },
      );
    }
    return new SessionTable(memory, ceiling);
  }

  static attach(attachment: TableAttachment): SessionTable {
    return new SessionTable(attachment.memory, attachment.ceiling);
  }

  get attachment(): TableAttachment {
    return { memory: this.memory, ceiling: this.ceiling };
  }

  /** Byte offset of a block's page. */
  pageOffset(blockIndex: number): number {
    return this.regions.pages + blockIndex * PAGE_BYTES;
  }

  /** Byte offset of a block's counters. */
  trafficOffset(blockIndex: number): number {
    return this.regions.traffic + blockIndex * TRAFFIC_BYTES;
  }

  /** Index of the first of a block's times of last activity among {@link doubles}. */
  firstActivity(blockIndex: number): number {
    return (this.regions.activity + blockIndex * ACTIVITY_BYTES) / 8;
  }

  /** Byte offset of a block's hot fields. */
  hotOffset(blockIndex: number): number {
    return this.regions.hot + blockIndex * HOT_BYTES;
  }

  /** The words of one participant, on a cache line of their own. */
  participantWords(participant: number): Int32Array {
    if (participant < 0 || participant >= MAX_PARTICIPANTS) {
      throw new DormouseError('ERR_INVALID_ARGUMENT', `participant must be 0…${MAX_PARTICIPANTS - 1}: got ${participant}`);
    }
    const offset = this.regions.participants + participant * PARTICIPANT_WORDS * 4;
    return new Int32Array(this.memory.buffer, offset, PARTICIPANT_WORDS);
  }

  /** Sets what a slot holds, and whether its row is updated. Main thread, between ticks. */
  setSlotState(slot: number, state: SlotState): void {
    const word = slot >> 5;
    const bit = 1 << (slot & 31);
    this.slotStates[slot] = state;
    this.activeMasks[word] = state === SlotState.active ? this.activeMasks[word] | bit : this.activeMasks[word] & ~bit;
  }

  /** True when the block has a row to update. */
  hasActiveRows(blockIndex: number): boolean {
    return (this.activeMasks[blockIndex * 2] | this.activeMasks[blockIndex * 2 + 1]) !== 0;
  }

  /** Bytes of the table that hold something, given the highest block ever used: what it adds to the resident set. */
  touchedBytes(blocksUsed: number, hotBlocksUsed: number): number {
    const rows = blocksUsed << ROW_BITS;
    const columns = [PAGE_BYTES, TRAFFIC_BYTES, ACTIVITY_BYTES].map((bytes) => blocksUsed * bytes);
    const dense = [blocksUsed * 4, blocksUsed * 8, blocksUsed, rows, rows, ...columns, hotBlocksUsed * HOT_BYTES];
    const lists = [this.mostPackets * PACKET_WORDS * 4, this.mostSenders * 4, this.mostSenders * 4, this.mostPayloadBytes];
    const sent = [this.mostSent * 4, this.mostSent * 2, this.mostSent * 2];
    return [...dense, ...lists, ...sent].reduce((sum, bytes) => sum + wholePages(bytes), 0);
  }
}

function cellsOf(buffer: ArrayBufferLike, offset: number, blockCount: number): RingCells {
  const bytes = blockCount * BLOCK_CELL_BYTES;
  return {
    words: new Int32Array(buffer, offset, bytes / 4),
    floats: new Float32Array(buffer, offset, bytes / 4),
    bytes: new Uint8Array(buffer, offset, bytes),
  };
}
