import {
  CELL_TAKEN,
  CELL_WORDS,
  CHUNK_BYTES,
  Column,
  IN_CELL,
  MOST_CELL_PAYLOAD,
  PAGE_WORDS,
  ROW_BITS,
  ROW_MASK,
  TRAFFIC_WORDS,
  Traffic,
} from '../layout/geometry.js';
import type { CellFiller, InboundRun } from './inbound-run.js';
import type { OutboundRun } from './outbound-run.js';
import { type PacketHandler, refusePromise } from './packet-handler.js';
import { PacketView } from './packet-view.js';
import { TouchedRings } from './touched-rings.js';

const TAKEN = CELL_TAKEN;
/** Batches that stop more than once for so many packets that are put into cells, over so many stops, go without for so many packets; then cells are tried again. */
const PACKETS_A_STOP = 8;
const STOPS = 64;
const PACKETS_WITHOUT = 65_536;

/**
 * The ways in and out by cells: short packets for rings that are empty, and from rings that have one. Main thread, between ticks. Neither allocates, but for a
 * view of payloads that were not met before.
 */
export abstract class CellRuns extends TouchedRings {
  /** Packets pushed and packets drained since start, over all rings. */
  packetsIn = 0;
  packetsOut = 0;
  protected depth = 0;
  /** One view for each drain under way: a handler may itself drain. */
  readonly #views: PacketView[] = [];
  /** Packets put into cells since stops were last looked at, and stops since. */
  #filled = 0;
  #stops = 0;
  /** Packets of batches that go without cells yet. */
  #without = 0;
  /** Views of the payloads met last, chunk by chunk. */
  #payloads: Uint8Array | undefined;
  #chunks: Uint8Array[] = [];

  /**
   * Puts packets of a batch into cells, from packet `run.next` on, as long as they are short enough and for sessions that are awake and whose rings are empty, whatever their blocks. Their
   * times of last activity become `run.nowMs`. Stops before the first that is not so: `run.next` is then its number.
   */
  pushCells(run: InboundRun, filler: CellFiller): void {
    if (!run.isInTable || filler.fillCells === undefined) return;
    if (this.#without > 0) {
      if (run.next === 0) this.#without -= run.count;
      return;
    }
    while (run.next < run.count) {
      const length = run.nextHeader >>> 16;
      if (length > MOST_CELL_PAYLOAD) break;
      if (run.start < run.chunkStart || run.start + length > run.chunkEnd) this.#loadChunk(run);
      const placed = filler.fillCells(run, run.start - run.chunkStart, run.chunkEnd - run.chunkStart);
      if (placed === 0) break;
      run.skip(placed);
      this.packetsIn += placed;
      this.#filled += placed;
      this.noteInboundCells();
      if (run.next < run.count && run.start + (run.nextHeader >>> 16) <= run.chunkEnd) break;
    }
    if (run.next < run.count && ++this.#stops === STOPS) this.#look();
  }

  /**
   * Hands out packets that lie in cells, from number `run.next` on, as long as each session has one there. Their times of last
   * activity become `run.nowMs`. Stops before the first that is not so, and at one that has sent more while its packet was handed out; `run.next` is then its number, as it is when the
   * handler throws. The handler may do anything to any session.
   */
  drainCells(run: OutboundRun, handler: PacketHandler): void {
    const { slots, accounts, count, nowMs, table } = run;
    const { words, doubles, regions } = table;
    const cells = table.outboundCells.words;
    const account = regions.pages / 4 + Column.account;
    const incarnation = regions.pages / 4 + Column.incarnation;
    const outbound = regions.pages / 4 + Column.outbound;
    const packetsOut = regions.traffic / 4 + Traffic.packetsOut;
    const bytesOut = regions.traffic / 4 + Traffic.bytesOut;
    const activity = regions.activity / 8;
    let i = run.next;
    if (i === count || words[outbound + at(slots[i], PAGE_WORDS)] !== IN_CELL) return;
    this.noteOutboundCells();
    const packet = this.viewOf(cells, table.outboundCells.floats);
    let cursor = 0;
    this.depth++;
    try {
      for (; i < count; i++) {
        const slot = slots[i];
        const column = at(slot, PAGE_WORDS);
        cursor = (outbound + column) | 0;
        // The handler may have released it, and another have come to its row.
        if (words[cursor] !== IN_CELL || words[(account + column) | 0] >>> 0 !== accounts[i]) break;
        const incarnationBefore = words[(incarnation + column) | 0];
        const counter = at(slot, TRAFFIC_WORDS);
        const cell = Math.imul(slot, CELL_WORDS);
        const header = cells[cell];
        packet.start = (cell + 1) | 0;
        packet.header = header;
        words[cursor] = TAKEN;
        doubles[(activity + slot) | 0] = nowMs;
        words[(packetsOut + counter) | 0]++;
        words[(bytesOut + counter) | 0] += header >>> 16;
        this.packetsOut++;
        const result = handler(accounts[i], packet);
        if (result !== undefined) refusePromise(result);
        if (words[cursor] === TAKEN) words[cursor] = 0;
        // What the session itself has sent meanwhile is for the long way, what another has that came to its row for the next time.
        else if (words[cursor] !== 0 && words[(incarnation + column) | 0] === incarnationBefore) break;
      }
    } finally {
      this.depth--;
      packet.detach();
      if (words[cursor] === TAKEN) words[cursor] = 0;
      run.next = i;
    }
  }

  /** A stop costs more than cells save: batches with several packets for a session do so all the time. */
  #look(): void {
    if (this.#filled < STOPS * PACKETS_A_STOP) this.#without = PACKETS_WITHOUT;
    this.#filled = 0;
    this.#stops = 0;
  }

  /** A view of what is in these words, for a drain that begins. */
  protected viewOf(words: Int32Array, floats: Float32Array): PacketView {
    let view = this.#views[this.depth];
    if (view === undefined) {
      view = new PacketView();
      this.#views[this.depth] = view;
    }
    view.attach(words, floats);
    return view;
  }

  /** Copies the payloads of the packets whose turn it is, as many as there is room for, to where the kernel finds them. */
  #loadChunk(run: InboundRun): void {
    const { payloads, table } = run;
    const start = run.start;
    const end = Math.min(start + CHUNK_BYTES, run.bytes);
    const number = Math.floor(start / CHUNK_BYTES);
    if (payloads !== this.#payloads) {
      this.#payloads = payloads;
      this.#chunks = [];
    }
    let chunk = this.#chunks[number];
    if (chunk === undefined || chunk.byteOffset !== payloads.byteOffset + start || chunk.length !== end - start) {
      chunk = new Uint8Array(payloads.buffer, payloads.byteOffset + start, end - start);
      this.#chunks[number] = chunk;
    }
    table.payloadChunk.set(chunk);
    table.mostPayloadBytes = Math.max(table.mostPayloadBytes, end - start);
    run.chunkStart = start;
    run.chunkEnd = end;
  }
}

/** Word of a slot's row in the first of a region's columns, where blocks have so many words of them. */
function at(slot: number, blockWords: number): number {
  return (Math.imul(slot >> ROW_BITS, blockWords) + (slot & ROW_MASK)) | 0;
}
