import { DormouseError, requireInteger } from '../errors.js';
import {
  CELL_WORDS,
  Column,
  IN_CELL,
  MOST_CELL_PAYLOAD,
  maxPayloadBytes,
  NEAR_WORDS,
  PAD_HEADER,
  PAGE_WORDS,
  ROWS,
  recordWords,
  Traffic,
} from '../layout/geometry.js';
import type { Block } from '../memory/block.js';
import { type Packet, PacketView, type PacketWriter, PacketWriterView } from '../memory/packet-view.js';
import { PayloadCopier } from '../memory/payload-copier.js';
import { leaveCell } from '../memory/ring-cells.js';
import { claimRecord, lastRecordAt, releaseRecord, skipPads } from '../memory/ring-cursors.js';
import type { Session } from '../session-api.js';
import type { RuntimeServices } from './services.js';
import { SessionServices } from './session-services.js';
import type { StateView } from './state-view.js';

// Read from a constant of the module rather than an object's property: fewer bytes of bytecode, see scalar-accessors.ts.
const { account: ACCOUNT, inbound: INBOUND, outbound: OUTBOUND, updateBias: UPDATE_BIAS } = Column;

/** Of 64: to move a packet out of a cell takes longer than a cell saves. */
const FEW_LEFT = 8;
const NOWHERE = -1;
const NO_WORDS = new Int32Array(0);
// Likewise.
const INTO_CELL = IN_CELL;
const WORDS_A_CELL = CELL_WORDS;
const NO_PAYLOAD = new Uint8Array(0);

/**
 * The page of a session view that is attached to nothing. Its ring cursors lead both `receive` and `claim` off their fast paths,
 * to where the mistake is reported: the fast paths need no check of their own.
 */
const PARKED_PAGE = new Int32Array(PAGE_WORDS);
PARKED_PAGE.fill(NEAR_WORDS << 16, INBOUND, INBOUND + ROWS);
PARKED_PAGE.fill(NEAR_WORDS, OUTBOUND, OUTBOUND + ROWS);

/** One session at a time: a row of the block it is attached to. See {@link Session} for what its members promise. */
export class SessionView extends SessionServices implements Session {
  readonly state: never;
  readonly $state: StateView;
  $page: Int32Array = PARKED_PAGE;
  $words: Int32Array = NO_WORDS;
  $capacity = 0;
  $inboundNear = 0;
  $inboundFar = 0;
  $outboundNear = 0;
  $outboundFar = 0;
  /** Word of row 0's cell. */
  $firstCell = 0;
  /** Longest payload that goes into a cell; none does once more than a few sessions of the block have sent several packets: then those to come will as well. */
  $mostInCell = MOST_CELL_PAYLOAD;
  $cellsLeft = 0;
  /** Set when a session of the block sends: at egress the host looks into such blocks only. */
  $sent = false;
  /** The row that claimed last, if nothing was sent since, and its outbound cursors before: what a throw takes back. */
  $claimedRow = NOWHERE;
  $claimedBefore = 0;
  readonly $packet = new PacketView();
  readonly $writer = new PacketWriterView();
  /** The same for records in cells. */
  readonly $cellPacket = new PacketView();
  readonly $cellWriter = new PacketWriterView();
  readonly $copier = new PayloadCopier();

  constructor(state: StateView, services: RuntimeServices) {
    super(services);
    this.$state = state;
    this.state = state as never;
    Object.preventExtensions(this);
  }

  get accountId(): number {
    return this.$page[(ACCOUNT + this.$row) | 0] >>> 0;
  }

  get mapId(): number {
    return this.$page[(Column.map + this.$row) | 0] >>> 0;
  }

  get groupId(): number {
    return this.$page[(Column.group + this.$row) | 0] >>> 0;
  }

  get updateCount(): number {
    return (this.tick.number - this.$page[(UPDATE_BIAS + this.$row) | 0]) | 0;
  }

  receive(): Packet | null {
    const page = this.$page;
    const row = this.$row;
    const cursor = INBOUND + row;
    const cursors = page[cursor];
    if (cursors === 0) return null;
    if (cursors !== INTO_CELL) return this.$receiveFromRing(page, row, cursors);
    page[cursor] = 0;
    const packet = this.$cellPacket;
    const cell = this.$firstCell + row * WORDS_A_CELL;
    packet.start = cell + 1;
    packet.header = packet.words[cell];
    return packet;
  }

  send(opcode: number, payload: Uint8Array = NO_PAYLOAD): boolean {
    const payloadBytes = payload.length;
    const writer = this.claim(opcode, payloadBytes);
    if (writer === null) return false;
    try {
      this.$copier.copy(writer.words, writer.start, payload, 0, payloadBytes);
    } catch (error) {
      // It is no Uint8Array. The behaviour may go on.
      this.$withdrawClaim(this.$row, this.$row + 1);
      throw error;
    }
    this.$claimedRow = NOWHERE;
    return true;
  }

  claim(opcode: number, payloadBytes: number): PacketWriter | null {
    const page = this.$page;
    const row = this.$row;
    const cursor = OUTBOUND + row;
    // Only the first packet, and a short one, goes into the cell; everything odd, bad arguments too, goes the other way.
    if (page[cursor] !== 0 || payloadBytes > this.$mostInCell || (payloadBytes & 0xff) !== payloadBytes || (opcode & 0xffff) !== opcode) {
      return this.$claimInRing(opcode, payloadBytes);
    }
    const writer = this.$cellWriter;
    const { words } = writer;
    const cell = this.$firstCell + row * WORDS_A_CELL;
    // The last word may be padded, and may be the header.
    words[cell + ((payloadBytes + 3) >> 2)] = 0;
    words[cell] = opcode | (payloadBytes << 16);
    page[cursor] = INTO_CELL;
    this.$sent = true;
    this.$claimedRow = row;
    this.$claimedBefore = 0;
    writer.start = cell + 1;
    writer.length = payloadBytes;
    return writer;
  }

  /** Points at a block; rows are set one by one. */
  $attach(block: Block): void {
    const { rings } = block;
    const words = block.cold.i32;
    const floats = block.cold.f32;
    this.$state.$attach(block);
    this.$block = block;
    this.$page = block.page;
    this.$words = words;
    this.$capacity = rings.capacity;
    this.$inboundNear = rings.inboundNear;
    this.$inboundFar = rings.inboundFar;
    this.$outboundNear = rings.outboundNear;
    this.$outboundFar = rings.outboundFar;
    this.$packet.attach(words, floats);
    this.$writer.attach(words, floats);
    const { inboundCells, outboundCells } = block;
    this.$firstCell = block.firstSlot * CELL_WORDS;
    this.$mostInCell = MOST_CELL_PAYLOAD;
    this.$cellsLeft = 0;
    this.$cellPacket.attach(inboundCells.words, inboundCells.floats);
    this.$cellWriter.attach(outboundCells.words, outboundCells.floats);
    this.$sent = false;
    this.$claimedRow = NOWHERE;
  }

  /** Points at nothing, so that what a behaviour kept of it is found out. */
  $park(): void {
    this.$state.$park();
    this.$peers.$park();
    this.$block = undefined;
    this.$page = PARKED_PAGE;
    this.$words = NO_WORDS;
    this.$packet.detach();
    this.$writer.detach();
    this.$cellPacket.detach();
    this.$cellWriter.detach();
    this.$mail.park();
    this.$row = 0;
  }

  /** An update of rows `begin … end − 1` threw: takes back the packet that one of them had claimed and perhaps not finished. */
  $withdrawClaim(begin: number, end: number): void {
    const row = this.$claimedRow;
    if (row < begin || row >= end) return;
    this.$page[OUTBOUND + row] = this.$claimedBefore;
    this.$claimedRow = NOWHERE;
  }

  $receiveFromRing(page: Int32Array, row: number, cursors: number): Packet {
    const words = this.$words;
    const tail = cursors >>> 16;
    if (tail >= NEAR_WORDS) return this.$receiveFar();
    const at = this.$inboundNear + (row << 6) + tail;
    const header = words[at];
    if (header === PAD_HEADER) return this.$receiveFar();
    const after = (cursors + ((((header >>> 16) + 7) >> 2) << 16)) | 0;
    page[INBOUND + row] = after >>> 16 === (after & 0xffff) ? 0 : after;
    const packet = this.$packet;
    packet.start = at + 1;
    packet.header = header;
    return packet;
  }

  $receiveFar(): Packet {
    this.$attached();
    const { $page: page, $row: row, $words: words, $capacity: capacity } = this;
    const near = this.$inboundNear + row * NEAR_WORDS;
    const far = this.$inboundFar + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
    const cursors = skipPads(words, near, far, capacity, page[INBOUND + row]);
    const position = (cursors >>> 16) & (capacity - 1);
    const at = (position < NEAR_WORDS ? near : far) + position;
    const header = words[at];
    const packet = this.$packet;
    packet.start = at + 1;
    packet.header = header;
    page[INBOUND + row] = releaseRecord(cursors, recordWords(header >>> 16));
    return packet;
  }

  $claimInRing(opcode: number, payloadBytes: number): PacketWriter | null {
    const { $page: page, $row: row } = this;
    const cursor = OUTBOUND + row;
    const before = page[cursor];
    const after = before + ((payloadBytes + 7) >> 2);
    // While the tail is at 0 and the record ends in the near part.
    if (after >>> 0 > NEAR_WORDS || (payloadBytes & 0xff) !== payloadBytes || (opcode & 0xffff) !== opcode) {
      return this.$claimFar(opcode, payloadBytes);
    }
    const words = this.$words;
    const near = this.$outboundNear + (row << 6);
    words[near + after - 1] = 0;
    words[near + before] = opcode | (payloadBytes << 16);
    page[cursor] = after;
    this.$sent = true;
    this.$claimedRow = row;
    this.$claimedBefore = before;
    const writer = this.$writer;
    writer.start = near + before + 1;
    writer.length = payloadBytes;
    return writer;
  }

  $claimFar(opcode: number, payloadBytes: number): PacketWriterView | null {
    this.$attached();
    const { $page: page, $row: row, $words: words, $capacity: capacity } = this;
    requireInteger('opcode', opcode, 0, 0xffff);
    requireInteger('payload bytes', payloadBytes, 0, 0xffff_ffff);
    const most = maxPayloadBytes(capacity * 4);
    if (payloadBytes > most) {
      throw new DormouseError(
        'ERR_PACKET_TOO_LARGE',
        `a payload must be 0…${most} bytes with ringBytes ${capacity * 4}: got ${payloadBytes} (opcode ${opcode})`,
      );
    }
    const near = this.$outboundNear + row * NEAR_WORDS;
    const far = this.$outboundFar + row * (capacity - NEAR_WORDS) - NEAR_WORDS;
    const need = recordWords(payloadBytes);
    let before = page[OUTBOUND + row];
    if (before === IN_CELL) {
      const { outboundCells, firstSlot } = this.$block as Block;
      before = leaveCell(outboundCells, firstSlot + row, words, near);
      page[OUTBOUND + row] = before;
      if (++this.$cellsLeft > FEW_LEFT) this.$mostInCell = -1;
    }
    const after = claimRecord(words, near, far, capacity, before, need);
    if (after === 0) {
      (this.$block as Block).traffic[Traffic.dropped + row]++;
      return null;
    }
    const at = lastRecordAt(after, need, near, far, capacity);
    words[at + need - 1] = 0;
    words[at] = opcode | (payloadBytes << 16);
    page[OUTBOUND + row] = after;
    this.$sent = true;
    this.$claimedRow = row;
    this.$claimedBefore = before;
    this.$writer.start = at + 1;
    this.$writer.length = payloadBytes;
    return this.$writer;
  }
}
