import { DormouseError } from '../errors.js';
import { Column, NEAR_WORDS, ROWS, recordWords, Traffic } from '../layout/geometry.js';
import type { Block } from './block.js';
import { type Packet, PacketView, PayloadCopier } from './packet-view.js';
import { bitCount, FarMarks, OS_PAGE_BYTES } from './page-marks.js';
import { claimRecord, lastRecordAt, skipPads, wordsInUse } from './ring-cursors.js';

/** Takes one outbound packet, which is valid until the handler returns. */
export type PacketHandler = (accountId: number, packet: Packet) => unknown;

/** Pages of near parts: each holds those of 16 rows. */
const ROWS_A_NEAR_PAGE_BITS = 4;
const OUTBOUND_NEAR = 4;

/**
 * The main thread's end of all packet rings: pushes into inbound rings at ingest, drains outbound rings at egress. Between
 * ticks only: a ring belongs to one thread at a time (memory/README.md). Neither allocates.
 *
 * It also remembers, in memory of its own, which pages of the rings were ever written: a rewound ring cannot tell. What
 * sessions wrote becomes known when their rings are drained, or by {@link HostRings.survey}.
 */
export class HostRings {
  /** Packets pushed and packets drained since start, over all rings. */
  packetsIn = 0;
  packetsOut = 0;
  readonly #capacity: number;
  readonly #farWords: number;
  /** A byte a block: bits 0…3 are the pages of its inbound near parts, bits 4…7 of its outbound ones. */
  readonly #near: Uint8Array;
  readonly #inboundFar: FarMarks;
  readonly #outboundFar: FarMarks;
  readonly #copier = new PayloadCopier();
  /** One view for each drain under way: a handler may itself drain. */
  readonly #views: PacketView[] = [];
  #depth = 0;

  /** For blocks `0 … blockCount − 1`, with two rings of `ringBytes` a session. */
  constructor(blockCount: number, ringBytes: number) {
    this.#capacity = ringBytes / 4;
    this.#farWords = this.#capacity - NEAR_WORDS;
    this.#near = new Uint8Array(blockCount);
    this.#inboundFar = new FarMarks(blockCount, this.#farWords);
    this.#outboundFar = new FarMarks(blockCount, this.#farWords);
  }

  /**
   * Puts a packet with `length` bytes of `payload`, from byte `start` on, into a row's inbound ring. False when the ring is full:
   * then the row's `dropped` has grown by one and nothing else has changed. The caller has checked `opcode` (0…65 535), `length`
   * (at most `maxPayloadBytes`) and that the bytes are there.
   */
  push(block: Block, row: number, opcode: number, payload: Uint8Array, start: number, length: number): boolean {
    const { page, traffic } = block;
    const cursor = (Column.inbound + row) | 0;
    const before = page[cursor];
    let after = (before + ((length + 7) >> 2)) | 0;
    let at = (block.rings.inboundNear + (row << 6) + before) | 0;
    // While the tail is at 0 and the record ends in the near part, there is nothing to pad.
    if (after >>> 0 > NEAR_WORDS) {
      after = this.#claimFar(block, row, length);
      if (after === 0) return false;
      at = this.#recordAt(block, row, after, length);
    }
    const words = block.cold.i32;
    words[at] = opcode | (length << 16);
    this.#copier.copy(words, (at + 1) | 0, payload, start, length);
    page[cursor] = after;
    traffic[(Traffic.packetsIn + row) | 0]++;
    this.packetsIn++;
    traffic[(Traffic.bytesIn + row) | 0] += length;
    this.#near[block.blockIndex] |= 1 << (row >> ROWS_A_NEAR_PAGE_BITS);
    return true;
  }

  /**
   * Hands every packet in a row's outbound ring to `handler`, oldest first; returns how many. A packet counts as taken once the
   * handler has been called: when it throws, that packet is gone and the rest stays. The handler may drain any ring, this one
   * included, and may have the row's session released: its remaining packets go with it.
   */
  drain(block: Block, row: number, handler: PacketHandler): number {
    const { page, traffic } = block;
    const cursor = (Column.outbound + row) | 0;
    let cursors = page[cursor];
    if (cursors === 0) return 0;
    this.#noteOutbound(block.blockIndex, row, cursors);
    const { outboundNear, outboundFar } = block.rings;
    const words = block.cold.i32;
    const near = (outboundNear + (row << 6)) | 0;
    const far = (outboundFar + row * this.#farWords - NEAR_WORDS) | 0;
    const capacity = this.#capacity;
    const packet = this.#viewOf(block);
    let taken = 0;
    this.#depth++;
    try {
      // Not rewound before the end: a session that sends meanwhile (a release hook) must not overwrite the packet on view.
      while (cursors >>> 16 !== (cursors & 0xffff)) {
        cursors = skipPads(words, near, far, capacity, cursors);
        const tail = cursors >>> 16;
        const position = tail & (capacity - 1);
        const at = ((position < NEAR_WORDS ? near : far) + position) | 0;
        const header = words[at];
        const length = header >>> 16;
        packet.start = (at + 1) | 0;
        packet.header = header;
        page[cursor] = (cursors & 0xffff) | ((tail + recordWords(length)) << 16);
        traffic[(Traffic.packetsOut + row) | 0]++;
        this.packetsOut++;
        traffic[(Traffic.bytesOut + row) | 0] += length;
        taken++;
        const result = handler(page[(Column.account + row) | 0] >>> 0, packet);
        if (result !== undefined) refusePromise(result);
        cursors = page[cursor];
      }
    } finally {
      this.#depth--;
      packet.detach();
      cursors = page[cursor];
      if (cursors >>> 16 === (cursors & 0xffff)) page[cursor] = 0;
    }
    return taken;
  }

  /** Empties a row's outbound ring, whose session will not be heard; returns how many packets were in it. The last may not be whole. */
  discard(block: Block, row: number): number {
    const { page, rings } = block;
    const cursor = Column.outbound + row;
    let cursors = page[cursor];
    if (cursors === 0) return 0;
    this.#noteOutbound(block.blockIndex, row, cursors);
    const words = block.cold.i32;
    const near = rings.outboundNear + row * NEAR_WORDS;
    const far = rings.outboundFar + row * this.#farWords - NEAR_WORDS;
    let count = 0;
    while (cursors >>> 16 !== (cursors & 0xffff)) {
      cursors = skipPads(words, near, far, this.#capacity, cursors);
      const position = (cursors >>> 16) & (this.#capacity - 1);
      const need = recordWords(words[(position < NEAR_WORDS ? near : far) + position] >>> 16);
      cursors = (cursors & 0xffff) | (((cursors >>> 16) + need) << 16);
      count++;
    }
    page[cursor] = 0;
    return count;
  }

  /** Bytes of a block's rings that were ever written, in whole pages of the operating system. */
  touchedBytes(blockIndex: number): number {
    const pages = bitCount(this.#near[blockIndex]) + this.#inboundFar.pagesOf(blockIndex) + this.#outboundFar.pagesOf(blockIndex);
    return pages * OS_PAGE_BYTES;
  }

  /** Takes note of what the sessions in rows `begin … end − 1` of a block have written and nobody has drained yet. */
  survey(block: Block, begin = 0, end = ROWS): void {
    for (let row = begin; row < end; row++) {
      const cursors = block.page[Column.outbound + row];
      if (cursors !== 0) this.#noteOutbound(block.blockIndex, row, cursors);
    }
  }

  /** A session with all that is in its rings has come to a row from another. */
  surveyBoth(block: Block, row: number): void {
    const { blockIndex } = block;
    this.survey(block, row, row + 1);
    const cursors = block.page[Column.inbound + row];
    if (cursors === 0) return;
    this.#near[blockIndex] |= 1 << (row >> ROWS_A_NEAR_PAGE_BITS);
    if (cursors >>> 0 > NEAR_WORDS) this.#inboundFar.raise(blockIndex, row, this.#farEnd(cursors));
  }

  /** The block was dropped, its pages with it. */
  forget(blockIndex: number): void {
    this.#near[blockIndex] = 0;
    this.#inboundFar.forget(blockIndex);
    this.#outboundFar.forget(blockIndex);
  }

  /** Room for a record that the short way cannot place: the cursors after it, or 0, counted as dropped, when there is none. */
  #claimFar(block: Block, row: number, length: number): number {
    const { page, traffic, rings } = block;
    const before = page[Column.inbound + row];
    const near = rings.inboundNear + row * NEAR_WORDS;
    const far = rings.inboundFar + row * this.#farWords - NEAR_WORDS;
    const after = claimRecord(block.cold.i32, near, far, this.#capacity, before, recordWords(length));
    if (after === 0) traffic[Traffic.dropped + row]++;
    else this.#inboundFar.raise(block.blockIndex, row, ((after - 1) & (this.#capacity - 1)) + 1 - NEAR_WORDS);
    return after;
  }

  #recordAt(block: Block, row: number, after: number, length: number): number {
    const { rings } = block;
    const near = rings.inboundNear + row * NEAR_WORDS;
    const far = rings.inboundFar + row * this.#farWords - NEAR_WORDS;
    return lastRecordAt(after, recordWords(length), near, far, this.#capacity);
  }

  #noteOutbound(blockIndex: number, row: number, cursors: number): void {
    this.#near[blockIndex] |= 1 << (OUTBOUND_NEAR + (row >> ROWS_A_NEAR_PAGE_BITS));
    if (cursors >>> 0 <= NEAR_WORDS) return;
    this.#outboundFar.raise(blockIndex, row, this.#farEnd(cursors));
  }

  /** The furthest word of the far part that what is in the ring takes. */
  #farEnd(cursors: number): number {
    const end = ((cursors >>> 16) & (this.#capacity - 1)) + wordsInUse(cursors);
    // Past the end it went round: then the far part counts as written to its end.
    return Math.min(end, this.#capacity) - NEAR_WORDS;
  }

  #viewOf(block: Block): PacketView {
    let view = this.#views[this.#depth];
    if (view === undefined) {
      view = new PacketView();
      this.#views[this.#depth] = view;
    }
    view.attach(block.cold.i32, block.cold.f32);
    return view;
  }
}

/** A packet is valid during the call: an async handler would read another one's bytes. */
function refusePromise(result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | null)?.then !== 'function') return;
  // It may still reject, and would end the process on top of this error.
  (result as PromiseLike<unknown>).then(undefined, () => {});
  throw new DormouseError('ERR_PACKET_HANDLER', 'a packet handler returned a promise: it must be synchronous');
}
