import { CELL_TAKEN, Column, IN_CELL, NEAR_WORDS, ROWS, recordWords, Traffic } from '../layout/geometry.js';
import { BatchRuns } from './batch-runs.js';
import type { Block } from './block.js';
import type { InboundPlacer, InboundRun } from './inbound-run.js';
import type { OutboundRun } from './outbound-run.js';
import { type PacketHandler, refusePromise } from './packet-handler.js';
import { PayloadCopier } from './payload-copier.js';
import { leaveCell, showCell } from './ring-cells.js';
import { claimRecord, lastRecordAt, skipPads } from './ring-cursors.js';
import { ROWS_A_NEAR_PAGE_BITS } from './touched-rings.js';

/**
 * The main thread's end of all packet rings: pushes into inbound rings at ingest, drains outbound rings at egress. Between
 * ticks only: a ring belongs to one thread at a time (memory/README.md). Neither allocates.
 */
export class HostRings extends BatchRuns {
  readonly #copier = new PayloadCopier();

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
    this.noteInboundNear(block.blockIndex, 1 << (row >> ROWS_A_NEAR_PAGE_BITS));
    return true;
  }

  /**
   * The same for many sessions, from packet `run.next` on, as long as they are awake in this block and their packets end in near parts. Their times of last
   * activity become `run.nowMs`. Stops before the first that is not so: `run.next` is then its number. Two loops for all, the first of the kernels, over the table alone: a
   * call for each costs more than the rest.
   */
  pushRun(block: Block, run: InboundRun, placer: InboundPlacer): void {
    const placed = placer.placeInbound(run, block.blockIndex);
    if (placed === 0) return;
    this.noteInboundNear(block.blockIndex, this.#copier.copyRecords(block.cold.i32, block.rings.inboundNear, run, placed));
    this.packetsIn += placed;
  }

  /**
   * Hands every packet in a row's outbound ring to `handler`, oldest first; returns how many. A packet counts as taken once the
   * handler has been called: when it throws, that packet is gone and the rest stays. The handler may drain any ring, this one
   * included, and may have the row's session released: its remaining packets go with it, and those of a session that comes to the row stay.
   */
  drain(block: Block, row: number, handler: PacketHandler): number {
    const { page, traffic } = block;
    const cursor = (Column.outbound + row) | 0;
    let cursors = page[cursor];
    if (cursors === 0) return 0;
    this.noteOutbound(block.blockIndex, row, cursors);
    const { outboundNear, outboundFar } = block.rings;
    const words = block.cold.i32;
    const near = (outboundNear + (row << 6)) | 0;
    const far = (outboundFar + row * this.farWords - NEAR_WORDS) | 0;
    const capacity = this.capacity;
    const { outboundCells } = block;
    const packet = this.viewOf(words, block.cold.f32);
    const incarnation = page[(Column.incarnation + row) | 0];
    let noted = cursors;
    let taken = 0;
    this.depth++;
    try {
      // Not rewound before the end: a session that sends meanwhile (a release hook) must not overwrite the packet on view.
      // In a row that is another's by now, the block may be another as well.
      while (cursors >>> 16 !== (cursors & 0xffff) && page[(Column.incarnation + row) | 0] === incarnation) {
        // It has sent meanwhile, perhaps into pages where it had not.
        if (((cursors ^ noted) & 0xffff) !== 0) this.noteOutbound(block.blockIndex, row, cursors);
        noted = cursors;
        let length: number;
        if (cursors === IN_CELL) {
          length = showCell(packet, outboundCells, block.firstSlot + row);
          page[cursor] = CELL_TAKEN;
          noted = CELL_TAKEN;
        } else {
          cursors = skipPads(words, near, far, capacity, cursors);
          const tail = cursors >>> 16;
          const position = tail & (capacity - 1);
          const at = ((position < NEAR_WORDS ? near : far) + position) | 0;
          const header = words[at];
          length = header >>> 16;
          packet.attach(words, block.cold.f32);
          packet.start = (at + 1) | 0;
          packet.header = header;
          page[cursor] = (cursors & 0xffff) | ((tail + recordWords(length)) << 16);
        }
        traffic[(Traffic.packetsOut + row) | 0]++;
        this.packetsOut++;
        traffic[(Traffic.bytesOut + row) | 0] += length;
        taken++;
        const result = handler(page[(Column.account + row) | 0] >>> 0, packet);
        if (result !== undefined) refusePromise(result);
        cursors = page[cursor];
      }
    } finally {
      this.depth--;
      packet.detach();
      cursors = page[cursor];
      if (cursors >>> 16 === (cursors & 0xffff)) page[cursor] = 0;
    }
    return taken;
  }

  /**
   * The same for many sessions, from number `run.next` on, as long as they are in this block and what they have sent lies in near parts. Their times of last
   * activity become `nowMs`. Stops before the first that is not so, and behind one during whose hand-out anything became of its ring or its block;
   * `run.next` is then the one that comes next, and when the handler throws the one that it threw for. One loop for all: a call for each costs as
   * much as the rest.
   */
  drainRun(block: Block, run: OutboundRun, handler: PacketHandler): void {
    const { slots, accounts, count, nowMs, blocks, table } = run;
    const { words: tableWords, doubles } = table;
    const page = block.page.byteOffset >> 2;
    const account = page + Column.account;
    const incarnation = page + Column.incarnation;
    const outbound = page + Column.outbound;
    const traffic = block.traffic.byteOffset >> 2;
    const packetsOut = traffic + Traffic.packetsOut;
    const bytesOut = traffic + Traffic.bytesOut;
    const { firstSlot, firstActivity, blockIndex } = block;
    const { outboundNear } = block.rings;
    const words = block.cold.i32;
    const packet = this.viewOf(words, block.cold.f32);
    let pages = 0;
    let cursor = outbound;
    let i = run.next;
    this.depth++;
    try {
      for (; i < count; i++) {
        const row = (slots[i] - firstSlot) | 0;
        if (row >>> 0 >= ROWS) break;
        const accountId = accounts[i];
        cursor = (outbound + row) | 0;
        const head = tableWords[cursor];
        // The handler may have released it, and another have come to its row.
        if (head === 0 || tableWords[(account + row) | 0] >>> 0 !== accountId) continue;
        if (head >>> 0 > NEAR_WORDS) break;
        const nearPage = 1 << (row >> ROWS_A_NEAR_PAGE_BITS);
        // Before the handler, which may ask for it, or have the block dropped.
        if ((pages & nearPage) === 0) this.noteOutboundNear(blockIndex, nearPage);
        pages |= nearPage;
        doubles[(firstActivity + row) | 0] = nowMs;
        const incarnationBefore = tableWords[(incarnation + row) | 0];
        const near = (outboundNear + (row << 6)) | 0;
        let tail = 0;
        let cursors = head;
        do {
          const at = (near + tail) | 0;
          const header = words[at];
          const length = header >>> 16;
          tail = (tail + ((length + 7) >> 2)) | 0;
          cursors = head | (tail << 16);
          packet.start = (at + 1) | 0;
          packet.header = header;
          tableWords[cursor] = cursors;
          tableWords[(packetsOut + row) | 0]++;
          tableWords[(bytesOut + row) | 0] += length;
          this.packetsOut++;
          const result = handler(accountId, packet);
          if (result !== undefined) refusePromise(result);
        } while (tail !== head && tableWords[cursor] === cursors);
        if (tableWords[cursor] !== cursors || blocks[blockIndex] !== block) {
          // What the session itself has sent meanwhile is for the long way, what another has that came to its row for the next time.
          if (tableWords[cursor] === cursors || tableWords[(incarnation + row) | 0] !== incarnationBefore) i++;
          break;
        }
        tableWords[cursor] = 0;
      }
    } finally {
      this.depth--;
      packet.detach();
      const cursors = tableWords[cursor];
      if (cursors >>> 16 === (cursors & 0xffff)) tableWords[cursor] = 0;
      run.next = i;
    }
  }

  /** Empties a row's outbound ring, whose session will not be heard; returns how many packets were in it. The last may not be whole. */
  discard(block: Block, row: number): number {
    const { page, rings } = block;
    const cursor = Column.outbound + row;
    let cursors = page[cursor];
    if (cursors === 0) return 0;
    this.noteOutbound(block.blockIndex, row, cursors);
    if (cursors === IN_CELL) {
      page[cursor] = 0;
      return 1;
    }
    const words = block.cold.i32;
    const near = rings.outboundNear + row * NEAR_WORDS;
    const far = rings.outboundFar + row * this.farWords - NEAR_WORDS;
    let count = 0;
    while (cursors >>> 16 !== (cursors & 0xffff)) {
      cursors = skipPads(words, near, far, this.capacity, cursors);
      const position = (cursors >>> 16) & (this.capacity - 1);
      const need = recordWords(words[(position < NEAR_WORDS ? near : far) + position] >>> 16);
      cursors = (cursors & 0xffff) | (((cursors >>> 16) + need) << 16);
      count++;
    }
    page[cursor] = 0;
    return count;
  }

  /** Room for a record that the short way cannot place: the cursors after it, or 0, counted as dropped, when there is none. */
  #claimFar(block: Block, row: number, length: number): number {
    const { page, traffic, rings } = block;
    const cursors = page[Column.inbound + row];
    const before = cursors === IN_CELL ? this.#leaveCell(block, row) : cursors;
    const near = rings.inboundNear + row * NEAR_WORDS;
    const far = rings.inboundFar + row * this.farWords - NEAR_WORDS;
    const after = claimRecord(block.cold.i32, near, far, this.capacity, before, recordWords(length));
    if (after === 0) traffic[Traffic.dropped + row]++;
    else this.noteInboundFar(block.blockIndex, row, ((after - 1) & (this.capacity - 1)) + 1 - NEAR_WORDS);
    return after;
  }

  /** A second packet has come: the first goes to where it would have been. Returns the cursors of its ring. */
  #leaveCell(block: Block, row: number): number {
    const { page, rings } = block;
    const near = rings.inboundNear + row * NEAR_WORDS;
    const cursors = leaveCell(block.inboundCells, block.firstSlot + row, block.cold.i32, near);
    page[Column.inbound + row] = cursors;
    this.noteInboundNear(block.blockIndex, 1 << (row >> ROWS_A_NEAR_PAGE_BITS));
    return cursors;
  }

  #recordAt(block: Block, row: number, after: number, length: number): number {
    const { rings } = block;
    const near = rings.inboundNear + row * NEAR_WORDS;
    const far = rings.inboundFar + row * this.farWords - NEAR_WORDS;
    return lastRecordAt(after, recordWords(length), near, far, this.capacity);
  }
}
